package dev.codeintel.embed;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Reads base64 of little-endian floats out of a JSON string, wherever the buffers are cut, straight
 * into {@link VectorRows}. The JDK's decoder wants the whole text and gives the whole result.
 */
final class Base64Reader {

  private static final int QUAD_CHARS = 4;
  private static final int BLOCK_CHARS = 4 * QUAD_CHARS; // three floats
  private static final byte NONE = -1;
  private static final byte[] VALUES = values();

  private final VectorRows rows;
  private int quad;
  private int quadChars;
  private int padding;
  private int word;
  private int wordBytes;

  Base64Reader(VectorRows rows) {
    this.rows = rows;
  }

  private static byte[] values() {
    var values = new byte[256];
    Arrays.fill(values, NONE);
    var alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (var i = 0; i < alphabet.length(); i++) {
      values[alphabet.charAt(i)] = (byte) i;
    }
    return values;
  }

  void start() {
    quad = 0;
    quadChars = 0;
    padding = 0;
    word = 0;
    wordBytes = 0;
  }

  /** Reads up to the first character that is not of base64's alphabet. */
  void read(ByteBuffer from) {
    while (from.hasRemaining()) {
      if (quadChars == 0 && wordBytes == 0 && padding == 0) {
        readBlocks(from);
      }
      if (!from.hasRemaining() || value(from.get(from.position())) == NONE) {
        return;
      }
      add(from.get());
    }
  }

  /** Three floats at a time while nothing is in the way. */
  private void readBlocks(ByteBuffer from) {
    var at = from.position();
    for (var end = from.limit() - BLOCK_CHARS; at <= end; at += BLOCK_CHARS) {
      var first = quad(from, at);
      var second = quad(from, at + QUAD_CHARS);
      var third = quad(from, at + 2 * QUAD_CHARS);
      var fourth = quad(from, at + 3 * QUAD_CHARS);
      if ((first | second | third | fourth) < 0) {
        break;
      }
      rows.add(Integer.reverseBytes(first << 8 | second >>> 16));
      rows.add(Integer.reverseBytes(second << 16 | third >>> 8));
      rows.add(Integer.reverseBytes(third << 24 | fourth));
    }
    from.position(at);
  }

  /** The 24 bits of four characters; negative when one is none of base64. */
  private static int quad(ByteBuffer from, int at) {
    return value(from.get(at)) << 18
        | value(from.get(at + 1)) << 12
        | value(from.get(at + 2)) << 6
        | value(from.get(at + 3));
  }

  private static int value(byte character) {
    return VALUES[character & 0xff];
  }

  /** Takes one character, such as one that was escaped. */
  void add(int character) {
    if (character == '=') {
      padding++;
      return;
    }
    var value = character < 0x80 ? VALUES[character] : NONE;
    if (value == NONE || padding > 0) {
      throw noBase64();
    }
    quad = quad << 6 | value;
    if (++quadChars == QUAD_CHARS) {
      addByte(quad >>> 16);
      addByte(quad >>> 8);
      addByte(quad);
      quad = 0;
      quadChars = 0;
    }
  }

  private void addByte(int value) {
    word |= (value & 0xff) << (Byte.SIZE * wordBytes);
    if (++wordBytes == Float.BYTES) {
      rows.add(word);
      word = 0;
      wordBytes = 0;
    }
  }

  /** The string has ended. */
  void end() {
    if (quadChars == 3) {
      addByte(quad >>> 10);
      addByte(quad >>> 2);
    } else if (quadChars == 2) {
      addByte(quad >>> 4);
    } else if (quadChars == 1) {
      throw noBase64();
    }
    if (padding > 0 && padding + quadChars != QUAD_CHARS) {
      throw noBase64();
    }
    if (wordBytes > 0) {
      throw VectorRows.Unusable.because("has a vector of no whole floats");
    }
  }

  private static VectorRows.Unusable noBase64() {
    return VectorRows.Unusable.because("has an embedding that is text but no base64");
  }
}
