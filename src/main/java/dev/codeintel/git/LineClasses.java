package dev.codeintel.git;

import java.util.Arrays;

/**
 * Equal lines of two texts get the same small number, their class, so that all that follows
 * compares ints; and how often each class stands in each text. Classes are numbered as they are
 * met, first text first, and depend on the bytes alone. Not thread-safe while it is made.
 */
final class LineClasses {

  private static final int NONE = 0;

  private final TextLines a;
  private final TextLines b;
  private final int[] classesA;
  private final int[] classesB;

  /** How often a class stands in each text. */
  private int[] inA;

  private int[] inB;

  /** The first line of each class: a line of {@code a}, or the complement of one of {@code b}. */
  private final int[] firsts;

  /** Open addressing: class + 1 by hash. */
  private final int[] table;

  private int count;

  /** Looks at the first lines only of each text: {@code countA} and {@code countB} of them. */
  LineClasses(TextLines a, int countA, TextLines b, int countB, Steps steps) {
    this.a = a;
    this.b = b;
    classesA = new int[countA];
    classesB = new int[countB];
    inA = new int[countA + countB];
    inB = new int[countA + countB];
    firsts = new int[countA + countB];
    table = new int[tableSize(countA + countB)];
    for (var line = 0; line < countA; line++) {
      steps.take(1);
      classesA[line] = classOf(a, line, line);
      inA[classesA[line]]++;
    }
    for (var line = 0; line < countB; line++) {
      steps.take(1);
      classesB[line] = classOf(b, line, ~line);
      inB[classesB[line]]++;
    }
    inA = Arrays.copyOf(inA, count);
    inB = Arrays.copyOf(inB, count);
  }

  /** The class of each line of the first text. */
  int[] ofA() {
    return classesA;
  }

  /** The class of each line of the second text. */
  int[] ofB() {
    return classesB;
  }

  /** How often each class stands in the first text. */
  int[] countsInA() {
    return inA;
  }

  /** How often each class stands in the second text. */
  int[] countsInB() {
    return inB;
  }

  private int classOf(TextLines text, int line, int place) {
    var slot = text.hash(line) & table.length - 1;
    while (table[slot] != NONE) {
      var known = table[slot] - 1;
      if (isLine(known, text, line)) {
        return known;
      }
      slot = slot + 1 & table.length - 1;
    }
    firsts[count] = place;
    count++;
    table[slot] = count;
    return count - 1;
  }

  private boolean isLine(int known, TextLines text, int line) {
    var first = firsts[known];
    return first >= 0 ? a.sameLine(first, text, line) : b.sameLine(~first, text, line);
  }

  private static int tableSize(int lines) {
    return Integer.highestOneBit(Math.max(1, lines)) << 2;
  }
}
