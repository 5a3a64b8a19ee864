package dev.codeintel.embed;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.codeintel.config.Limits;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/**
 * Where the vectors of one answer go: rows of the caller's memory, one a text. Vectors are written
 * where they will most likely stay, in the order in which they come, and moved at the end where the
 * answer's indexes say otherwise; every one is brought to unit norm. Used by one thread at a time.
 */
final class VectorRows {

  private final MemorySegment vectors;
  private final int[] rows;
  private final int[] indexes;
  private final BitSet seen = new BitSet();
  private final BitSet unusable = new BitSet();
  private int dimension;
  private int item = -1;
  private long rowStart;
  private long floats;
  private boolean indexed;

  /**
   * @param vectors off-heap, of any arena that other threads may use; floats of {@code dimension} a
   *     row
   * @param rows the row of each text of the request, in the order of the request
   * @param dimension floats of a vector; 0 takes what comes, of a single text
   */
  VectorRows(MemorySegment vectors, int[] rows, int dimension) {
    if (dimension == 0 && rows.length != 1) {
      throw new IllegalArgumentException("The dimension is asked with one text.");
    }
    this.vectors = vectors;
    this.rows = rows;
    this.indexes = new int[rows.length];
    this.dimension = dimension;
  }

  /** Memory for a vector of a dimension that is not known yet. */
  static MemorySegment unknown(Arena arena) {
    return arena.allocate(JAVA_FLOAT, Limits.DIMENSION_MAX);
  }

  /** The next vector begins. */
  void startItem() {
    item++;
    indexed = false;
    floats = 0;
  }

  /** Where the vector belongs, by its place in the request. */
  void index(long index) {
    if (index < 0 || index >= rows.length) {
      throw Unusable.because("has a vector with index %d of %d", index, rows.length);
    }
    if (seen.get((int) index)) {
      throw Unusable.because("has two vectors with index %d", index);
    }
    if (indexed) {
      throw Unusable.because("has a vector with two indexes");
    }
    seen.set((int) index);
    indexed = true;
    indexes[item] = (int) index;
  }

  /** The floats of the current vector begin. */
  void startVector() {
    if (item >= rows.length) {
      throw Unusable.because("has more vectors than the %d texts", rows.length);
    }
    if (floats > 0) {
      throw Unusable.because("has an item with two vectors");
    }
    rowStart = (long) rows[item] * dimension;
  }

  /** The next float of the current vector, as its bits. */
  void add(int bits) {
    if (floats < width()) {
      vectors.setAtIndex(JAVA_INT, rowStart + floats, bits);
    }
    floats++;
  }

  private int width() {
    return dimension == 0 ? Limits.DIMENSION_MAX : dimension;
  }

  /** The current vector is complete. */
  void endItem() {
    if (!indexed) {
      throw Unusable.because("has a vector without an index");
    }
    if (floats == 0 || floats > Limits.DIMENSION_MAX) {
      throw Unusable.because(
          "has a vector of %,d floats, not 1 to %,d", floats, Limits.DIMENSION_MAX);
    }
    if (dimension == 0) {
      dimension = (int) floats;
    }
    if (floats != dimension) {
      throw Unusable.because("has a vector of %d floats, not %d", floats, dimension);
    }
    if (!Pooling.normalize(row(rows[item]), dimension)) {
      unusable.set(indexes[item]);
    }
  }

  private MemorySegment row(int row) {
    var bytes = (long) dimension * Float.BYTES;
    return vectors.asSlice(row * bytes, bytes);
  }

  /**
   * Puts every vector into its row.
   *
   * @return places in the request whose vector is zero or not finite
   */
  BitSet finish() {
    if (seen.cardinality() != rows.length) {
      throw Unusable.because("has %d vectors for %d texts", seen.cardinality(), rows.length);
    }
    for (var start = 0; start < indexes.length; start++) {
      if (indexes[start] != start) {
        moveCycle(start);
      }
    }
    return unusable;
  }

  int dimension() {
    return dimension;
  }

  /** Follows who sits on whose row, from one that is wrong until it comes back to it. */
  private void moveCycle(int start) {
    try (var arena = Arena.ofConfined()) {
      var carried = arena.allocate((long) dimension * Float.BYTES);
      var other = arena.allocate(carried.byteSize());
      carried.copyFrom(row(rows[start]));
      for (var at = start; indexes[at] != at; ) {
        var to = indexes[at];
        indexes[at] = at;
        other.copyFrom(row(rows[to]));
        row(rows[to]).copyFrom(carried);
        carried.copyFrom(other);
        at = to;
      }
    }
  }

  /** The answer is not the vectors that were asked for. */
  static final class Unusable extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private Unusable(String message) {
      super(message);
    }

    static Unusable because(String finding, Object... values) {
      return new Unusable("the answer " + finding.formatted(values));
    }
  }
}
