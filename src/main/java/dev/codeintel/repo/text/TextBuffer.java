package dev.codeintel.repo.text;

import dev.codeintel.config.Limits;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/**
 * The bytes of one text after the other, in one place that grows. First they are as they came;
 * then, once somebody needs to know what they mean, UTF-8 without a byte order mark and without a
 * carriage return before a line feed. For one thread.
 */
public final class TextBuffer {

  private static final int FIRST_BYTES = 64 << 10;

  private final UnaryOperator<byte[]> decoder;
  private byte[] bytes = new byte[FIRST_BYTES];
  private int from;
  private int to;
  private boolean ascii;
  private boolean wide;

  /**
   * @param decoder makes UTF-8 without a byte order mark of bytes that are not, or an empty array
   *     of what is no text
   */
  public TextBuffer(UnaryOperator<byte[]> decoder) {
    this.decoder = decoder;
  }

  /** A place for at least so many bytes; what it held is gone. */
  public byte[] room(int size) {
    if (bytes.length < size) {
      bytes = new byte[Math.max(size, 2 * bytes.length)];
    }
    return bytes;
  }

  /** Like {@link #room}, but what it held is kept. */
  public byte[] moreRoom(int size) {
    if (bytes.length < size) {
      bytes = Arrays.copyOf(bytes, Math.max(size, 2 * bytes.length));
    }
    return bytes;
  }

  /**
   * Takes what was put into the room.
   *
   * @return whether it is text; a byte of zero near the start says that it is not
   */
  public boolean take(int size) {
    from = 0;
    to = size;
    ascii = false;
    wide = startsWith(0xFF, 0xFE) || startsWith(0xFE, 0xFF);
    if (wide) {
      return decode();
    }
    if (startsWith(0xEF, 0xBB, 0xBF)) {
      from = 3;
    }
    var probed = Math.min(to, Limits.BINARY_PROBE_BYTES);
    return Swar.indexOf(bytes, (byte) 0, 0, probed) == probed;
  }

  /** Makes UTF-8 of it, whatever it was. */
  void settle(boolean withoutCarriageReturns) {
    var firstOther = Swar.firstNonAscii(bytes, from, to);
    ascii = firstOther == to;
    if (!ascii && !Utf8.isValid(bytes, firstOther, to)) {
      decode();
    }
    if (withoutCarriageReturns) {
      dropCarriageReturns();
    }
  }

  private boolean decode() {
    var decoded = decoder.apply(Arrays.copyOf(bytes, to));
    var isText = decoded.length > 0 || to <= 3; // a mark and not one character
    System.arraycopy(decoded, 0, room(decoded.length), 0, decoded.length);
    from = 0;
    to = decoded.length;
    ascii = Swar.firstNonAscii(bytes, from, to) == to;
    return isText;
  }

  private void dropCarriageReturns() {
    var at = Swar.indexOf(bytes, (byte) '\r', from, to);
    var end = at;
    while (at < to) {
      var isLineEnd = at + 1 < to && bytes[at + 1] == '\n';
      if (isLineEnd) {
        at++;
      }
      var next = Swar.indexOf(bytes, (byte) '\r', at + 1, to);
      System.arraycopy(bytes, at, bytes, end, next - at);
      end += next - at;
      at = next;
    }
    to = end;
  }

  private boolean startsWith(int... start) {
    if (to < start.length) {
      return false;
    }
    for (var i = 0; i < start.length; i++) {
      if ((bytes[i] & 0xFF) != start[i]) {
        return false;
      }
    }
    return true;
  }

  byte[] bytes() {
    return bytes;
  }

  int from() {
    return from;
  }

  int to() {
    return to;
  }

  /** Known once it is settled. */
  boolean ascii() {
    return ascii;
  }

  int lineStart(int at) {
    return Swar.lastIndexOf(bytes, (byte) '\n', from, at) + 1;
  }

  /** Where the line feed of a line is, or the text ends. */
  int lineEnd(int at) {
    return Swar.indexOf(bytes, (byte) '\n', at, to);
  }

  /** How many characters there are; the text is settled, and both are at the edge of one. */
  int characters(int start, int end) {
    var count = 0;
    for (var i = start; i < end; i++) {
      count += (bytes[i] & 0xC0) == 0x80 ? 0 : 1;
    }
    return count;
  }

  /** Where the next character begins; one behind the end of the line where none does. */
  int nextCharacter(int at, int lineEnd) {
    var next = at + 1;
    while (next < lineEnd && (bytes[next] & 0xC0) == 0x80) {
      next++;
    }
    return next;
  }

  /** A stretch of the text. */
  String text(int start, int end) {
    return new String(bytes, start, end - start, StandardCharsets.UTF_8);
  }
}
