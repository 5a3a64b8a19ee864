package dev.codeintel.faiss;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;

/**
 * A small search with known scores. On some processors OpenBLAS picks kernels that compute wrong
 * products, and everything after would be plausible nonsense.
 *
 * <p>All values are small whole numbers: every order of summing gives the same score, so it is
 * compared exactly.
 */
final class SelfTest {

  private static final int DIMENSION = 101; // no multiple of a vector register: the rest counts too
  private static final int VECTORS = 257;
  private static final int QUERIES = 33; // from 20 on FAISS multiplies matrices by BLAS
  private static final int WANTED = 4;
  private static final int LARGEST = 9;

  private final float[][] vectors = table(VECTORS, 1);
  private final float[][] queries = table(QUERIES, 2);

  private SelfTest() {}

  /** Gives what is wrong, or nothing. */
  static String run(FaissLibrary library) {
    return new SelfTest().search(library);
  }

  private String search(FaissLibrary library) {
    try (var arena = Arena.ofConfined();
        var index = FaissIndex.create(library, DIMENSION, "IDMap2,Flat")) {
      var ids = arena.allocate(ValueLayout.JAVA_LONG, VECTORS);
      for (var i = 0; i < VECTORS; i++) {
        ids.setAtIndex(ValueLayout.JAVA_LONG, i, i);
      }
      index.add(flat(arena, vectors), ids, VECTORS, 1);
      var questions = flat(arena, queries);
      var found = new Neighbors(arena, QUERIES * WANTED);
      for (var count : new int[] {QUERIES, 1}) {
        index.searchAll(questions, count, WANTED, SearchOptions.exact(), found);
        for (var query = 0; query < count; query++) {
          var wrong = compare(query, found);
          if (!wrong.isEmpty()) {
            return wrong;
          }
        }
      }
      return "";
    }
  }

  private String compare(int query, Neighbors found) {
    var best = Arrays.stream(vectors).mapToDouble(v -> product(v, queries[query]));
    var expected = best.map(score -> -score).sorted().map(score -> -score).toArray();
    for (var rank = 0; rank < WANTED; rank++) {
      var at = query * WANTED + rank;
      var id = found.ids().getAtIndex(ValueLayout.JAVA_LONG, at);
      var score = found.scores().getAtIndex(ValueLayout.JAVA_FLOAT, at);
      if (id < 0
          || id >= VECTORS
          || score != expected[rank]
          || score != product(vectors[(int) id], queries[query])) {
        return "query %d, rank %d: id %d with score %s, expected is score %s."
            .formatted(query, rank, id, score, expected[rank]);
      }
    }
    return "";
  }

  private static double product(float[] a, float[] b) {
    var sum = 0.0;
    for (var i = 0; i < DIMENSION; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static float[][] table(int rows, long seed) {
    var random = new Random(seed);
    var table = new float[rows][DIMENSION];
    for (var row : table) {
      for (var i = 0; i < DIMENSION; i++) {
        row[i] = random.nextInt(2 * LARGEST + 1) - LARGEST;
      }
    }
    return table;
  }

  private static MemorySegment flat(Arena arena, float[][] rows) {
    var flat = arena.allocate(ValueLayout.JAVA_FLOAT, (long) rows.length * DIMENSION);
    for (var row = 0; row < rows.length; row++) {
      MemorySegment.copy(
          rows[row],
          0,
          flat,
          ValueLayout.JAVA_FLOAT,
          (long) row * DIMENSION * Float.BYTES,
          DIMENSION);
    }
    return flat;
  }
}
