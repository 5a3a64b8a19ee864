package dev.codeintel.embed;

import dev.codeintel.chunk.Chunk;
import dev.codeintel.chunk.TokenCounter;
import dev.codeintel.ops.CancelToken;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A model that turns text into vectors of unit norm. A vector is a function of the text alone,
 * never of what is embedded beside it. Safe for use by any thread; closed once by its owner, which
 * waits for calls in flight.
 */
public interface Embedder extends AutoCloseable {

  /**
   * Everything that the vectors depend on, as one line: model, weights, pooling, header, query
   * form. Vectors of two identities never meet.
   */
  String identity();

  /** Floats of a vector. */
  int dimension();

  /** Most tokens of a document, special tokens not counted. */
  int documentTokensMax();

  /** Counts tokens as this model does. */
  TokenCounter tokens();

  /** The text that is embedded for a chunk: the header where a symbol is known, then the source. */
  String documentText(Chunk chunk);

  /** How many documents a caller should hand over at once to keep the model busy. */
  int batchSize();

  /** How many callers should hand over documents at the same time to keep the model busy. */
  int callers();

  /**
   * Embeds documents, as {@link #documentText} made them. A document for which there is no vector
   * does not stop the others.
   *
   * @param documents one text a vector
   * @param vectors off-heap, of an arena that every thread may use; receives {@code
   *     documents.size() * dimension()} floats, in the order of the documents
   * @return the documents without a vector, in order; their floats are not to be used
   * @throws EmbeddingException when the model or its server cannot be had; nothing of {@code
   *     vectors} is then to be used
   */
  List<Refusal> embedDocuments(List<String> documents, MemorySegment vectors, CancelToken cancel);

  /**
   * A document for which there is no vector.
   *
   * @param document its place in the list
   * @param reason why, in a sentence
   */
  record Refusal(int document, String reason) {}

  /**
   * Embeds a query.
   *
   * @param vector off-heap, of an arena that every thread may use; receives {@link #dimension()}
   *     floats
   * @throws EmbeddingException when the model or its server cannot be had
   */
  void embedQuery(String query, MemorySegment vector, CancelToken cancel);

  @Override
  void close();
}
