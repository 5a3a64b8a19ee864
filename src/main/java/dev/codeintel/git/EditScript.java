package dev.codeintel.git;

import dev.codeintel.git.MiddlePoint.Box;
import java.util.ArrayDeque;

/**
 * The lines that a short edit script removes and adds: divide and conquer over {@link MiddlePoint}.
 * Boxes that wait stand in a queue of our own, not on the thread's stack, so that no text can
 * overflow it; they are disjoint and none is empty, so there are never more of them than lines.
 */
final class EditScript {

  private final KeptLines linesA;
  private final KeptLines linesB;
  private final int[] a;
  private final int[] b;
  private final Steps steps;
  private final MiddlePoint middle;
  private final ArrayDeque<Box> waiting = new ArrayDeque<>();

  private EditScript(KeptLines linesA, KeptLines linesB, Steps steps) {
    this.linesA = linesA;
    this.linesB = linesB;
    this.steps = steps;
    a = linesA.classes();
    b = linesB.classes();
    middle = new MiddlePoint(a, b, steps);
  }

  /** Marks the changed ones among the kept lines of both texts. */
  static void mark(KeptLines linesA, KeptLines linesB, Steps steps) {
    new EditScript(linesA, linesB, steps).run();
  }

  private void run() {
    push(0, a.length, 0, b.length, false);
    while (!waiting.isEmpty()) {
      solve(waiting.pop());
    }
  }

  private void push(int fromA, int toA, int fromB, int toB, boolean exact) {
    if (fromA < toA || fromB < toB) {
      waiting.push(new Box(fromA, toA, fromB, toB, exact));
    }
  }

  private void solve(Box box) {
    var rest = withoutEqualEnds(box);
    if (rest.fromA() == rest.toA() || rest.fromB() == rest.toB()) {
      linesA.change(rest.fromA(), rest.toA());
      linesB.change(rest.fromB(), rest.toB());
      return;
    }
    middle.find(rest);
    var atA = middle.middleA();
    var atB = middle.middleB();
    push(atA, rest.toA(), atB, rest.toB(), middle.secondExact());
    push(rest.fromA(), atA, rest.fromB(), atB, middle.firstExact());
  }

  private Box withoutEqualEnds(Box box) {
    var fromA = box.fromA();
    var toA = box.toA();
    var fromB = box.fromB();
    var toB = box.toB();
    while (fromA < toA && fromB < toB && a[fromA] == b[fromB]) {
      steps.take(1);
      fromA++;
      fromB++;
    }
    while (fromA < toA && fromB < toB && a[toA - 1] == b[toB - 1]) {
      steps.take(1);
      toA--;
      toB--;
    }
    steps.take(1);
    return new Box(fromA, toA, fromB, toB, box.exact());
  }
}
