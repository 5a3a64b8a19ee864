package dev.codeintel.git;

import java.util.Arrays;

/**
 * The lines of one text that take part in the search for the shortest edit script. Left out, and
 * marked as changed at once, are lines without an equal in the other text, and lines with so many
 * equals there that they say nothing, when they stand among lines without any. That makes the
 * problem smaller; the script may come out a little longer than the shortest. The rule and its
 * numbers are those of {@code git diff}.
 */
final class KeptLines {

  /** A line is frequent when it has as many equals as the root of the text's length, or these. */
  private static final int FREQUENT_MAX = 1_024;

  /** How far around a frequent line its neighbours are looked at. */
  private static final int NEIGHBOURS_MAX = 100;

  /** A frequent line goes when lonely lines are more than these times the frequent ones near it. */
  private static final int LONELY_SHARE = 3;

  /** What the equals of a line in the other text say about it. */
  private enum Kind {
    LONELY,
    USEFUL,
    FREQUENT
  }

  private final DiffSide side;
  private final int[] lines;
  private final int[] classes;

  private KeptLines(DiffSide side, int[] lines, int[] classes) {
    this.side = side;
    this.lines = lines;
    this.classes = classes;
  }

  /**
   * Chooses among the lines {@code from} to {@code to} (exclusive) of a text.
   *
   * @param partners how often each class stands in the other text
   */
  static KeptLines of(DiffSide side, int[] partners, int from, int to, Steps steps) {
    var kinds = kinds(side, partners, from, to);
    var lines = new int[to - from];
    var classes = new int[to - from];
    var count = 0;
    for (var i = 0; i < kinds.length; i++) {
      steps.take(1);
      if (isKept(kinds, i, steps)) {
        lines[count] = from + i;
        classes[count] = side.classOf(from + i);
        count++;
      } else {
        side.change(from + i);
      }
    }
    return new KeptLines(side, Arrays.copyOf(lines, count), Arrays.copyOf(classes, count));
  }

  int count() {
    return lines.length;
  }

  /** The classes of the kept lines, in order; not to be written to. */
  int[] classes() {
    return classes;
  }

  /** Marks kept lines, by their place among the kept ones, as changed. */
  void change(int from, int to) {
    for (var kept = from; kept < to; kept++) {
      side.change(lines[kept]);
    }
  }

  /** The power of two next above the square root of a number; for 0 it is 1. */
  static int roughRoot(int number) {
    var bits = Integer.SIZE - Integer.numberOfLeadingZeros(number);
    return 1 << (bits + 1) / 2;
  }

  private static Kind[] kinds(DiffSide side, int[] partners, int from, int to) {
    var frequent = Math.min(roughRoot(side.count()), FREQUENT_MAX);
    var kinds = new Kind[to - from];
    for (var i = 0; i < kinds.length; i++) {
      var equals = partners[side.classOf(from + i)];
      kinds[i] = equals == 0 ? Kind.LONELY : equals < frequent ? Kind.USEFUL : Kind.FREQUENT;
    }
    return kinds;
  }

  private static boolean isKept(Kind[] kinds, int line, Steps steps) {
    return switch (kinds[line]) {
      case LONELY -> false;
      case USEFUL -> true;
      case FREQUENT -> !isAmongLonely(kinds, line, steps);
    };
  }

  /**
   * Whether the stretch without useful lines around a frequent line has lonely ones on both sides,
   * and enough of them.
   */
  private static boolean isAmongLonely(Kind[] kinds, int line, Steps steps) {
    var first = Math.max(0, line - NEIGHBOURS_MAX);
    var last = Math.min(kinds.length - 1, line + NEIGHBOURS_MAX);
    var lonelyBefore = 0;
    var begin = line - 1;
    for (; begin >= first && kinds[begin] != Kind.USEFUL; begin--) {
      lonelyBefore += kinds[begin] == Kind.LONELY ? 1 : 0;
    }
    if (lonelyBefore == 0) {
      return false;
    }
    var lonelyAfter = 0;
    var end = line + 1;
    for (; end <= last && kinds[end] != Kind.USEFUL; end++) {
      lonelyAfter += kinds[end] == Kind.LONELY ? 1 : 0;
    }
    steps.take(end - begin);
    if (lonelyAfter == 0) {
      return false;
    }
    var lonely = lonelyBefore + lonelyAfter;
    // The line itself counts twice, once for each side.
    var frequent = end - begin - lonely;
    return LONELY_SHARE * frequent < lonely;
  }
}
