package dev.codeintel.git;

import java.util.Arrays;

/**
 * Where a group of lines that can slide cuts its text most naturally, judged by indentation and
 * blank lines: the indent heuristic of {@code git diff}, with the weights that M. Haggerty found by
 * experiment (github.com/mhagger/diff-slider-tools). A place is as good as its two cuts, before the
 * group and after it: the less the lines after the cuts are indented the better, then the lower the
 * sum of the penalties.
 */
final class IndentScore {

  /** How far up a group is moved at most. */
  private static final int SLIDE_LINES_MAX = 100;

  /** Deeper indentation counts as this. */
  private static final int INDENT_MAX = 200;

  /** More blank lines in a row count as these. */
  private static final int BLANKS_MAX = 20;

  private static final int TAB_COLUMNS = 8;

  /** Indentation of a blank line, and of what is beyond the text. */
  private static final int BLANK = -1;

  private static final int UNKNOWN = -2;

  private static final int AT_START_OF_TEXT = 1;
  private static final int AT_END_OF_TEXT = 21;
  private static final int A_BLANK = -30;
  private static final int A_BLANK_BELOW = 6;
  private static final int DEEPER = -4;
  private static final int DEEPER_WITH_BLANK = 10;
  private static final int BLOCK_BEGINS = 24;
  private static final int BLOCK_BEGINS_WITH_BLANK = 17;
  private static final int BLOCK_ENDS = 23;
  private static final int BLOCK_ENDS_WITH_BLANK = 17;

  /** What less indentation is worth in penalty. */
  private static final int INDENT_WEIGHT = 60;

  private final TextLines text;
  private final int count;

  /** Indentation of each line once it was asked for: a line can be long, and is asked for often. */
  private short[] known = {};

  /** Judges the first {@code count} lines of a text as if there were no more. */
  IndentScore(TextLines text, int count) {
    this.text = text;
    this.count = count;
  }

  /**
   * The best place for a group.
   *
   * @param highest where the group ends when it is as far up as it goes
   * @param lowest where it ends when it is as far down as it goes
   * @param size lines of the group
   * @return the line after the group at its best place; the lowest of equally good ones
   */
  int bestEnd(int highest, int lowest, int size, Steps steps) {
    var end = Math.max(highest, Math.max(lowest - size - 1, lowest - SLIDE_LINES_MAX));
    var bestEnd = end;
    var best = place(end, size, steps);
    for (end++; end <= lowest; end++) {
      var place = place(end, size, steps);
      if (place.isAsGoodAs(best)) {
        best = place;
        bestEnd = end;
      }
    }
    return bestEnd;
  }

  /** The smaller the better, both. */
  private record Score(int indent, int penalty) {

    Score plus(Score other) {
      return new Score(indent + other.indent, penalty + other.penalty);
    }

    boolean isAsGoodAs(Score other) {
      var deeper = Integer.compare(indent, other.indent);
      return INDENT_WEIGHT * deeper + penalty - other.penalty <= 0;
    }
  }

  private Score place(int end, int size, Steps steps) {
    return cutBefore(end, steps).plus(cutBefore(end - size, steps));
  }

  /** Judges a cut between a line and the one above. */
  private Score cutBefore(int line, Steps steps) {
    var above = lookUp(line - 1);
    var below = lookDown(line + 1);
    var own = line < count ? indent(line) : BLANK;
    var blanksBelow = own == BLANK ? 1 + below.blanks : 0;
    var blanks = above.blanks + blanksBelow;
    steps.take(2 + above.blanks + below.blanks);

    var indent = own == BLANK ? below.indent : own;
    var penalty = A_BLANK * blanks + A_BLANK_BELOW * blanksBelow;
    if (above.indent == BLANK && above.blanks == 0) {
      penalty += AT_START_OF_TEXT;
    }
    if (line >= count) {
      penalty += AT_END_OF_TEXT;
    }
    if (indent != BLANK && above.indent != BLANK) {
      penalty += stepPenalty(above.indent, indent, below.indent, blanks > 0);
    }
    return new Score(indent, penalty);
  }

  private static int stepPenalty(int above, int indent, int below, boolean blanks) {
    if (indent == above) {
      return 0;
    }
    if (indent > above) {
      return blanks ? DEEPER_WITH_BLANK : DEEPER;
    }
    if (below > indent) {
      return blanks ? BLOCK_BEGINS_WITH_BLANK : BLOCK_BEGINS;
    }
    return blanks ? BLOCK_ENDS_WITH_BLANK : BLOCK_ENDS;
  }

  /**
   * The next line that is not blank, {@link #BLANK} if there is none, and the blank ones before.
   */
  private record View(int blanks, int indent) {}

  private View lookUp(int from) {
    var blanks = 0;
    for (var line = from; line >= 0; line--) {
      if (indent(line) != BLANK) {
        return new View(blanks, indent(line));
      }
      blanks++;
      if (blanks == BLANKS_MAX) {
        return new View(blanks, 0);
      }
    }
    return new View(blanks, BLANK);
  }

  private View lookDown(int from) {
    var blanks = 0;
    for (var line = from; line < count; line++) {
      if (indent(line) != BLANK) {
        return new View(blanks, indent(line));
      }
      blanks++;
      if (blanks == BLANKS_MAX) {
        return new View(blanks, 0);
      }
    }
    return new View(blanks, BLANK);
  }

  private int indent(int line) {
    if (known.length == 0) {
      known = new short[count];
      Arrays.fill(known, (short) UNKNOWN);
    }
    if (known[line] == UNKNOWN) {
      known[line] = (short) indent(text.bytes(), text.start(line), text.end(line));
    }
    return known[line];
  }

  /** Columns before the first byte that is no white space; {@link #BLANK} if there is none. */
  private static int indent(byte[] bytes, int from, int to) {
    var columns = 0;
    for (var at = from; at < to && columns < INDENT_MAX; at++) {
      switch (bytes[at]) {
        case ' ' -> columns++;
        case '\t' -> columns += TAB_COLUMNS - columns % TAB_COLUMNS;
        case '\n', '\r' -> {
          // White space without a width.
        }
        default -> {
          return columns;
        }
      }
    }
    return columns < INDENT_MAX ? BLANK : INDENT_MAX;
  }
}
