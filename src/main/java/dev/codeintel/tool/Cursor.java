package dev.codeintel.tool;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Where a long result goes on, in a form that nobody is tempted to take apart; good for the
 * question it was given for: pages of two would join to a result that nobody asked for.
 */
final class Cursor {

  static final Parameter PARAMETER =
      Parameter.text("cursor", "next_cursor of the last answer", Limits.CURSOR_CHARS_MAX, "cDE");

  private static final int SHOWN_CHARS_MAX = 40;
  private static final int FINGERPRINT_CHARS = 8;

  private Cursor() {}

  /**
   * @param question what all pages of the result have in common: the tool, what it is asked about
   */
  static String of(List<?> question, String position) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString((fingerprint(question) + position).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The position of which {@link #of} made it.
   *
   * @throws CodeintelException {@code invalid-argument} when no tool gave this cursor, or one gave
   *     it for another question
   */
  static String position(List<?> question, String cursor) {
    var text = text(cursor);
    if (text.length() < FINGERPRINT_CHARS) {
      throw unknown(cursor);
    }
    if (!text.startsWith(fingerprint(question))) {
      throw new CodeintelException(
          ErrorCode.INVALID_ARGUMENT,
          "cursor comes from an answer to another question. Repeat the arguments of that call (path,"
              + " filters, scope_id), or leave cursor out to begin again with these.");
    }
    return text.substring(FINGERPRINT_CHARS);
  }

  private static String text(String cursor) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(Base64.getUrlDecoder().decode(cursor)))
          .toString();
    } catch (IllegalArgumentException | CharacterCodingException e) {
      throw unknown(cursor);
    }
  }

  private static String fingerprint(List<?> question) {
    var sum = new CRC32();
    sum.update(question.toString().getBytes(StandardCharsets.UTF_8));
    return "%08x".formatted(sum.getValue());
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
