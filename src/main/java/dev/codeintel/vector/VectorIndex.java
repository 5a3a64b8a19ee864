package dev.codeintel.vector;

import dev.codeintel.faiss.FaissIndex;
import dev.codeintel.faiss.FaissLibrary;
import dev.codeintel.faiss.Neighbors;
import dev.codeintel.faiss.SearchOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * Finds the nearest ordinals. Built once by one thread, then searched by any; closed once by its
 * owner, which waits for searches in flight.
 */
public final class VectorIndex implements AutoCloseable {

  /** The kind that compares with every vector, in the words of FAISS's index factory. */
  public static final String FLAT = "IDMap,Flat";

  private final FaissIndex index;

  private VectorIndex(FaissIndex index) {
    this.index = index;
  }

  /**
   * An empty index that compares with every vector: exact, and fast enough for a hundred thousand.
   */
  public static VectorIndex flat(FaissLibrary library, int dimension) {
    return new VectorIndex(FaissIndex.create(library, dimension, FLAT));
  }

  /** Bytes that a flat index takes: the vectors and an id for each. */
  public static long flatBytes(int vectors, int dimension) {
    return vectors * ((long) dimension * Float.BYTES + Long.BYTES);
  }

  /**
   * Adds vectors, which are copied.
   *
   * @param first ordinal of the first one; the others follow
   * @param vectors off-heap, {@code count * dimension} floats of unit norm
   */
  public void add(int first, int count, MemorySegment vectors) {
    try (var arena = Arena.ofConfined()) {
      var ids = arena.allocate(ValueLayout.JAVA_LONG, count);
      for (var i = 0; i < count; i++) {
        ids.setAtIndex(ValueLayout.JAVA_LONG, i, first + (long) i);
      }
      index.add(vectors, ids, count, 1);
    }
  }

  /** Vectors it holds. */
  public long size() {
    return index.size();
  }

  /**
   * The ordinals nearest to a query, best first.
   *
   * @param query off-heap, one vector of unit norm
   * @param wanted how many at most
   * @param live a bit for every ordinal that may be found
   */
  public int[] nearest(MemorySegment query, int wanted, MemorySegment live) {
    try (var arena = Arena.ofConfined()) {
      var found = new Neighbors(arena, wanted);
      var count = index.search(query, wanted, new SearchOptions(1, Optional.of(live), 1), found);
      var ordinals = new int[count];
      for (var i = 0; i < count; i++) {
        ordinals[i] = Math.toIntExact(found.id(i));
      }
      return ordinals;
    }
  }

  @Override
  public void close() {
    index.close();
  }
}
