package dev.codeintel.git;

/**
 * One of the two texts of a diff: its lines, the class of each, and which of them changed (removed
 * from the first text, added in the second). Not thread-safe.
 */
final class DiffSide {

  private final TextLines text;
  private final int[] classes;
  private final boolean[] changed;

  /** All lines that have a class, none of them changed yet. */
  DiffSide(TextLines text, int[] classes) {
    this.text = text;
    this.classes = classes;
    changed = new boolean[classes.length];
  }

  TextLines text() {
    return text;
  }

  int count() {
    return classes.length;
  }

  int classOf(int line) {
    return classes[line];
  }

  boolean sameLines(int line, int other) {
    return classes[line] == classes[other];
  }

  /** Whether a line changed; what is no line of the text did not. */
  boolean isChanged(int line) {
    return line >= 0 && line < changed.length && changed[line];
  }

  void change(int line) {
    changed[line] = true;
  }

  void keep(int line) {
    changed[line] = false;
  }
}
