package dev.codeintel.index;

import dev.codeintel.config.Limits;
import dev.codeintel.embed.Embedder;
import dev.codeintel.embed.Embedder.Refusal;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.store.VectorKey;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Keeps a model busy: as many calls at the same time as it wants, and behind each the next batches,
 * so that it works on while vectors are written. Who puts texts in also takes the vectors out, in
 * the calls of {@link #put} and {@link #finish}, and waits there when too many are under way:
 * memory is bounded by a block a call.
 *
 * <p>Belongs to one thread. The vectors of a batch come in the order of its texts, batches in the
 * order in which they are done.
 */
final class EmbeddingPipeline implements AutoCloseable {

  /** What is embedded, and where it stands. */
  record Text(VectorKey key, String text, String place) {}

  /** Takes what comes out, on the thread that puts texts in. */
  interface Sink {

    /**
     * @param vector until this returns
     */
    void made(Text text, MemorySegment vector);

    void refused(Text text, String reason);
  }

  private final Embedder embedder;
  private final CancelToken time;
  private final CancelToken cancel;
  private final Sink sink;
  private final int batchTexts;
  private final Arena arena = Arena.ofShared();
  private final Queue<MemorySegment> free = new ArrayDeque<>();
  private final BlockingQueue<Batch> ended = new LinkedBlockingQueue<>();
  private final ExecutorService callers;
  private List<Text> next = new ArrayList<>();
  private int underWay;
  private boolean sinkFailed;
  private RuntimeException failure; // the first that came out
  private volatile boolean stopped; // nothing more is begun

  /**
   * @param time when it is up the model gets nothing more; what it is working on still comes out
   * @param cancel ends what the model is working on
   */
  EmbeddingPipeline(Embedder embedder, CancelToken time, CancelToken cancel, Sink sink) {
    this.embedder = embedder;
    this.time = time;
    this.cancel = cancel;
    this.sink = sink;
    this.batchTexts = Math.min(embedder.batchSize(), Limits.BLOCK_VECTORS_MAX);
    var batches = embedder.callers() * Math.max(2, Limits.BLOCK_VECTORS_MAX / batchTexts);
    for (var i = 0; i < batches; i++) {
      free.add(arena.allocate(batchTexts * rowBytes(), Float.BYTES));
    }
    this.callers =
        Executors.newFixedThreadPool(
            embedder.callers(), Thread.ofVirtual().name("embed-", 1).factory());
  }

  private long rowBytes() {
    return (long) embedder.dimension() * Float.BYTES;
  }

  /**
   * Puts a text in.
   *
   * @throws RuntimeException what the model failed with; what else it made has come out by then
   */
  void put(Text text) {
    next.add(text);
    if (next.size() == batchTexts) {
      begin();
    }
  }

  /** Waits until all has come out; less when the time is up. Throws as {@link #put} does. */
  void finish() {
    if (!next.isEmpty()) {
      begin();
    }
    drain();
    throwFailure();
  }

  private void begin() {
    while (free.isEmpty() || !ended.isEmpty()) {
      take();
    }
    if (failure != null) {
      drain();
      throwFailure();
    }
    var batch = new Batch(next, free.remove());
    next = new ArrayList<>(batchTexts);
    underWay++;
    callers.execute(
        () -> {
          batch.embed();
          ended.add(batch);
        });
  }

  private void throwFailure() {
    if (failure != null) {
      throw failure;
    }
  }

  private void drain() {
    while (underWay > 0) {
      take();
    }
  }

  private void take() {
    Batch batch;
    try {
      batch = ended.take();
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts an index run", e);
    }
    underWay--;
    if (failure == null) {
      failure = batch.failure;
    }
    if (batch.made && !sinkFailed) {
      give(batch);
    }
    free.add(batch.rows);
  }

  private void give(Batch batch) {
    sinkFailed = true; // unless this comes to its end
    var refusals = batch.refusals.iterator();
    var refusal = refusals.hasNext() ? refusals.next() : null;
    for (var i = 0; i < batch.texts.size(); i++) {
      if (refusal != null && refusal.document() == i) {
        sink.refused(batch.texts.get(i), refusal.reason());
        refusal = refusals.hasNext() ? refusals.next() : null;
      } else {
        sink.made(batch.texts.get(i), batch.rows.asSlice(i * rowBytes(), rowBytes()));
      }
    }
    sinkFailed = false;
  }

  /** Lets what the model is working on come out, and nothing else. */
  @Override
  public void close() {
    stopped = true;
    try {
      drain();
    } finally {
      callers.close();
      arena.close();
    }
  }

  /** One call of the model. Read by the owner when it has ended. */
  private final class Batch {

    private final List<Text> texts;
    private final MemorySegment rows;
    private List<Refusal> refusals = List.of();
    private RuntimeException failure;
    private boolean made;

    Batch(List<Text> texts, MemorySegment rows) {
      this.texts = texts;
      this.rows = rows;
    }

    void embed() {
      if (time.isCancelled() || stopped) {
        return;
      }
      try {
        refusals = embedder.embedDocuments(texts.stream().map(Text::text).toList(), rows, cancel);
        made = true;
      } catch (RuntimeException e) {
        failure = e;
        stopped = true;
      } catch (Error e) { // or the owner would wait for ever
        failure = new IllegalStateException("The embedding model failed", e);
        stopped = true;
      }
    }
  }
}
