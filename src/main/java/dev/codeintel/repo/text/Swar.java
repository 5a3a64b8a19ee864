package dev.codeintel.repo.text;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Looks at eight bytes at once, as lanes of a long; the first byte is the lowest lane. */
final class Swar {

  static final int LANES = Long.BYTES;
  static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long ONES = 0x0101_0101_0101_0101L;
  private static final long HIGHS = 0x8080_8080_8080_8080L;
  private static final long LOWS = ~HIGHS;

  private Swar() {}

  /** A byte in every lane. */
  static long all(int value) {
    return (value & 0xFF) * ONES;
  }

  /** Marks lanes that are zero; above the lowest mark others may be wrong. */
  static long zeros(long lanes) {
    return lanes - ONES & ~lanes & HIGHS;
  }

  static int lane(long marks) {
    return Long.numberOfTrailingZeros(marks) >>> 3;
  }

  /** The first place of a byte; {@code to} where there is none. */
  static int indexOf(byte[] bytes, byte value, int from, int to) {
    var at = from;
    var wanted = all(value);
    for (; at <= to - LANES; at += LANES) {
      var marks = zeros((long) LONGS.get(bytes, at) ^ wanted);
      if (marks != 0) {
        return at + lane(marks);
      }
    }
    while (at < to && bytes[at] != value) {
      at++;
    }
    return at;
  }

  /** The last place of a byte before {@code to}; {@code from - 1} where there is none. */
  static int lastIndexOf(byte[] bytes, byte value, int from, int to) {
    var at = to - 1;
    while (at >= from && bytes[at] != value) {
      at--;
    }
    return at;
  }

  /** How often a byte occurs. */
  static int count(byte[] bytes, byte value, int from, int to) {
    var count = 0;
    var at = from;
    var wanted = all(value);
    for (; at <= to - LANES; at += LANES) {
      var lanes = (long) LONGS.get(bytes, at) ^ wanted;
      count += Long.bitCount(~((lanes & LOWS) + LOWS | lanes | LOWS));
    }
    for (; at < to; at++) {
      count += bytes[at] == value ? 1 : 0;
    }
    return count;
  }

  /** The first place of a byte of 0x80 or above; {@code to} where there is none. */
  static int firstNonAscii(byte[] bytes, int from, int to) {
    var at = from;
    for (; at <= to - 4 * LANES; at += 4 * LANES) {
      var lanes =
          (long) LONGS.get(bytes, at)
              | (long) LONGS.get(bytes, at + LANES)
              | (long) LONGS.get(bytes, at + 2 * LANES)
              | (long) LONGS.get(bytes, at + 3 * LANES);
      if ((lanes & HIGHS) != 0) {
        break;
      }
    }
    while (at < to && bytes[at] >= 0) {
      at++;
    }
    return at;
  }
}
