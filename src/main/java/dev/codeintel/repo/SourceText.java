package dev.codeintel.repo;

import dev.codeintel.config.Limits;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The bytes of a file as text. Lines end at {@code \n} and nowhere else; a {@code \r} before it
 * belongs to the line end. Byte offsets are those on disk, a byte order mark included. Immutable.
 */
public final class SourceText implements FileText {

  private final String text;
  private final Encoding encoding;
  private final int size;
  private final String sha256;

  /** Where each line starts, in chars and in bytes; one more entry for the end of the text. */
  private final int[] lineChars;

  private final int[] lineBytes;

  private SourceText(String text, Encoding encoding, int markBytes, int size, String sha256) {
    this.text = text;
    this.encoding = encoding;
    this.size = size;
    this.sha256 = sha256;
    var count = countLines(text);
    lineChars = new int[count + 1];
    lineBytes = new int[count + 1];
    lineBytes[0] = encoding == Encoding.BINARY ? 0 : markBytes;
    for (var line = 1; line <= count; line++) {
      var end = text.indexOf('\n', lineChars[line - 1]) + 1;
      lineChars[line] = end == 0 ? text.length() : end;
      lineBytes[line] = lineBytes[line - 1] + byteLength(lineChars[line - 1], lineChars[line]);
    }
  }

  /**
   * @param bytes a whole file, as it lies on disk; not kept
   */
  public static SourceText of(byte[] bytes) {
    var sha256 = sha256(bytes);
    if (startsWith(bytes, 0xFF, 0xFE, 0, 0)) { // UTF-32, which no compiler reads
      return binary(bytes.length, sha256);
    }
    if (startsWith(bytes, 0xFF, 0xFE) || startsWith(bytes, 0xFE, 0xFF)) {
      var little = bytes[0] == (byte) 0xFF;
      var text = decodeUtf16(bytes, 2, bytes.length - 2, little);
      if (text.indexOf('\0') >= 0) {
        return binary(bytes.length, sha256);
      }
      return new SourceText(
          text, little ? Encoding.UTF_16LE : Encoding.UTF_16BE, 2, bytes.length, sha256);
    }
    for (var i = 0; i < Math.min(bytes.length, Limits.BINARY_PROBE_BYTES); i++) {
      if (bytes[i] == 0) {
        return binary(bytes.length, sha256);
      }
    }
    var mark = startsWith(bytes, 0xEF, 0xBB, 0xBF) ? 3 : 0;
    try {
      var text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(bytes, mark, bytes.length - mark))
              .toString();
      return new SourceText(text, Encoding.UTF_8, mark, bytes.length, sha256);
    } catch (CharacterCodingException e) {
      return singleByte(bytes, sha256);
    }
  }

  /** The text as a UTF-8 file would hold it. */
  public static SourceText of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The whole text, line ends as they are on disk, without a byte order mark; empty if binary. */
  public String text() {
    return text;
  }

  @Override
  public String encoding() {
    return encoding.label();
  }

  @Override
  public boolean encodingGuessed() {
    return encoding.guessed();
  }

  @Override
  public boolean binary() {
    return encoding == Encoding.BINARY;
  }

  @Override
  public int size() {
    return size;
  }

  /** SHA-256 of the bytes on disk, 64 hex digits: the key of the content. */
  public String sha256() {
    return sha256;
  }

  @Override
  public int lineCount() {
    return lineChars.length - 1;
  }

  @Override
  public int lineChars(int line) {
    return lineChars[checkLine(line)] - lineChars[line - 1];
  }

  @Override
  public String excerpt(int first, int skipped, int last, int charsMax) {
    var from = lineStartChar(first) + skipped;
    var to = (int) Math.min(lineChars[checkLine(last)], (long) from + charsMax);
    var inPair = to > from && to < text.length() && Character.isHighSurrogate(text.charAt(to - 1));
    return text.substring(from, inPair ? to - 1 : to);
  }

  /**
   * @param number from 1 to {@link #lineCount()}
   * @return the line without its end
   */
  public String line(int number) {
    return text.substring(lineStartChar(number), lineEndChar(number));
  }

  /** Index in {@link #text()} of the first char of a line, from 1. */
  public int lineStartChar(int number) {
    return lineChars[checkLine(number) - 1];
  }

  /** Index in {@link #text()} behind the last char of a line, before its line end. */
  public int lineEndChar(int number) {
    var start = lineChars[checkLine(number) - 1];
    var end = lineChars[number];
    if (end > start && text.charAt(end - 1) == '\n') {
      end--;
      if (end > start && text.charAt(end - 1) == '\r') {
        end--;
      }
    }
    return end;
  }

  /** Offset on disk of the first byte of a line, from 1. */
  public int lineStartByte(int number) {
    return lineBytes[checkLine(number) - 1];
  }

  /** Offset on disk behind the last byte of a line, before its line end. */
  public int lineEndByte(int number) {
    var behind = lineBytes[checkLine(number)];
    return behind - byteLength(lineEndChar(number), lineChars[number]);
  }

  /**
   * How many bytes a stretch of {@link #text()} takes on disk.
   *
   * @param fromChar where it starts, not inside a surrogate pair
   * @param toChar behind its last char, not inside a surrogate pair
   */
  public int byteLength(int fromChar, int toChar) {
    return switch (encoding) {
      case UTF_8 -> utf8Length(fromChar, toChar);
      case UTF_16LE, UTF_16BE -> 2 * (toChar - fromChar);
      case WINDOWS_1252, ISO_8859_1, BINARY -> toChar - fromChar;
    };
  }

  private int utf8Length(int from, int to) {
    var bytes = 0;
    for (var i = from; i < to; i++) {
      var c = text.charAt(i);
      // The two halves of a pair take four bytes together.
      bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
    return bytes;
  }

  private int checkLine(int number) {
    if (number < 1 || number > lineCount()) {
      throw new IndexOutOfBoundsException("line " + number + " of " + lineCount());
    }
    return number;
  }

  private static int countLines(String text) {
    var count = 0;
    for (var i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) {
      count++;
    }
    return text.isEmpty() || text.endsWith("\n") ? count : count + 1;
  }

  private static SourceText binary(int size, String sha256) {
    return new SourceText("", Encoding.BINARY, 0, size, sha256);
  }

  private static SourceText singleByte(byte[] bytes, String sha256) {
    var text = new String(bytes, Encoding.WINDOWS_1252.charset());
    return text.indexOf('\uFFFD') < 0
        ? new SourceText(text, Encoding.WINDOWS_1252, 0, bytes.length, sha256)
        : new SourceText(
            new String(bytes, StandardCharsets.ISO_8859_1),
            Encoding.ISO_8859_1,
            0,
            bytes.length,
            sha256);
  }

  /** By hand: the JDK's decoder drops a good char behind a bad one, and offsets with it. */
  static String decodeUtf16(byte[] bytes, int from, int length, boolean little) {
    var chars = new char[length / 2];
    for (var i = 0; i < chars.length; i++) {
      var first = bytes[from + 2 * i] & 0xFF;
      var second = bytes[from + 2 * i + 1] & 0xFF;
      chars[i] = (char) (little ? second << 8 | first : first << 8 | second);
    }
    for (var i = 0; i < chars.length; i++) {
      if (Character.isHighSurrogate(chars[i])
          && i + 1 < chars.length
          && Character.isLowSurrogate(chars[i + 1])) {
        i++;
      } else if (Character.isSurrogate(chars[i])) {
        chars[i] = '\uFFFD';
      }
    }
    return new String(chars);
  }

  static boolean startsWith(byte[] bytes, int... start) {
    return bytes.length >= start.length
        && Arrays.equals(
            Arrays.copyOf(bytes, start.length), 0, start.length, toBytes(start), 0, start.length);
  }

  private static byte[] toBytes(int[] values) {
    var bytes = new byte[values.length];
    for (var i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256.", e);
    }
  }
}
