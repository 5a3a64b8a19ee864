package dev.codeintel.embed;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/**
 * From the vectors of tokens to the vector of a text. Sums run in one fixed order, in double: the
 * same input gives the same bits.
 */
final class Pooling {

  private Pooling() {}

  /**
   * The first token's vector and the mean of all, each normalised, summed and normalised: better
   * than either alone, from the same run.
   *
   * @param tokens rows of {@code dimension} floats, the first that of {@code [CLS]}
   * @param vector receives {@code dimension} floats of unit norm
   */
  static void firstAndMean(MemorySegment tokens, int dimension, MemorySegment vector) {
    var floats = tokens.byteSize() / Float.BYTES;
    var first = new double[dimension];
    var sum = new double[dimension];
    for (var row = 0L; row < floats; row += dimension) {
      for (var i = 0; i < dimension; i++) {
        sum[i] += tokens.getAtIndex(JAVA_FLOAT, row + i);
      }
    }
    for (var i = 0; i < dimension; i++) {
      first[i] = tokens.getAtIndex(JAVA_FLOAT, i);
    }
    addUnit(first, sum, vector);
  }

  /**
   * The normalised sum of two vectors of unit norm.
   *
   * @param pair both, one behind the other
   */
  static void average(MemorySegment pair, int dimension, MemorySegment vector) {
    var first = new double[dimension];
    var second = new double[dimension];
    for (var i = 0; i < dimension; i++) {
      first[i] = pair.getAtIndex(JAVA_FLOAT, i);
      second[i] = pair.getAtIndex(JAVA_FLOAT, dimension + i);
    }
    addUnit(first, second, vector);
  }

  private static void addUnit(double[] first, double[] second, MemorySegment vector) {
    var firstNorm = norm(first);
    var secondNorm = norm(second);
    for (var i = 0; i < first.length; i++) {
      first[i] = first[i] / firstNorm + second[i] / secondNorm;
    }
    var norm = norm(first);
    for (var i = 0; i < first.length; i++) {
      vector.setAtIndex(JAVA_FLOAT, i, (float) (first[i] / norm));
    }
  }

  private static double norm(double[] vector) {
    var squares = 0.0;
    for (var value : vector) {
      squares += value * value;
    }
    return Math.sqrt(squares);
  }

  /**
   * Brings a vector to unit norm where it lies.
   *
   * @return false when it has none: it is zero, or not all of it is finite
   */
  static boolean normalize(MemorySegment vector, int dimension) {
    var squares = 0.0;
    for (var i = 0; i < dimension; i++) {
      var value = (double) vector.getAtIndex(JAVA_FLOAT, i);
      squares += value * value;
    }
    var norm = Math.sqrt(squares);
    if (!(norm > 0) || norm == Double.POSITIVE_INFINITY) {
      return false;
    }
    for (var i = 0; i < dimension; i++) {
      vector.setAtIndex(JAVA_FLOAT, i, (float) (vector.getAtIndex(JAVA_FLOAT, i) / norm));
    }
    return true;
  }
}
