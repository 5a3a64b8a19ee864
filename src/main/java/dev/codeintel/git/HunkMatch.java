package dev.codeintel.git;

import dev.codeintel.git.LineDiff.Hunk;
import dev.codeintel.git.LineFingerprints.InHand;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * Which old line each new line of one hunk came from, the order of lines kept: the new line whose
 * old line is most certain is matched first, then those above it with the old lines up to that one,
 * then those below it with the old lines from that one on, and so on. An old line may give birth to
 * several new ones, but what one of them took from it the others cannot take again.
 *
 * <p>A new line is compared with the old lines around the place where it would stand if the hunk
 * had been stretched evenly, so that a hunk costs in the order of its length, not of its square.
 * One a hunk; lines count from 0 within the hunk.
 */
final class HunkMatch {

  static final int NO_LINE = -1;

  /** How far from its even place a line is looked for. */
  private static final int DISTANCE_LINES_MAX = 10;

  /** Of equally similar lines the nearer one counts: a line of distance is a thousandth. */
  private static final int SIMILARITY_UNIT = 1_000;

  /** More pairs in common count as these, so that no number overflows. */
  private static final int SIMILARITY_MAX = 1_000_000;

  private static final int UNKNOWN = -1;
  private static final int HOPELESS = -2;

  private final LineFingerprints parent;
  private final LineFingerprints child;
  private final Hunk hunk;
  private final InHand inHand;
  private final Steps steps;
  private final long stepsMax;

  private final int distanceA;
  private final int distanceB;
  private final int[] similarities;

  /** How clear the best old line of each new one is, and which it and the second best are. */
  private final int[] certainties;

  private final int[] best;
  private final int[] second;

  private final int[] matched;
  private final ArrayDeque<Range> waiting = new ArrayDeque<>();

  /**
   * Prepares a hunk with at least one old and one new line.
   *
   * @param parent loses the pairs that matched lines took
   * @param inHand reused from hunk to hunk; holds lines of the child only
   * @param stepsMax when so many steps were taken, lines not yet matched stay so
   */
  HunkMatch(
      LineFingerprints parent,
      LineFingerprints child,
      Hunk hunk,
      InHand inHand,
      Steps steps,
      long stepsMax) {
    this.parent = parent;
    this.child = child;
    this.hunk = hunk;
    this.inHand = inHand;
    this.steps = steps;
    this.stepsMax = stepsMax;
    distanceA = distance(hunk);
    distanceB = (int) (((long) width() * hunk.bCount() - 1) / hunk.aCount());
    similarities = filled(Math.toIntExact(cells(hunk)), UNKNOWN);
    certainties = filled(hunk.bCount(), UNKNOWN);
    best = new int[hunk.bCount()];
    second = new int[hunk.bCount()];
    matched = filled(hunk.bCount(), NO_LINE);
  }

  private static int distance(Hunk hunk) {
    return Math.min(DISTANCE_LINES_MAX, hunk.aCount() - 1);
  }

  /** How many numbers a hunk takes. */
  static long cells(Hunk hunk) {
    return (2L * distance(hunk) + 1) * hunk.bCount();
  }

  /** For each new line the old one, counted within the hunk, or {@link #NO_LINE}. */
  int[] run() {
    push(0, hunk.aCount(), 0, hunk.bCount());
    while (!waiting.isEmpty() && steps.taken() < stepsMax) {
      split(waiting.pop());
    }
    return matched;
  }

  /** Old lines that new lines may be matched with; ends exclusive. */
  private record Range(int fromA, int toA, int fromB, int toB) {}

  private void push(int fromA, int toA, int fromB, int toB) {
    if (fromB < toB) {
      waiting.push(new Range(fromA, toA, fromB, toB));
    }
  }

  private void split(Range range) {
    var b = mostCertain(range);
    if (b == NO_LINE) {
      return;
    }
    var a = best[b];
    matched[b] = a;
    inHand.take(child, hunk.bStart() + b);
    parent.subtract(hunk.aStart() + a, inHand);
    forget(range, a, b);
    // The upper part comes first: what it takes from old lines the lower part does not find.
    push(a, range.toA(), b + 1, range.toB());
    push(range.fromA(), a + 1, range.fromB(), b);
  }

  private int mostCertain(Range range) {
    var line = NO_LINE;
    var most = UNKNOWN;
    for (var b = range.fromB(); b < range.toB(); b++) {
      steps.take(1);
      if (certainties[b] == UNKNOWN) {
        judge(range, b);
      }
      if (certainties[b] > most) {
        most = certainties[b];
        line = b;
      }
    }
    return line;
  }

  /**
   * Finds the two old lines most similar to a new one. A line that is much like one old line is
   * certain; one that is as much like another less so, yet more than one that is little like any.
   */
  private void judge(Range range, int b) {
    var bestSimilarity = 0;
    var bestA = range.fromA();
    var secondSimilarity = 0;
    var secondA = range.fromA();
    var from = Math.max(range.fromA(), evenPlace(b) - distanceA);
    var to = Math.min(range.toA(), evenPlace(b) + distanceA + 1);
    inHand.take(child, hunk.bStart() + b);
    steps.take(1 + child.cost(hunk.bStart() + b));
    for (var a = from; a < to; a++) {
      var similarity = similarityToLineInHand(a, b);
      if (similarity > bestSimilarity) {
        secondSimilarity = bestSimilarity;
        secondA = bestA;
        bestSimilarity = similarity;
        bestA = a;
      } else if (similarity > secondSimilarity) {
        secondSimilarity = similarity;
        secondA = a;
      }
    }
    certainties[b] = bestSimilarity == 0 ? HOPELESS : 2 * bestSimilarity - secondSimilarity;
    best[b] = bestA;
    second[b] = secondA;
  }

  private int similarityToLineInHand(int a, int b) {
    var cell = cell(a, b);
    if (similarities[cell] == UNKNOWN) {
      steps.take(parent.cost(hunk.aStart() + a));
      var common = Math.min(SIMILARITY_MAX, parent.similarity(hunk.aStart() + a, inHand));
      similarities[cell] = common * (SIMILARITY_UNIT - Math.abs(a - evenPlace(b)));
    }
    return similarities[cell];
  }

  /** After a match: what it changed, or made impossible by the order of lines, is unknown again. */
  private void forget(Range range, int matchedA, int matchedB) {
    var from = Math.max(range.fromB(), matchedB - distanceB);
    var to = (int) Math.min(range.toB(), (long) matchedB + distanceB + 1);
    for (var b = from; b < to; b++) {
      steps.take(1);
      if (Math.abs(matchedA - evenPlace(b)) <= distanceA) {
        similarities[cell(matchedA, b)] = UNKNOWN;
      }
      var outOfOrder =
          b < matchedB
              ? best[b] >= matchedA || second[b] >= matchedA
              : best[b] <= matchedA || second[b] <= matchedA;
      if (b != matchedB && certainties[b] >= 0 && outOfOrder) {
        certainties[b] = UNKNOWN;
      }
    }
  }

  /** The old line at the same share of the hunk's length; the middle one of several. */
  private int evenPlace(int b) {
    return (int) ((2L * b + 1) * hunk.aCount() / (2L * hunk.bCount()));
  }

  private int cell(int a, int b) {
    return b * width() + a - evenPlace(b) + distanceA;
  }

  private int width() {
    return 2 * distanceA + 1;
  }

  private static int[] filled(int length, int value) {
    var array = new int[length];
    Arrays.fill(array, value);
    return array;
  }
}
