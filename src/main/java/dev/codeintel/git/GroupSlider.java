package dev.codeintel.git;

/**
 * Moves the groups of changed lines of one side to where a reader expects them; the script stays as
 * long. A group that can slide is first merged with all that it can touch, then put, in this order
 * of preference: beside the last change of the other side that it can meet (a replacement reads
 * better than a removal and an addition), where the indentation says, as far down as it goes.
 */
final class GroupSlider {

  private final ChangeGroup group;
  private final ChangeGroup partner;
  private final IndentScore indents;
  private final boolean byIndent;
  private final Steps steps;

  private GroupSlider(DiffSide side, DiffSide other, boolean byIndent, Steps steps) {
    group = new ChangeGroup(side);
    partner = new ChangeGroup(other);
    indents = new IndentScore(side.text(), side.count());
    this.byIndent = byIndent;
    this.steps = steps;
  }

  /** Moves the groups of a side; those of the other stay. */
  static void settle(DiffSide side, DiffSide other, boolean byIndent, Steps steps) {
    new GroupSlider(side, other, byIndent, steps).run();
  }

  private void run() {
    do {
      if (!group.isEmpty()) {
        place();
      }
      steps.take(1);
    } while (group.next() && step(partner.next()));
  }

  private void place() {
    int size;
    int highest;
    boolean meets;
    do {
      size = group.size();
      while (slideUp()) {}
      highest = group.end();
      meets = !partner.isEmpty();
      while (slideDown()) {
        meets |= !partner.isEmpty();
      }
    } while (size != group.size());
    if (group.end() == highest) {
      return;
    }
    if (meets) {
      while (partner.isEmpty()) {
        step(slideUp());
      }
    } else if (byIndent) {
      var best = indents.bestEnd(highest, group.end(), size, steps);
      while (group.end() > best) {
        step(slideUp());
      }
    }
  }

  private boolean slideUp() {
    steps.take(1);
    return group.slideUp() && step(partner.previous());
  }

  private boolean slideDown() {
    steps.take(1);
    return group.slideDown() && step(partner.next());
  }

  /** Groups of both sides belong together one by one; a step that fails would be a bug of ours. */
  private static boolean step(boolean taken) {
    if (!taken) {
      throw new IllegalStateException("the groups of the two sides of a diff do not pair up");
    }
    return true;
  }
}
