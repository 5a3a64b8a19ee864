package dev.codeintel.git;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * A text as lines of bytes, split after each {@code '\n'} and nowhere else: a line includes its
 * line feed, only the last may lack one, a carriage return is a byte like any other. Holds the
 * bytes that it was given (not a copy), where each line starts and a hash of each; no object a
 * line. Immutable as long as nobody writes into those bytes; safe for use by any thread.
 */
final class TextLines {

  private static final VarHandle EIGHT_BYTES =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Nobody can write a text whose lines all have the same hash without knowing this. */
  private static final long SECRET = new SecureRandom().nextLong();

  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;
  private static final int GUESSED_BYTES_A_LINE = 24;

  private final byte[] bytes;
  private final int[] starts;
  private final int[] hashes;

  private TextLines(byte[] bytes, int[] starts, int[] hashes) {
    this.bytes = bytes;
    this.starts = starts;
    this.hashes = hashes;
  }

  /** Splits a text; an empty one has no line. */
  static TextLines of(byte[] bytes) {
    var starts = starts(bytes);
    var hashes = new int[starts.length - 1];
    for (var line = 0; line < hashes.length; line++) {
      hashes[line] = hash(bytes, starts[line], starts[line + 1]);
    }
    return new TextLines(bytes, starts, hashes);
  }

  int count() {
    return hashes.length;
  }

  /** The whole text; not to be written to. */
  byte[] bytes() {
    return bytes;
  }

  /** Offset of a line's first byte; of line {@code count()}, the length of the text. */
  int start(int line) {
    return starts[line];
  }

  /** Offset after a line's last byte, the line feed included. */
  int end(int line) {
    return starts[line + 1];
  }

  /**
   * Equal lines have equal hashes, within one process; the value differs from run to run and must
   * not decide anything but speed.
   */
  int hash(int line) {
    return hashes[line];
  }

  /** Whether two lines have the same bytes. */
  boolean sameLine(int line, TextLines other, int otherLine) {
    return hashes[line] == other.hashes[otherLine]
        && Arrays.equals(
            bytes,
            start(line),
            end(line),
            other.bytes,
            other.start(otherLine),
            other.end(otherLine));
  }

  /** Whether two texts have the same bytes. */
  boolean sameText(TextLines other) {
    return Arrays.equals(bytes, other.bytes);
  }

  /** How many lines start before an offset. */
  int countBefore(int offset) {
    var found = Arrays.binarySearch(starts, 0, count(), offset);
    return found >= 0 ? found : -found - 1;
  }

  private static int[] starts(byte[] bytes) {
    var starts = new int[bytes.length / GUESSED_BYTES_A_LINE + 2];
    var count = 0;
    for (var at = 0; at < bytes.length; at++) {
      if (bytes[at] == '\n') {
        count++;
        if (count == starts.length) {
          starts = Arrays.copyOf(starts, starts.length + starts.length / 2 + 1);
        }
        starts[count] = at + 1;
      }
    }
    if (starts[count] == bytes.length) {
      return Arrays.copyOf(starts, count + 1);
    }
    var all = Arrays.copyOf(starts, count + 2);
    all[count + 1] = bytes.length;
    return all;
  }

  private static int hash(byte[] bytes, int from, int to) {
    var hash = SECRET ^ (to - from);
    var at = from;
    for (; at + Long.BYTES <= to; at += Long.BYTES) {
      hash = stir(hash ^ (long) EIGHT_BYTES.get(bytes, at));
    }
    var rest = 0L;
    for (; at < to; at++) {
      rest = rest << Byte.SIZE | Byte.toUnsignedLong(bytes[at]);
    }
    hash = stir(hash ^ rest);
    return (int) (hash ^ hash >>> Integer.SIZE);
  }

  /** Both halves of a wide product: each bit of the input moves each bit of the output. */
  private static long stir(long bits) {
    return Math.unsignedMultiplyHigh(bits, MULTIPLIER) ^ bits * MULTIPLIER ^ SECRET;
  }
}
