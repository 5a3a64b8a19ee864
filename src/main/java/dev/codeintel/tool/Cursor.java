package dev.codeintel.tool;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Where a long result goes on, in a form that nobody is tempted to take apart. */
final class Cursor {

  static final Parameter PARAMETER =
      Parameter.text("cursor", "next_cursor of the last answer", Limits.CURSOR_CHARS_MAX, "cDE");

  private static final int SHOWN_CHARS_MAX = 40;

  private Cursor() {}

  static String of(String position) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(position.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * @throws CodeintelException {@code invalid-argument} when no tool gave this cursor
   */
  static String position(String cursor) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(Base64.getUrlDecoder().decode(cursor)))
          .toString();
    } catch (IllegalArgumentException | CharacterCodingException e) {
      throw unknown(cursor);
    }
  }

  /**
   * The file is not the one in which the last answer ended.
   *
   * @param e what is wrong with the lines that the cursor names
   */
  static CodeintelException outdated(CodeintelException e) {
    return new CodeintelException(
        ErrorCode.INVALID_ARGUMENT,
        "cursor leads out of the file: it has changed. Leave cursor out to begin again. (%s)"
            .formatted(e.getMessage()),
        e);
  }

  static CodeintelException unknown(String cursor) {
    return new CodeintelException(
        ErrorCode.INVALID_ARGUMENT,
        "cursor is \"%s\"; it must be next_cursor of an answer to the same question. Leave it out to begin again."
            .formatted(
                cursor.length() > SHOWN_CHARS_MAX ? cursor.substring(0, SHOWN_CHARS_MAX) : cursor));
  }
}
