package dev.codeintel.faiss;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;

/** Unit vectors with ids in off-heap memory, and the exact search in plain Java beside FAISS's. */
record Vectors(int dimension, int count, MemorySegment floats, MemorySegment ids) {

  record Hit(long id, double score) {}

  /** Around a few centres, as embeddings are; the ids are no positions, and in no order. */
  static Vectors clustered(Random random, Arena arena, int count, int dimension) {
    return around(1, random, arena, count, dimension);
  }

  /** In all directions alike: one list of an inverted file holds few of the nearest. */
  static Vectors scattered(Random random, Arena arena, int count, int dimension) {
    return around(0, random, arena, count, dimension);
  }

  private static Vectors around(double pull, Random random, Arena arena, int count, int dimension) {
    var centres = new double[20][];
    for (var c = 0; c < centres.length; c++) {
      centres[c] = random.doubles(dimension, -1, 1).toArray();
    }
    var floats = arena.allocate(ValueLayout.JAVA_FLOAT, (long) count * dimension);
    var ids = arena.allocate(ValueLayout.JAVA_LONG, count);
    var offset = 1 + random.nextInt(1_000);
    for (var row = 0; row < count; row++) {
      var centre = centres[random.nextInt(centres.length)];
      var vector = new double[dimension];
      var squares = 0.0;
      for (var i = 0; i < dimension; i++) {
        vector[i] = pull * centre[i] + 0.5 * random.nextGaussian();
        squares += vector[i] * vector[i];
      }
      for (var i = 0; i < dimension; i++) {
        var value = (float) (vector[i] / Math.sqrt(squares));
        floats.setAtIndex(ValueLayout.JAVA_FLOAT, (long) row * dimension + i, value);
      }
      ids.setAtIndex(ValueLayout.JAVA_LONG, row, offset + 3L * (count - row));
    }
    return new Vectors(dimension, count, floats, ids);
  }

  FaissIndex index(FaissLibrary library, String description) {
    var index = FaissIndex.create(library, dimension, description);
    index.train(floats, count, 2);
    index.add(floats, ids, count, 2);
    return index;
  }

  MemorySegment row(int row) {
    var bytes = (long) dimension * Float.BYTES;
    return floats.asSlice(row * bytes, bytes);
  }

  long id(int row) {
    return ids.getAtIndex(ValueLayout.JAVA_LONG, row);
  }

  long largestId() {
    return IntStream.range(0, count).mapToLong(this::id).max().orElseThrow();
  }

  /** A bitmap with the bits of some ids. */
  MemorySegment filter(Arena arena, LongPredicate allowed) {
    var bitmap = arena.allocate(largestId() / 8 + 1);
    for (var row = 0; row < count; row++) {
      if (allowed.test(id(row))) {
        var at = id(row) / 8;
        var set = bitmap.get(ValueLayout.JAVA_BYTE, at) | 1 << (id(row) % 8);
        bitmap.set(ValueLayout.JAVA_BYTE, at, (byte) set);
      }
    }
    return bitmap;
  }

  /** The nearest in double precision. */
  List<Hit> nearest(MemorySegment query, int wanted, LongPredicate allowed) {
    return IntStream.range(0, count)
        .filter(row -> allowed.test(id(row)))
        .mapToObj(row -> new Hit(id(row), product(query, row(row))))
        .sorted(Comparator.comparingDouble(Hit::score).reversed())
        .limit(wanted)
        .toList();
  }

  double product(MemorySegment a, MemorySegment b) {
    var sum = 0.0;
    for (var i = 0; i < dimension; i++) {
      sum +=
          (double) a.getAtIndex(ValueLayout.JAVA_FLOAT, i)
              * b.getAtIndex(ValueLayout.JAVA_FLOAT, i);
    }
    return sum;
  }
}
