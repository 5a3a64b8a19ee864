package dev.codeintel.embed;

import dev.codeintel.chunk.Chunk;
import dev.codeintel.chunk.TokenCounter;
import dev.codeintel.ops.CancelToken;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.IntStream;

/**
 * The built-in model: bge-small-en-v1.5, int8, in this process.
 *
 * <p>One text a run: the model's quantisation takes its scale from the whole input, so a vector
 * would depend on its batch mates. The parallelism is as many runs as cores, each on one thread of
 * an own pool; callers wait, also virtual ones. Documents and queries have a pool each, so that a
 * query never stands behind a batch of documents.
 */
public final class OnnxEmbedder implements Embedder {

  private static final String QUERY_PREFIX =
      "Represent this sentence for searching relevant passages: ";

  /** What is not in the weights. A number goes up with every change of what the model is given. */
  private static final String PREPARATION =
      "wordpiece/1 ids/512 split/1 header/symbol-1 pooling/cls+mean-1 query/plain+prefixed-1";

  private static final int SPECIAL_TOKENS = 2;

  /**
   * The fewer, the less is lost when a call is cancelled; the pools have no pause between calls.
   */
  private static final int BATCH_SIZE = 16;

  private static final int IDLE_THREAD_SECONDS = 60;

  private static final ThreadLocal<OnnxModel.Lane> LANE =
      ThreadLocal.withInitial(OnnxModel.Lane::new);

  private final Path cacheDirectory;
  private final String identity;
  private final Object loading = new Object();
  private volatile WordPiece wordPiece; // written under loading, as the model
  private volatile OnnxModel model;
  private final int threads;
  private final ExecutorService documentRuns;
  private final ExecutorService queryRuns;
  private final QueryCache queries = new QueryCache();
  private final ReentrantReadWriteLock life = new ReentrantReadWriteLock();
  private boolean closed; // under life

  private OnnxEmbedder(Path cacheDirectory, int threads) {
    this.cacheDirectory = cacheDirectory;
    this.threads = threads;
    this.documentRuns = pool("embed-document-", threads);
    this.queryRuns = pool("embed-query-", threads);
    this.identity = "%s %s %s".formatted(OnnxModel.NAME, weightsDigest(), PREPARATION);
  }

  /**
   * Opens the model, at no cost: it is loaded, in a fraction of a second, when a vector is first
   * asked for. Most commands only need to know its identity.
   *
   * @param cacheDirectory where native library and model are extracted to, once
   * @param threads most runs for documents at the same time, each on one thread; and for queries
   * @throws EmbeddingException when there is no model for the platform, with what to do instead
   */
  public static OnnxEmbedder open(Path cacheDirectory, int threads) {
    OnnxModel.requirePlatform(System.getProperty("os.name"), System.getProperty("os.arch"));
    return new OnnxEmbedder(cacheDirectory, threads);
  }

  private WordPiece wordPiece() {
    if (wordPiece == null) {
      synchronized (loading) {
        if (wordPiece == null) {
          wordPiece = WordPiece.load();
        }
      }
    }
    return wordPiece;
  }

  private OnnxModel model() {
    if (model == null) {
      synchronized (loading) {
        if (model == null) {
          model = OnnxModel.open(cacheDirectory);
        }
      }
    }
    return model;
  }

  private static ExecutorService pool(String name, int threads) {
    var made =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_THREAD_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name(name, 1).factory());
    made.allowCoreThreadTimeOut(true); // their buffers go with them
    return made;
  }

  private static String weightsDigest() {
    try (var in = OnnxEmbedder.class.getResourceAsStream(OnnxModel.DIGESTS)) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII).substring(0, 16);
    } catch (IOException e) {
      throw new EmbeddingException(
          "Cannot read %s from the jar: %s. Install it again.".formatted(OnnxModel.DIGESTS, e), e);
    }
  }

  @Override
  public String identity() {
    return identity;
  }

  @Override
  public int dimension() {
    return OnnxModel.DIMENSION;
  }

  @Override
  public int documentTokensMax() {
    return OnnxModel.IDS_MAX - SPECIAL_TOKENS;
  }

  @Override
  public TokenCounter tokens() {
    var words = wordPiece();
    return text -> words.count(Identifiers.split(text));
  }

  @Override
  public String documentText(Chunk chunk) {
    return chunk.symbol().map(symbol -> symbol + "\n" + chunk.text()).orElse(chunk.text());
  }

  @Override
  public int batchSize() {
    return BATCH_SIZE;
  }

  /** As many as the threads, so that there is work for all of them while one waits for its last. */
  @Override
  public int callers() {
    return Math.max(2, threads);
  }

  @Override
  public List<Refusal> embedDocuments(
      List<String> documents, MemorySegment vectors, CancelToken cancel) {
    requireRoom(vectors, documents.size());
    enter();
    try {
      MemorySegment.copy(
          run(documentRuns, documents, cancel), 0, vectors, 0, bytes(documents.size()));
      return List.of();
    } finally {
      life.readLock().unlock();
    }
  }

  @Override
  public void embedQuery(String query, MemorySegment vector, CancelToken cancel) {
    requireRoom(vector, 1);
    enter();
    try {
      if (queries.get(query, vector)) {
        return;
      }
      var pair = run(queryRuns, List.of(query, QUERY_PREFIX + query), cancel);
      Pooling.average(pair, OnnxModel.DIMENSION, vector);
      queries.put(query, vector, OnnxModel.DIMENSION);
    } finally {
      life.readLock().unlock();
    }
  }

  private static void requireRoom(MemorySegment vectors, int count) {
    if (vectors.byteSize() < bytes(count)) {
      throw new IllegalArgumentException(
          "%d bytes for %d vectors of %d bytes"
              .formatted(vectors.byteSize(), count, OnnxModel.DIMENSION * Float.BYTES));
    }
  }

  private static long bytes(int vectors) {
    return (long) vectors * OnnxModel.DIMENSION * Float.BYTES;
  }

  private void enter() {
    life.readLock().lock();
    if (closed) {
      life.readLock().unlock();
      throw new IllegalStateException("The embedding model was closed.");
    }
  }

  /**
   * Embeds every text on a pool and waits for all of them, also after a failure or a cancel: no run
   * outlives its call. The vectors lie in memory of the runs, not of the caller.
   */
  private MemorySegment run(ExecutorService pool, List<String> texts, CancelToken cancel) {
    var words = wordPiece();
    var loaded = model();
    var vectors =
        Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, (long) texts.size() * OnnxModel.DIMENSION);
    var failed = new AtomicBoolean();
    var runs = new ArrayList<CompletableFuture<Void>>(texts.size());
    for (var at : longestFirst(texts)) {
      var vector = vectors.asSlice(bytes(at), bytes(1));
      runs.add(
          CompletableFuture.runAsync(
              () -> {
                if (!failed.get()) {
                  embed(words, loaded, texts.get(at), vector, failed, cancel);
                }
              },
              pool));
    }
    try {
      CompletableFuture.allOf(runs.toArray(CompletableFuture<?>[]::new)).join();
      return vectors;
    } catch (CompletionException e) {
      throw unwrapped(e);
    }
  }

  private static void embed(
      WordPiece words,
      OnnxModel model,
      String text,
      MemorySegment vector,
      AtomicBoolean failed,
      CancelToken cancel) {
    try {
      cancel.check();
      var ids = words.encode(Identifiers.split(text), OnnxModel.IDS_MAX);
      Pooling.firstAndMean(model.run(ids, LANE.get()), OnnxModel.DIMENSION, vector);
    } catch (RuntimeException | Error e) {
      failed.set(true);
      throw e;
    }
  }

  /** A long text that starts last would be waited for alone. */
  private static int[] longestFirst(List<String> texts) {
    return IntStream.range(0, texts.size())
        .boxed()
        .sorted(Comparator.comparingInt(at -> -texts.get(at).length()))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static RuntimeException unwrapped(CompletionException e) {
    if (e.getCause() instanceof Error error) {
      throw error;
    }
    return e.getCause() instanceof RuntimeException cause ? cause : e;
  }

  @Override
  public void close() {
    life.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        documentRuns.shutdown();
        queryRuns.shutdown();
        if (model != null) {
          model.close();
        }
      }
    } finally {
      life.writeLock().unlock();
    }
  }
}
