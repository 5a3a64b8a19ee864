package dev.codeintel.embed;

import dev.codeintel.config.Settings;
import java.util.Optional;

/** Opens the embedder that the settings ask for. */
public final class Embedders {

  private Embedders() {}

  /**
   * @return empty when the settings ask for none
   * @throws EmbeddingException when the model or its server cannot be had, with what to do next
   */
  public static Optional<Embedder> open(Settings settings) {
    return switch (settings.embedder()) {
      case LOCAL -> Optional.of(OnnxEmbedder.open(settings.cacheDirectory()));
      case VLLM -> Optional.of(OpenAiEmbedder.open(settings));
      case NONE -> Optional.empty();
    };
  }
}
