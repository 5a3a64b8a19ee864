package dev.codeintel.git;

/**
 * Finds a point that a short edit script goes through, in a box of the edit graph of two texts: the
 * linear-space refinement of E. W. Myers, "An O(ND) Difference Algorithm and Its Variations",
 * Algorithmica 1 (1986), section 4b. A search forward from the upper left corner and one backward
 * from the lower right one take turns, one edit each, until they meet.
 *
 * <p>Texts that have little in common would cost the product of their lengths. So, as {@code git
 * diff} does and with its numbers, the search also ends at a point that is only likely to be good:
 * far along a diagonal after a long run of equal lines, or, when {@link #costMax} edits were tried,
 * wherever it came furthest. Each call then costs at most about {@code 2 * costMax * costMax} steps
 * besides runs of equal lines, and leaves at least {@code costMax} lines less to look at.
 *
 * <p>The answer of the last {@link #find} stands in the accessors. Not thread-safe.
 */
final class MiddlePoint {

  private static final int COST_MAX_LEAST = 256;

  /** From this many edits on a promising point is good enough. */
  private static final int PROMISE_COST_MIN = 256;

  /** A run of more equal lines than these is no accident. */
  private static final int LONG_RUN_LINES = 20;

  /** A point is promising when it lies this many times further than the edits it took. */
  private static final int PROMISE_FACTOR = 4;

  private static final int UNREACHED_FORWARD = -1;

  /** More than any line, with room for sums. */
  private static final int UNREACHED_BACKWARD = Integer.MAX_VALUE >> 1;

  private final int[] a;
  private final int[] b;
  private final Frontier forward;
  private final Frontier backward;
  private final int costMax;
  private final Steps steps;

  private int fromA;
  private int toA;
  private int fromB;
  private int toB;
  private boolean longRunSeen;

  private int middleA;
  private int middleB;
  private boolean firstExact;
  private boolean secondExact;

  /** Takes the classes of the lines of both texts. */
  MiddlePoint(int[] a, int[] b, Steps steps) {
    this.a = a;
    this.b = b;
    this.steps = steps;
    forward = new Frontier(a.length, b.length, UNREACHED_FORWARD);
    backward = new Frontier(a.length, b.length, UNREACHED_BACKWARD);
    costMax = Math.max(COST_MAX_LEAST, KeptLines.roughRoot(a.length + b.length + 3));
  }

  /** The line of the first text at which the box is to be cut. */
  int middleA() {
    return middleA;
  }

  /** The line of the second text at which the box is to be cut. */
  int middleB() {
    return middleB;
  }

  /** Whether the part before the point is known to have a cheap script, so that no guess is due. */
  boolean firstExact() {
    return firstExact;
  }

  /** The same for the part after the point. */
  boolean secondExact() {
    return secondExact;
  }

  /**
   * Finds the point.
   *
   * @param box neither empty on one side nor with equal lines in its upper left or lower right
   *     corner; the point then lies inside, never on one of these corners
   */
  void find(Box box) {
    fromA = box.fromA();
    toA = box.toA();
    fromB = box.fromB();
    toB = box.toB();
    forward.start(fromA - fromB, fromA);
    backward.start(toA - toB, toA);
    for (var cost = 1; ; cost++) {
      longRunSeen = false;
      if (stepForward() || stepBackward()) {
        return;
      }
      if (box.exact()) {
        continue;
      }
      if (longRunSeen
          && cost > PROMISE_COST_MIN
          && (promiseForward(cost) || promiseBackward(cost))) {
        return;
      }
      if (cost >= costMax) {
        settleForTheFurthest();
        return;
      }
    }
  }

  /** One edit more from the upper left, then along equal lines; true when both searches met. */
  private boolean stepForward() {
    forward.widen(fromA - toB, toA - fromB);
    var mayMeet = cornersDiffer();
    for (var d = forward.highest(); d >= forward.lowest(); d -= 2) {
      var left = forward.at(d - 1);
      var above = forward.at(d + 1);
      var begin = left >= above ? left + 1 : above;
      var lineA = begin;
      var lineB = begin - d;
      while (lineA < toA && lineB < toB && a[lineA] == b[lineB]) {
        lineA++;
        lineB++;
      }
      steps.take(1 + lineA - begin);
      longRunSeen |= lineA - begin > LONG_RUN_LINES;
      forward.put(d, lineA);
      if (mayMeet && backward.covers(d) && backward.at(d) <= lineA) {
        return meet(lineA, lineB);
      }
    }
    return false;
  }

  /** The same from the lower right. */
  private boolean stepBackward() {
    backward.widen(fromA - toB, toA - fromB);
    var mayMeet = !cornersDiffer();
    for (var d = backward.highest(); d >= backward.lowest(); d -= 2) {
      var below = backward.at(d - 1);
      var right = backward.at(d + 1);
      var begin = below < right ? below : right - 1;
      var lineA = begin;
      var lineB = begin - d;
      while (lineA > fromA && lineB > fromB && a[lineA - 1] == b[lineB - 1]) {
        lineA--;
        lineB--;
      }
      steps.take(1 + begin - lineA);
      longRunSeen |= begin - lineA > LONG_RUN_LINES;
      backward.put(d, lineA);
      if (mayMeet && forward.covers(d) && lineA <= forward.at(d)) {
        return meet(lineA, lineB);
      }
    }
    return false;
  }

  /** An odd number of edits can only be noticed by the search that goes first, an even one not. */
  private boolean cornersDiffer() {
    return (fromA - fromB - (toA - toB) & 1) != 0;
  }

  private boolean meet(int lineA, int lineB) {
    answer(lineA, lineB, true, true);
    return true;
  }

  private void answer(int lineA, int lineB, boolean first, boolean second) {
    middleA = lineA;
    middleB = lineB;
    firstExact = first;
    secondExact = second;
  }

  /** The best point, if any, that the forward search reached quickly and over a long run. */
  private boolean promiseForward(int cost) {
    var best = 0L;
    for (var d = forward.highest(); d >= forward.lowest(); d -= 2) {
      steps.take(1);
      var lineA = forward.at(d);
      var lineB = lineA - d;
      var gain = (long) lineA - fromA + lineB - fromB - Math.abs(d - (fromA - fromB));
      if (gain > (long) PROMISE_FACTOR * cost
          && gain > best
          && fromA + LONG_RUN_LINES <= lineA
          && lineA < toA
          && fromB + LONG_RUN_LINES <= lineB
          && lineB < toB
          && isLongRun(lineA - LONG_RUN_LINES, lineB - LONG_RUN_LINES)) {
        best = gain;
        answer(lineA, lineB, true, false);
      }
    }
    return best > 0;
  }

  private boolean promiseBackward(int cost) {
    var best = 0L;
    for (var d = backward.highest(); d >= backward.lowest(); d -= 2) {
      steps.take(1);
      var lineA = backward.at(d);
      var lineB = lineA - d;
      var gain = (long) toA - lineA + toB - lineB - Math.abs(d - (toA - toB));
      if (gain > (long) PROMISE_FACTOR * cost
          && gain > best
          && fromA < lineA
          && lineA <= toA - LONG_RUN_LINES
          && fromB < lineB
          && lineB <= toB - LONG_RUN_LINES
          && isLongRun(lineA, lineB)) {
        best = gain;
        answer(lineA, lineB, false, true);
      }
    }
    return best > 0;
  }

  private boolean isLongRun(int lineA, int lineB) {
    for (var i = 0; i < LONG_RUN_LINES; i++) {
      if (a[lineA + i] != b[lineB + i]) {
        return false;
      }
    }
    return true;
  }

  /** The point furthest from its corner, of all that either search reached. */
  private void settleForTheFurthest() {
    var bestForward = -1;
    var forwardA = -1;
    for (var d = forward.highest(); d >= forward.lowest(); d -= 2) {
      // A diagonal may be followed beyond the box; step back along it to the border.
      var lineA = Math.min(Math.min(forward.at(d), toA), toB + d);
      if (bestForward < 2 * lineA - d) {
        bestForward = 2 * lineA - d;
        forwardA = lineA;
      }
    }
    var bestBackward = Integer.MAX_VALUE;
    var backwardA = -1;
    for (var d = backward.highest(); d >= backward.lowest(); d -= 2) {
      var lineA = Math.max(Math.max(backward.at(d), fromA), fromB + d);
      if (2 * lineA - d < bestBackward) {
        bestBackward = 2 * lineA - d;
        backwardA = lineA;
      }
    }
    if (toA + toB - bestBackward < bestForward - (fromA + fromB)) {
      answer(forwardA, bestForward - forwardA, true, false);
    } else {
      answer(backwardA, bestBackward - backwardA, false, true);
    }
  }

  /**
   * A part of the edit graph: lines of both texts, ends exclusive.
   *
   * @param exact whether its script is known to be so short that the shortest must be found
   */
  record Box(int fromA, int toA, int fromB, int toB, boolean exact) {}
}
