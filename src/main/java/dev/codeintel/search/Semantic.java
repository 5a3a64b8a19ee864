package dev.codeintel.search;

import dev.codeintel.faiss.FaissLibrary;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.store.Generation;
import dev.codeintel.vector.DotProduct;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.IntPredicate;

/**
 * The vector channel of one query: FAISS brings candidates, one fixed kernel scores those of every
 * channel. Lives as long as the arena it was made in.
 */
final class Semantic {

  /** Chunks whose cosines stand for all when the least is looked for. */
  private static final int SAMPLE = 1_024;

  private final Generation generation;
  private final MemorySegment query;
  private final int[] nearest;

  private Semantic(Generation generation, MemorySegment query, int[] nearest) {
    this.generation = generation;
    this.query = query;
    this.nearest = nearest;
  }

  /**
   * Asks FAISS.
   *
   * @param vector of the query
   * @param wanted most candidates
   * @throws CodeintelException {@code index-not-ready} while no chunk has a vector, {@code
   *     embedding-unavailable}
   */
  static Semantic of(
      QueryVector vector,
      int wanted,
      Generation generation,
      IntPredicate scope,
      FaissLibrary library,
      Arena arena) {
    var query = vector.get();
    if (query.isEmpty() || generation.embedded() == 0) {
      throw new CodeintelException(
          ErrorCode.INDEX_NOT_READY,
          "no chunk has a vector yet; embedding goes on in the background.");
    }
    var live = generation.bitmap(scope, arena);
    var index = generation.vectorIndex(library);
    var most = (int) Math.min(wanted, index.size());
    return new Semantic(generation, query.get(), index.nearest(query.get(), most, live));
  }

  /**
   * The documents nearest to the query, where they are in scope.
   *
   * @param each most that share one vector: a licence may stand in every file
   */
  List<Integer> nearest(IntPredicate scope, int each) {
    var documents = new ArrayList<Integer>();
    for (var ordinal : nearest) {
      Arrays.stream(generation.documents(ordinal))
          .filter(scope)
          .limit(each)
          .forEach(documents::add);
    }
    return documents;
  }

  /** The exact cosine of a document with the query; absent while it has no vector. */
  OptionalDouble cosine(int doc) {
    var vector = generation.vector(doc);
    return vector.isPresent()
        ? OptionalDouble.of(DotProduct.of(query, vector.get()))
        : OptionalDouble.empty();
  }

  /** The least cosine of all chunks, by an evenly spread sample of them. */
  double leastCosine() {
    var embedded = generation.embedded();
    var step = Math.max(1, embedded / SAMPLE);
    var least = 1.0;
    for (var i = 0; i < embedded; i += step) {
      least = Math.min(least, cosine(generation.embeddedDocument(i)).orElse(1));
    }
    return least;
  }
}
