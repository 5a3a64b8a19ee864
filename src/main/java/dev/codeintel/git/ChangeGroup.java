package dev.codeintel.git;

/**
 * A cursor over the groups of one side of a diff. A group is what lies between two unchanged lines
 * that follow each other (or before the first, or after the last): the changed lines there, often
 * none. Both sides have as many unchanged lines, hence as many groups, and the n-th of one side
 * belongs to the n-th of the other. Not thread-safe.
 */
final class ChangeGroup {

  private final DiffSide side;
  private int start;
  private int end;

  /** Stands on the first group. */
  ChangeGroup(DiffSide side) {
    this.side = side;
    extendDown();
  }

  /** After the group's last line: the unchanged line below it, or the end of the text. */
  int end() {
    return end;
  }

  int size() {
    return end - start;
  }

  boolean isEmpty() {
    return start == end;
  }

  /** Steps to the next group, if there is one. */
  boolean next() {
    if (end == side.count()) {
      return false;
    }
    start = end + 1;
    end = start;
    extendDown();
    return true;
  }

  /** Steps to the group before, if there is one. */
  boolean previous() {
    if (start == 0) {
      return false;
    }
    end = start - 1;
    start = end;
    extendUp();
    return true;
  }

  /**
   * Moves the group a line up, if the diff stays true: the line above must equal the group's last.
   * Takes in the group that it then touches.
   */
  boolean slideUp() {
    if (start == 0 || !side.sameLines(start - 1, end - 1)) {
      return false;
    }
    start--;
    end--;
    side.change(start);
    side.keep(end);
    extendUp();
    return true;
  }

  /** Moves the group a line down; the line below must equal the group's first. */
  boolean slideDown() {
    if (end == side.count() || !side.sameLines(start, end)) {
      return false;
    }
    side.keep(start);
    side.change(end);
    start++;
    end++;
    extendDown();
    return true;
  }

  private void extendUp() {
    while (side.isChanged(start - 1)) {
      start--;
    }
  }

  private void extendDown() {
    while (side.isChanged(end)) {
      end++;
    }
  }
}
