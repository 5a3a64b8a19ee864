package dev.codeintel.git;

import dev.codeintel.ops.CancelToken;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The lines in which two texts differ: the same stretches that {@code git diff -U0} prints with its
 * default algorithm (Myers) and that {@code git blame} goes by, line for line.
 *
 * <p>The way: the common tail is put aside; equal lines get equal numbers ({@link LineClasses});
 * the common head and tail, and lines that cannot have a partner, are left out ({@link KeptLines});
 * of the rest a short edit script is found ({@link EditScript}); then groups of changed lines slide
 * to where they read best ({@link GroupSlider}).
 *
 * <p>Two texts of n lines cost at most in the order of n times the root of n, memory in the order
 * of n, whatever stands in them; no recursion. Stateless.
 */
final class LineDiff {

  /** The common tail is put aside in blocks of these; what git puts aside shows in its hunks. */
  private static final int TAIL_BLOCK_BYTES = 1_024;

  private LineDiff() {}

  /**
   * A stretch that differs: lines of the first text that are replaced by lines of the second. Lines
   * count from 0; at most one of the counts is 0.
   */
  record Hunk(int aStart, int aCount, int bStart, int bCount) {

    /** The first line of the first text after the stretch. */
    int aEnd() {
      return aStart + aCount;
    }

    /** The first line of the second text after the stretch. */
    int bEnd() {
      return bStart + bCount;
    }
  }

  /**
   * Compares two texts.
   *
   * @param a the old text
   * @param b the new text
   * @return the stretches that differ, in order; between two of them stands at least one line that
   *     is equal
   * @throws dev.codeintel.ops.CodeintelException when the token says so, at the latest {@value
   *     Steps#BETWEEN_CHECKS} steps and one run of equal lines later
   */
  static List<Hunk> hunks(TextLines a, TextLines b, CancelToken cancel) {
    return hunks(a, b, true, new Steps(cancel));
  }

  /**
   * Compares two texts, as {@code git -c diff.indentHeuristic=false diff} does when {@code
   * byIndent} is false.
   */
  static List<Hunk> hunks(TextLines a, TextLines b, boolean byIndent, Steps steps) {
    var sameTail = commonTail(a.bytes(), b.bytes());
    var classes =
        new LineClasses(
            a,
            a.countBefore(a.bytes().length - sameTail),
            b,
            b.countBefore(b.bytes().length - sameTail),
            steps);
    var sideA = new DiffSide(a, classes.ofA());
    var sideB = new DiffSide(b, classes.ofB());
    var from = Arrays.mismatch(classes.ofA(), classes.ofB());
    if (from < 0) {
      return List.of();
    }
    var equal = equalEnd(sideA, sideB, from);
    var keptA = KeptLines.of(sideA, classes.countsInB(), from, sideA.count() - equal, steps);
    var keptB = KeptLines.of(sideB, classes.countsInA(), from, sideB.count() - equal, steps);
    EditScript.mark(keptA, keptB, steps);
    GroupSlider.settle(sideA, sideB, byIndent, steps);
    GroupSlider.settle(sideB, sideA, byIndent, steps);
    return collect(sideA, sideB, steps);
  }

  /** Bytes at the end of both texts that are equal and start at a line's first byte. */
  private static int commonTail(byte[] a, byte[] b) {
    var same = 0;
    while (same + TAIL_BLOCK_BYTES <= Math.min(a.length, b.length)
        && Arrays.equals(
            a,
            a.length - same - TAIL_BLOCK_BYTES,
            a.length - same,
            b,
            b.length - same - TAIL_BLOCK_BYTES,
            b.length - same)) {
      same += TAIL_BLOCK_BYTES;
    }
    // The first line of the tail may have begun differently.
    var at = a.length - same;
    while (at < a.length && a[at] != '\n') {
      at++;
    }
    return Math.max(0, a.length - at - 1);
  }

  /** How many lines at the end are equal, those before {@code from} left aside. */
  private static int equalEnd(DiffSide a, DiffSide b, int from) {
    var most = Math.min(a.count(), b.count()) - from;
    var equal = 0;
    while (equal < most && a.classOf(a.count() - equal - 1) == b.classOf(b.count() - equal - 1)) {
      equal++;
    }
    return equal;
  }

  private static List<Hunk> collect(DiffSide a, DiffSide b, Steps steps) {
    var hunks = new ArrayList<Hunk>();
    var atA = 0;
    var atB = 0;
    while (atA < a.count() || atB < b.count()) {
      steps.take(1);
      var endA = changedEnd(a, atA);
      var endB = changedEnd(b, atB);
      if (endA > atA || endB > atB) {
        hunks.add(new Hunk(atA, endA - atA, atB, endB - atB));
      }
      atA = endA + 1;
      atB = endB + 1;
    }
    return List.copyOf(hunks);
  }

  private static int changedEnd(DiffSide side, int from) {
    var end = from;
    while (side.isChanged(end)) {
      end++;
    }
    return end;
  }
}
