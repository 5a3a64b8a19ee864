package dev.codeintel.faiss;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** What is checked before memory is handed to C++, which checks nothing. */
final class Checks {

  private static final int SIGN = 0x8000_0000;
  private static final int EXPONENT = 0x7f80_0000;

  private Checks() {}

  static void requireOffHeap(MemorySegment segment, String what, long alignment) {
    if (!segment.isNative()) {
      throw new IllegalArgumentException(what + " must be in off-heap memory.");
    }
    if (segment.address() % alignment != 0) {
      throw new IllegalArgumentException(
          "%s must start at a multiple of %d bytes.".formatted(what, alignment));
    }
  }

  /** Whole vectors, finite, none all zeros. */
  static void requireVectors(MemorySegment vectors, long count, int dimension, String what) {
    requireOffHeap(vectors, what, Float.BYTES);
    requireBytes(vectors, count, (long) dimension * Float.BYTES, what);
    for (long row = 0; row < count; row++) {
      requireVector(vectors, row * dimension, dimension, what, row);
    }
  }

  static void requireIds(MemorySegment ids, long count) {
    requireOffHeap(ids, "ids", Long.BYTES);
    requireBytes(ids, count, Long.BYTES, "ids");
    for (long i = 0; i < count; i++) {
      var id = ids.getAtIndex(ValueLayout.JAVA_LONG, i);
      if (id < 0) {
        throw new IllegalArgumentException("ids[%d] is %d; ids start at 0.".formatted(i, id));
      }
    }
  }

  static void requireBytes(MemorySegment segment, long count, long bytesEach, String what) {
    if (count < 1) {
      throw new IllegalArgumentException("The count of %s is %d.".formatted(what, count));
    }
    var needed = Math.multiplyExact(count, bytesEach);
    if (segment.byteSize() < needed) {
      throw new IllegalArgumentException(
          "%s has %,d bytes; %,d are needed.".formatted(what, segment.byteSize(), needed));
    }
  }

  private static void requireVector(
      MemorySegment vectors, long from, int dimension, String what, long row) {
    var someBits = 0;
    var notFinite = false;
    for (var i = 0; i < dimension; i++) {
      var bits = vectors.getAtIndex(ValueLayout.JAVA_INT, from + i);
      someBits |= bits & ~SIGN;
      notFinite |= (bits & EXPONENT) == EXPONENT;
    }
    if (notFinite) {
      throw new IllegalArgumentException(
          "Vector %d of %s holds a value that is not finite.".formatted(row, what));
    }
    if (someBits == 0) {
      throw new IllegalArgumentException(
          "Vector %d of %s is all zeros; it has no direction.".formatted(row, what));
    }
  }
}
