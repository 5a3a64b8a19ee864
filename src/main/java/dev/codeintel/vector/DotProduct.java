package dev.codeintel.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The one kernel that scores. FAISS's own scores differ between one query and a batch, and between
 * processors; here the order of additions is fixed, so a score is a function of the two vectors
 * alone, on every machine.
 */
public final class DotProduct {

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private DotProduct() {}

  /** The inner product of two vectors of the same length. */
  public static float of(MemorySegment left, MemorySegment right) {
    if (left.byteSize() != right.byteSize()) {
      throw new IllegalArgumentException(
          "vectors of %d and %d bytes".formatted(left.byteSize(), right.byteSize()));
    }
    var count = left.byteSize() / Float.BYTES;
    var even = count & ~3L;
    // Four sums, since one would make every addition wait for the one before.
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    for (long i = 0; i < even; i += 4) {
      a += left.getAtIndex(FLOAT, i) * right.getAtIndex(FLOAT, i);
      b += left.getAtIndex(FLOAT, i + 1) * right.getAtIndex(FLOAT, i + 1);
      c += left.getAtIndex(FLOAT, i + 2) * right.getAtIndex(FLOAT, i + 2);
      d += left.getAtIndex(FLOAT, i + 3) * right.getAtIndex(FLOAT, i + 3);
    }
    for (var i = even; i < count; i++) {
      a += left.getAtIndex(FLOAT, i) * right.getAtIndex(FLOAT, i);
    }
    return (a + b) + (c + d);
  }
}
