package dev.codeintel.repo.text;

/** UTF-8: how sets of characters look in it, and whether bytes are such. */
final class Utf8 {

  private static final int[] LENGTH_LAST = {0x7F, 0x7FF, 0xFFFF, Character.MAX_CODE_POINT};

  private Utf8() {}

  /** Takes ranges of bytes, one a place, that stand for ranges of characters. */
  interface Sequences {
    /**
     * @param lows lowest byte of each place; reused
     * @param highs highest byte of each place; reused
     * @param length how many places there are, 1 to 4
     */
    void sequence(int[] lows, int[] highs, int length);
  }

  /**
   * Takes a set apart into sequences of byte ranges: every combination within a sequence is a
   * character of the set. Surrogates have none.
   */
  static void sequences(CodePoints set, Sequences to) {
    var ranges = set.ranges();
    var lows = new int[4];
    var highs = new int[4];
    for (var i = 0; i < ranges.length; i += 2) {
      var from = ranges[i];
      for (var length = 1; length <= 4; length++) {
        var last = Math.min(ranges[i + 1], LENGTH_LAST[length - 1]);
        if (from <= last) {
          split(from, last, length, lows, highs, to);
          from = last + 1;
        }
      }
    }
  }

  /** Cuts a range of characters of one length where the bytes behind the first are not all. */
  private static void split(
      int first, int last, int length, int[] lows, int[] highs, Sequences to) {
    for (var tail = 1; tail < length; tail++) {
      var mask = (1 << 6 * tail) - 1;
      if ((first & ~mask) != (last & ~mask)) {
        if ((first & mask) != 0) {
          split(first, first | mask, length, lows, highs, to);
          split((first | mask) + 1, last, length, lows, highs, to);
          return;
        }
        if ((last & mask) != mask) {
          split(first, (last & ~mask) - 1, length, lows, highs, to);
          split(last & ~mask, last, length, lows, highs, to);
          return;
        }
      }
    }
    if (first > last) {
      return;
    }
    encode(first, length, lows);
    encode(last, length, highs);
    to.sequence(lows, highs, length);
  }

  private static void encode(int c, int length, int[] bytes) {
    if (length == 1) {
      bytes[0] = c;
      return;
    }
    for (var i = length - 1; i > 0; i--) {
      bytes[i] = 0x80 | c >> 6 * (length - 1 - i) & 0x3F;
    }
    bytes[0] = 0xF00 >> length & 0xFF | c >> 6 * (length - 1);
  }

  /**
   * @return whether the bytes are what an encoder makes: nothing cut short, nothing longer than
   *     need be, no surrogate
   */
  static boolean isValid(byte[] bytes, int from, int to) {
    var at = from;
    while (true) {
      at = Swar.firstNonAscii(bytes, at, to);
      if (at == to) {
        return true;
      }
      var length = lengthAt(bytes, at, to);
      if (length == 0) {
        return false;
      }
      at += length;
    }
  }

  /** Of the character that begins here, outside ASCII; 0 where there is none. */
  private static int lengthAt(byte[] bytes, int at, int to) {
    var lead = bytes[at] & 0xFF;
    var length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    if (length == 0 || at + length > to) {
      return 0;
    }
    var second = bytes[at + 1] & 0xFF;
    var lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    var highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (second < lowest || second > highest) {
      return 0;
    }
    for (var i = 2; i < length; i++) {
      if ((bytes[at + i] & 0xC0) != 0x80) {
        return 0;
      }
    }
    return length;
  }
}
