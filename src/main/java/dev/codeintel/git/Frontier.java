package dev.codeintel.git;

/**
 * How far a search came on each diagonal of the edit graph (Myers 1986). Diagonal {@code d} holds
 * the points where the line of the first text less the line of the second is {@code d}; the number
 * kept for it is the line of the first text. Diagonals are looked at in turns, every second one,
 * from {@link #lowest()} to {@link #highest()}. Not thread-safe.
 */
final class Frontier {

  private final int[] reached;
  private final int zero;
  private final int never;
  private int lowest;
  private int highest;

  /**
   * Room for the edit graph of two texts.
   *
   * @param never what stands for a diagonal that was not reached: worse than any line
   */
  Frontier(int countA, int countB, int never) {
    reached = new int[countA + countB + 3];
    zero = countB + 1;
    this.never = never;
  }

  /** Begins anew at one point. */
  void start(int diagonal, int lineA) {
    lowest = diagonal;
    highest = diagonal;
    reached[zero + diagonal] = lineA;
  }

  /**
   * One more edit: a diagonal more on each side or, where the box ends, one less, because the outer
   * one was looked at in the turn before.
   */
  void widen(int least, int most) {
    if (lowest > least) {
      lowest--;
      reached[zero + lowest - 1] = never;
    } else {
      lowest++;
    }
    if (highest < most) {
      highest++;
      reached[zero + highest + 1] = never;
    } else {
      highest--;
    }
  }

  int lowest() {
    return lowest;
  }

  int highest() {
    return highest;
  }

  boolean covers(int diagonal) {
    return lowest <= diagonal && diagonal <= highest;
  }

  int at(int diagonal) {
    return reached[zero + diagonal];
  }

  void put(int diagonal, int lineA) {
    reached[zero + diagonal] = lineA;
  }
}
