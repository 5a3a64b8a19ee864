package dev.codeintel.git;

import dev.codeintel.git.LineDiff.Hunk;
import dev.codeintel.git.LineFingerprints.InHand;
import dev.codeintel.ops.CancelToken;
import java.util.Arrays;

/**
 * Which line of the parent each line that an ignored revision changed most likely came from: the
 * guess that {@code git blame --ignore-rev} makes.
 *
 * <p>One object serves one pass of blame from a file of an ignored commit to the same file of one
 * of its parents; a pass to another parent takes a new one. Give it each hunk of {@code
 * LineDiff.hunks(parent, child)}, in order, also those whose lines nobody asks for: what the lines
 * of one hunk take from the parent's lines, those of later hunks no longer find there. Hunks after
 * the last line that is asked for may be left out. A line with a guess goes to the parent under the
 * guessed number, one without stays with the ignored commit.
 *
 * <pre>
 *   var fuzzy = new FuzzyLines(parent, child, cancel);
 *   for (var hunk : hunks) {
 *     var lines = fuzzy.guess(hunk); // child line hunk.bStart() + i came from parent line lines[i]
 *   }
 * </pre>
 *
 * <p>Lines are first looked for within their hunk ({@link HunkMatch}); one that is not found there
 * goes to the most similar line of the whole parent, the nearest of equally similar ones, if it is
 * similar enough. Guesses of neighbouring lines need not be in order then, and two lines may have
 * the same.
 *
 * <p>Work is limited: after {@link #STEPS_MAX} steps, some seconds, nothing is guessed any more and
 * {@link #ranOut()} says so. Not thread-safe.
 */
final class FuzzyLines {

  /** A line without a guess. */
  static final int NO_LINE = HunkMatch.NO_LINE;

  /** Most work of one pass; a step is a pair of bytes that is looked at. */
  static final long STEPS_MAX = 1_000_000_000;

  /** Most memory of one hunk, in numbers of four bytes. */
  private static final int CELLS_MAX = 16 << 20;

  /** Pairs that a line must have in common with one outside of its hunk. */
  private static final int SIMILAR_PAIRS_MIN = 10;

  private final TextLines parentText;
  private final Steps steps;
  private final long stepsMax;
  private final InHand inHand = new InHand();
  private final LineFingerprints parent;
  private final LineFingerprints child;
  private boolean ranOut;

  /**
   * @throws dev.codeintel.ops.CodeintelException when the token says so, as {@link #guess} does
   */
  FuzzyLines(TextLines parent, TextLines child, CancelToken cancel) {
    this(parent, child, new Steps(cancel), STEPS_MAX);
  }

  FuzzyLines(TextLines parent, TextLines child, Steps steps, long stepsMax) {
    parentText = parent;
    this.steps = steps;
    this.stepsMax = stepsMax;
    this.parent = new LineFingerprints(parent, steps);
    this.child = new LineFingerprints(child, steps);
  }

  /**
   * Guesses for one hunk.
   *
   * @return for each new line of the hunk the line of the parent, counted from 0 in the whole text,
   *     or {@link #NO_LINE}
   */
  int[] guess(Hunk hunk) {
    var lines = matchedInside(hunk);
    for (var i = 0; i < lines.length; i++) {
      lines[i] = lines[i] == NO_LINE ? mostSimilar(hunk.bStart() + i) : hunk.aStart() + lines[i];
    }
    return lines;
  }

  /** Whether lines were left without a guess because the work was too much. */
  boolean ranOut() {
    return ranOut;
  }

  private int[] matchedInside(Hunk hunk) {
    var nothing = new int[hunk.bCount()];
    Arrays.fill(nothing, NO_LINE);
    if (hunk.aCount() == 0 || hunk.bCount() == 0) {
      return nothing;
    }
    if (HunkMatch.cells(hunk) > CELLS_MAX) {
      ranOut = true;
      return nothing;
    }
    return new HunkMatch(parent, child, hunk, inHand, steps, stepsMax).run();
  }

  private int mostSimilar(int line) {
    if (steps.taken() >= stepsMax) {
      ranOut = true;
      return NO_LINE;
    }
    var found = NO_LINE;
    var most = SIMILAR_PAIRS_MIN;
    inHand.take(child, line);
    for (var candidate = 0; candidate < parentText.count(); candidate++) {
      steps.take(1);
      if (Math.min(parent.size(candidate), child.size(line)) < most) {
        continue;
      }
      steps.take(parent.cost(candidate));
      var similarity = parent.similarity(candidate, inHand);
      var nearer = found == NO_LINE || Math.abs(candidate - line) <= Math.abs(found - line);
      if (similarity > most || similarity == most && nearer) {
        most = similarity;
        found = candidate;
      }
    }
    return found;
  }
}
