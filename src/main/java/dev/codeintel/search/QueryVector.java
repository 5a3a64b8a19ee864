package dev.codeintel.search;

import dev.codeintel.embed.Embedder;
import dev.codeintel.embed.EmbeddingException;
import dev.codeintel.ops.CancelToken;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * The vector of a query, or why there is none. Made apart from the search: a model behind a network
 * may take seconds, in which the threads that search have other work.
 *
 * @param vector of unit norm, off-heap; absent when it was not asked for, or could not be had
 * @param failure why it could not be had
 */
public record QueryVector(Optional<MemorySegment> vector, Optional<EmbeddingException> failure) {

  /** For a search that needs none. */
  public static final QueryVector NONE = new QueryVector(Optional.empty(), Optional.empty());

  /** Asks the model, on this thread. */
  static QueryVector of(String text, Embedder model, CancelToken cancel) {
    var vector = Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, model.dimension());
    try {
      model.embedQuery(text, vector, cancel);
      return new QueryVector(Optional.of(vector), Optional.empty());
    } catch (EmbeddingException e) {
      return new QueryVector(Optional.empty(), Optional.of(e));
    }
  }

  /**
   * @throws EmbeddingException when it could not be had
   */
  Optional<MemorySegment> get() {
    failure.ifPresent(
        e -> {
          throw e;
        });
    return vector;
  }
}
