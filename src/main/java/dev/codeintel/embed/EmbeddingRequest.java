package dev.codeintel.embed;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Writes the body of {@code POST /embeddings}.
 *
 * @param model to ask for
 * @param dimensions to ask for; 0 takes those that the model gives
 * @param mayCut whether the server is told to cut what is too long; else it refuses
 */
record EmbeddingRequest(String model, int dimensions, boolean mayCut) {

  private static final JsonFactory JSON = new JsonFactory();
  private static final int OTHER_FIELDS_BYTES = 512;

  /** The body for these texts. */
  BodyPublisher body(List<String> texts) {
    var chars = texts.stream().mapToInt(String::length).sum();
    var out = new Bytes(chars + chars / 8 + OTHER_FIELDS_BYTES);
    try (var json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
      json.writeStartObject();
      json.writeStringProperty("model", model);
      json.writeArrayPropertyStart("input");
      texts.forEach(text -> json.writeString(whole(text)));
      json.writeEndArray();
      json.writeStringProperty("encoding_format", "base64");
      json.writeStringProperty("endianness", "little");
      if (dimensions > 0) {
        json.writeNumberProperty("dimensions", dimensions);
      }
      if (mayCut) {
        // The default side keeps the end of a text.
        json.writeNumberProperty("truncate_prompt_tokens", -1);
        json.writeStringProperty("truncation_side", "right");
      }
      json.writeEndObject();
    }
    return out.publisher();
  }

  /** Half a surrogate pair becomes a question mark: as JSON the server would refuse it. */
  private static String whole(String text) {
    for (var i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
      }
    }
    return text;
  }

  /** Lends what it holds, without a copy. */
  private static final class Bytes extends ByteArrayOutputStream {

    Bytes(int size) {
      super(size);
    }

    BodyPublisher publisher() {
      return BodyPublishers.ofByteArray(buf, 0, count);
    }
  }
}
