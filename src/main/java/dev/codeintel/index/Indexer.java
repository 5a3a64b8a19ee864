package dev.codeintel.index;

import dev.codeintel.chunk.Chunker;
import dev.codeintel.embed.Embedder;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.Progress;
import dev.codeintel.repo.Workspace;
import dev.codeintel.store.Generation;
import dev.codeintel.store.HeldLock;
import dev.codeintel.store.StoreException;
import dev.codeintel.store.TreeIndex;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * Brings the index of a work tree up to date: first the text, so that it can be searched at once,
 * then the vectors, a block at a time. Whatever ends it, what was committed stays; the next run
 * does the rest.
 */
public final class Indexer {

  /** A commit is synced, and each makes the next search load its vectors anew. */
  private static final Duration COMMIT_EVERY = Duration.ofSeconds(5);

  private final Duration commitEvery;
  private final Workspace workspace;
  private final TreeIndex index;
  private final Chunker chunker;
  private final Optional<Embedder> embedder;
  private final Refusals refusals = new Refusals();
  private final EmbeddingOrder order;

  /** What the run was a part of that ended last, where more is to follow. */
  private volatile Optional<Begun> unfinished = Optional.empty();

  private record Begun(boolean full, long nanos, boolean committed) {}

  /**
   * @param embedder absent when nothing is embedded; its identity is that of the index
   */
  public Indexer(
      Workspace workspace, TreeIndex index, Chunker chunker, Optional<Embedder> embedder) {
    this(workspace, index, chunker, embedder, COMMIT_EVERY);
  }

  /** For tests, which cannot wait. */
  Indexer(
      Workspace workspace,
      TreeIndex index,
      Chunker chunker,
      Optional<Embedder> embedder,
      Duration commitEvery) {
    this.commitEvery = commitEvery;
    this.workspace = workspace;
    this.order = new EmbeddingOrder(workspace);
    this.index = index;
    this.chunker = chunker;
    this.embedder = embedder;
  }

  /**
   * Runs once, alone: the view's writer lock is held from beginning to end.
   *
   * @param full whether to read every file again; vectors of texts that are known are kept all the
   *     same
   * @param embedding how long the model may work, which may be not at all; absent: until every
   *     chunk has its vector
   * @throws CodeintelException {@code busy} when another run holds the lock, {@code cancelled},
   *     {@code embedding-unavailable}
   */
  public RunReport run(
      boolean full, Optional<Duration> embedding, CancelToken cancel, Progress progress) {
    var started = System.nanoTime();
    try (var writer = index.view().tryWrite(full).orElseThrow(Indexer::busy);
        var record = RunRecord.start(index.folder());
        var _ = lockVectors(cancel)) {
      var begun = begin(full, started);
      var seen = record.alsoTelling(progress);
      index.vectors().ifPresent(vectors -> vectors.setDamagedAside(cancel));
      var commits = new Commits(writer, index, workspace, record.startedMillis(), commitEvery);
      var texts =
          new TextPhase(workspace, index, chunker, embedder, writer, commits)
              .run(full, cancel, seen);
      var vectors =
          embedder
              .filter(_ -> !embedding.map(Duration::isZero).orElse(false))
              .map(
                  model ->
                      new VectorPhase(order, index, model, writer, commits, refusals, embedding)
                          .run(cancel, seen))
              .orElse(VectorPhase.NOTHING);
      var counts = counts();
      var report =
          new RunReport(
              texts.added(),
              texts.changed(),
              texts.deleted(),
              texts.unchanged(),
              counts.chunks,
              vectors.embedded(),
              vectors.reused() + texts.reused(),
              embedder.isPresent() ? counts.missing : 0,
              vectors.timeUp(),
              commits.any());
      Log.info(
          "Index run finished",
          "added",
          report.added(),
          "changed",
          report.changed(),
          "deleted",
          report.deleted(),
          "chunks",
          report.chunks(),
          "embedded",
          report.embedded());
      end(report, begun);
      return report;
    } catch (IOException e) {
      throw StoreException.io(index.folder(), e);
    }
  }

  private Begun begin(boolean full, long nanos) {
    var begun =
        unfinished
            .map(first -> new Begun(first.full || full, first.nanos, first.committed))
            .orElse(new Begun(full, nanos, false));
    unfinished = Optional.empty(); // what ends this part with an error ends all of it
    return begun;
  }

  /** In the history, parts are one run, from the beginning of the first. */
  private void end(RunReport report, Begun begun) {
    var committed = begun.committed || report.committed();
    if (report.isPart()) {
      unfinished = Optional.of(new Begun(begun.full, begun.nanos, committed));
    } else if (committed) {
      var took = Duration.ofNanos(System.nanoTime() - begun.nanos);
      RunHistory.finished(index.folder(), begun.full ? "full" : "incremental", took);
    }
  }

  private static CodeintelException busy() {
    return new CodeintelException(
        ErrorCode.BUSY, "Another run is indexing this work tree; this one can wait for it.");
  }

  private HeldLock lockVectors(CancelToken cancel) {
    return index.vectors().map(vectors -> vectors.lockForRun(cancel)).orElse(() -> {});
  }

  private record Counts(int chunks, int missing) {}

  private Counts counts() {
    var generation = index.generations().acquireNewest();
    try {
      return generation
          .map(newest -> new Counts(newest.chunks(), newest.missing()))
          .orElse(new Counts(0, 0));
    } finally {
      generation.ifPresent(Generation::release);
    }
  }
}
