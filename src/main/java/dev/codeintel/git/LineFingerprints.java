package dev.codeintel.git;

import java.util.Arrays;

/**
 * What a line looks like, loosely: how often each pair of neighbouring bytes stands in it, letters
 * of ASCII in lower case, white space of any kind and both ends as one and the same byte, pairs of
 * white space left out. Two lines are as similar as they have pairs in common. This is the measure
 * of {@code git blame --ignore-rev}.
 *
 * <p>Six bytes for each different pair of a line, no object a line. Not thread-safe: pairs can be
 * taken away.
 */
final class LineFingerprints {

  private static final int PAIRS = 1 << 2 * Byte.SIZE;
  private static final int FIRST_PAIRS = 1 << 12;

  /** Where the pairs of each line start, and those of the last end. */
  private final int[] starts;

  /** How many pairs each line has, all occurrences counted. */
  private final int[] sizes;

  private char[] pairs;
  private int[] counts;

  /** Looks at all lines of a text. */
  LineFingerprints(TextLines text, Steps steps) {
    starts = new int[text.count() + 1];
    sizes = new int[text.count()];
    pairs = new char[FIRST_PAIRS];
    counts = new int[FIRST_PAIRS];
    var seen = new int[PAIRS];
    for (var line = 0; line < sizes.length; line++) {
      steps.take(1 + text.end(line) - text.start(line));
      add(line, text.bytes(), text.start(line), text.end(line), seen);
    }
  }

  /** How many pairs of a line are left. */
  int size(int line) {
    return sizes[line];
  }

  /** How many different pairs a line has: what it costs to look at it. */
  int cost(int line) {
    return starts[line + 1] - starts[line];
  }

  /** How many pairs a line has in common with the one in hand. */
  int similarity(int line, InHand other) {
    var common = 0;
    for (var i = starts[line]; i < starts[line + 1]; i++) {
      common += Math.min(counts[i], other.counts[pairs[i]]);
    }
    return common;
  }

  /** Takes the pairs of the line in hand away from another line. */
  void subtract(int line, InHand other) {
    for (var i = starts[line]; i < starts[line + 1]; i++) {
      var common = Math.min(counts[i], other.counts[pairs[i]]);
      counts[i] -= common;
      sizes[line] -= common;
    }
  }

  /** One line spread out, so that others can be compared with it one after the other. */
  static final class InHand {

    private final int[] counts = new int[PAIRS];
    private LineFingerprints from;
    private int line;

    /** Puts down the line in hand and takes this one. */
    void take(LineFingerprints from, int line) {
      spread(0);
      this.from = from;
      this.line = line;
      spread(1);
    }

    private void spread(int times) {
      if (from != null) {
        for (var i = from.starts[line]; i < from.starts[line + 1]; i++) {
          counts[from.pairs[i]] = times * from.counts[i];
        }
      }
    }
  }

  private void add(int line, byte[] bytes, int from, int to, int[] seen) {
    var start = starts[line];
    var end = start;
    var before = 0;
    for (var at = from; at <= to; at++) {
      var here = at == to ? 0 : folded(bytes[at]);
      var pair = before | here << Byte.SIZE;
      before = here;
      if (pair == 0) {
        continue;
      }
      if (seen[pair] == 0) {
        end = append(end, pair);
      }
      seen[pair]++;
      sizes[line]++;
    }
    for (var i = start; i < end; i++) {
      counts[i] = seen[pairs[i]];
      seen[pairs[i]] = 0;
    }
    starts[line + 1] = end;
  }

  private int append(int end, int pair) {
    if (end == pairs.length) {
      var length = Math.addExact(end, end / 2);
      pairs = Arrays.copyOf(pairs, length);
      counts = Arrays.copyOf(counts, length);
    }
    pairs[end] = (char) pair;
    return end + 1;
  }

  private static int folded(byte value) {
    return switch (value) {
      case ' ', '\t', '\n', '\r' -> 0;
      default -> 'A' <= value && value <= 'Z' ? value - 'A' + 'a' : Byte.toUnsignedInt(value);
    };
  }
}
