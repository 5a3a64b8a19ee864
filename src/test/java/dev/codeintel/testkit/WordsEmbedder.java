package dev.codeintel.testkit;

import dev.codeintel.chunk.Chunk;
import dev.codeintel.chunk.TokenCounter;
import dev.codeintel.embed.Embedder;
import dev.codeintel.embed.EmbeddingException;
import dev.codeintel.ops.CancelToken;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An embedder without a model: a text's vector is the sum of a random vector a word, so that texts
 * with the same words are near. Counts what it is asked for, and fails when it is told to.
 */
public final class WordsEmbedder implements Embedder {

  public static final int DIMENSION = 32;

  /** A text with this word has no vector. */
  public static final String POISON = "unembeddable";

  public final AtomicInteger documents = new AtomicInteger();
  private final String identity;
  private volatile int failAfter = Integer.MAX_VALUE;
  private volatile Runnable beforeBatch = () -> {};
  private volatile int callers = 3;

  public WordsEmbedder() {
    this("words/1");
  }

  public WordsEmbedder(String identity) {
    this.identity = identity;
  }

  /** Becomes unavailable after so many documents. */
  public void failAfter(int count) {
    failAfter = count;
  }

  /** Wants so many batches at the same time. */
  public void callers(int count) {
    callers = count;
  }

  /** Runs something before each batch of documents. */
  public void beforeBatch(Runnable what) {
    beforeBatch = what;
  }

  @Override
  public String identity() {
    return identity;
  }

  @Override
  public int dimension() {
    return DIMENSION;
  }

  @Override
  public int documentTokensMax() {
    return 510;
  }

  @Override
  public TokenCounter tokens() {
    return text -> text.length() / 4;
  }

  @Override
  public String documentText(Chunk chunk) {
    return chunk.text();
  }

  @Override
  public int batchSize() {
    return 8;
  }

  @Override
  public int callers() {
    return callers;
  }

  @Override
  public List<Refusal> embedDocuments(
      List<String> texts, MemorySegment vectors, CancelToken cancel) {
    beforeBatch.run();
    cancel.check();
    var refused = new ArrayList<Refusal>();
    for (var i = 0; i < texts.size(); i++) {
      if (texts.get(i).contains(POISON)) {
        refused.add(new Refusal(i, "The model of this test refuses it."));
        continue;
      }
      if (documents.incrementAndGet() > failAfter) {
        throw new EmbeddingException("The model of this test went away.");
      }
      embed(
          texts.get(i),
          vectors.asSlice((long) i * DIMENSION * Float.BYTES, DIMENSION * Float.BYTES));
    }
    return refused;
  }

  @Override
  public void embedQuery(String query, MemorySegment vector, CancelToken cancel) {
    embed(query, vector);
  }

  /** The vector of a text, for comparison. */
  public static float[] vector(String text) {
    var sum = new float[DIMENSION];
    sum[0] = 0.01f; // a text without words has a direction too
    for (var word : text.toLowerCase(Locale.ROOT).split("\\W+")) {
      var random = new Random(word.hashCode());
      for (var i = 0; i < DIMENSION; i++) {
        sum[i] += (float) random.nextGaussian();
      }
    }
    var norm = 0.0;
    for (var value : sum) {
      norm += value * value;
    }
    for (var i = 0; i < DIMENSION; i++) {
      sum[i] = (float) (sum[i] / Math.sqrt(norm));
    }
    return sum;
  }

  private static void embed(String text, MemorySegment vector) {
    MemorySegment.copy(vector(text), 0, vector, ValueLayout.JAVA_FLOAT, 0, DIMENSION);
  }

  @Override
  public void close() {
    // nothing to free
  }
}
