package dev.codeintel.faiss;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Receives what a search finds: ids and scores in off-heap memory, best first. Made once, used for
 * many searches, one at a time. Lives as long as its arena.
 */
public final class Neighbors {

  private static final long NOTHING = -1; // FAISS fills rows up with this id

  private final int capacity;
  private final MemorySegment ids;
  private final MemorySegment scores;
  private int count;

  /**
   * @param arena owns the memory; shared between threads if the searches are
   * @param capacity most neighbours of one search
   */
  public Neighbors(Arena arena, int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity is " + capacity + "; it must be at least 1.");
    }
    this.capacity = capacity;
    this.ids = arena.allocate(ValueLayout.JAVA_LONG, capacity);
    this.scores = arena.allocate(ValueLayout.JAVA_FLOAT, capacity);
  }

  /** Most neighbours that fit. */
  public int capacity() {
    return capacity;
  }

  /** How many the latest search found. */
  public int count() {
    return count;
  }

  /** The id at a rank, 0 is the best. */
  public long id(int rank) {
    return ids.getAtIndex(ValueLayout.JAVA_LONG, checked(rank));
  }

  /**
   * The inner product at a rank as FAISS computed it: approximate in a lossy index, and different
   * in the last bits from another kernel's. Score again before comparing across indexes.
   */
  public float score(int rank) {
    return scores.getAtIndex(ValueLayout.JAVA_FLOAT, checked(rank));
  }

  MemorySegment ids() {
    return ids;
  }

  MemorySegment scores() {
    return scores;
  }

  void clear() {
    count = 0;
  }

  /** Counts what came before the fill. */
  int trim(int wanted) {
    var found = 0;
    while (found < wanted && ids.getAtIndex(ValueLayout.JAVA_LONG, found) != NOTHING) {
      found++;
    }
    count = found;
    return found;
  }

  private int checked(int rank) {
    if (rank < 0 || rank >= count) {
      throw new IndexOutOfBoundsException("rank " + rank + " of " + count + " neighbours");
    }
    return rank;
  }
}
