package dev.codeintel.index;

import dev.codeintel.chunk.Chunk;
import dev.codeintel.chunk.Chunker;
import dev.codeintel.embed.Embedder;
import dev.codeintel.repo.SourceText;
import java.util.List;
import java.util.Optional;

/** Cuts files into chunks that the embedder, where there is one, can take whole. */
record Cutter(Chunker chunker, Optional<Embedder> embedder) {

  /** Without a model nothing bounds a chunk but its characters. */
  private static final int NO_TOKEN_LIMIT = Integer.MAX_VALUE;

  List<Chunk> chunks(SourceText text, String language) {
    return embedder
        .map(model -> chunker.chunk(text, language, model.tokens(), model.documentTokensMax()))
        .orElseGet(() -> chunker.chunk(text, language, _ -> 0, NO_TOKEN_LIMIT));
  }
}
