package dev.codeintel.git;

import dev.codeintel.config.Limits;
import dev.codeintel.repo.SourceText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.errors.LargeObjectException;
import org.eclipse.jgit.lib.ObjectId;

/**
 * The lines of blobs. The latest are kept: a version is compared with those that follow it and with
 * those before it. For one call, in one thread.
 */
final class Texts {

  private static final int KEPT = 8;

  private final Objects objects;

  /** What was asked for last: the next one is often another version of it. */
  private TextLines latest = TextLines.NONE;

  @SuppressWarnings("serial") // never serialised
  private final Map<ObjectId, Optional<TextLines>> kept =
      new LinkedHashMap<>(2 * KEPT, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<ObjectId, Optional<TextLines>> eldest) {
          return size() > KEPT;
        }
      };

  Texts(Objects objects) {
    this.objects = objects;
  }

  /**
   * @return empty when it is too large to be compared
   */
  Optional<TextLines> of(ObjectId blob) throws IOException {
    var lines = kept.get(blob);
    if (lines == null) {
      lines = read(blob);
      kept.put(blob, lines);
    }
    lines.ifPresent(text -> latest = text);
    return lines;
  }

  private Optional<TextLines> read(ObjectId blob) throws IOException {
    try {
      return lines(objects.blob(blob, Limits.BLOB_BYTES_MAX), latest);
    } catch (LargeObjectException e) {
      return Optional.empty();
    }
  }

  /**
   * Lines as people count them: UTF-16 has line feeds in the middle of other letters, so it is put
   * into UTF-8 first.
   *
   * @param like a text that may be much like it
   * @return empty when there are too many to be compared
   */
  static Optional<TextLines> lines(byte[] bytes, TextLines like) {
    var text = utf8(bytes);
    return hasTooManyLines(text) ? Optional.empty() : Optional.of(TextLines.of(text, like));
  }

  /** Looked at before any line is kept: sixteen million of them would be. */
  private static boolean hasTooManyLines(byte[] text) {
    if (text.length <= Limits.BLOB_LINES_MAX) {
      return false;
    }
    var lines = 0;
    for (var letter : text) {
      lines += letter == '\n' ? 1 : 0;
    }
    return lines > Limits.BLOB_LINES_MAX;
  }

  private static byte[] utf8(byte[] bytes) {
    var marked =
        bytes.length >= 2
            && (bytes[0] == (byte) 0xFF && bytes[1] == (byte) 0xFE
                || bytes[0] == (byte) 0xFE && bytes[1] == (byte) 0xFF);
    if (marked) {
      var text = SourceText.of(bytes);
      if (!text.binary()) {
        return text.text().getBytes(StandardCharsets.UTF_8);
      }
    }
    return bytes;
  }

  /** Whether git would call it binary. */
  static boolean isBinary(TextLines text) {
    var bytes = text.bytes();
    for (var i = 0; i < Math.min(bytes.length, Limits.BINARY_PROBE_BYTES); i++) {
      if (bytes[i] == 0) {
        return true;
      }
    }
    return false;
  }
}
