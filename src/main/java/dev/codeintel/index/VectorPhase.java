package dev.codeintel.index;

import dev.codeintel.config.Limits;
import dev.codeintel.embed.Embedder;
import dev.codeintel.index.EmbeddingPipeline.Text;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.Progress;
import dev.codeintel.repo.PathOrder;
import dev.codeintel.store.Generation;
import dev.codeintel.store.StoreException;
import dev.codeintel.store.TreeIndex;
import dev.codeintel.store.VectorKey;
import dev.codeintel.store.VectorStore;
import dev.codeintel.store.View;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Gives vectors to the chunks that have none: those that another work tree already has, for
 * nothing; the others from the model, and durable a block at a time.
 */
final class VectorPhase implements EmbeddingPipeline.Sink {

  static final Result NOTHING = new Result(0, 0, false);

  /** What progress calls it. */
  static final String NAME = "embedding";

  private final EmbeddingOrder order;
  private final TreeIndex index;
  private final VectorStore vectors;
  private final Embedder embedder;
  private final View.Writer writer;
  private final Commits commits;
  private final Refusals refusals;
  private final CancelToken time;
  private final BlockWriter blocks;
  private final Map<VectorKey, Integer> ordinals = new HashMap<>();
  private final Map<VectorKey, Integer> asked = new HashMap<>(); // and for how many chunks
  private Progress progress = Progress.NONE;
  private int ordinalsUpTo;
  private int chunks;
  private int done;
  private int reused;
  private int refused;
  private boolean uncommitted;

  VectorPhase(
      EmbeddingOrder order,
      TreeIndex index,
      Embedder embedder,
      View.Writer writer,
      Commits commits,
      Refusals refusals,
      Optional<Duration> atMost) {
    this.order = order;
    this.index = index;
    this.vectors = index.vectors().orElseThrow();
    this.embedder = embedder;
    this.writer = writer;
    this.commits = commits;
    this.refusals = refusals;
    this.time = atMost.map(CancelToken::withDeadline).orElseGet(CancelToken::create);
    this.blocks = new BlockWriter(vectors, writer);
  }

  /**
   * What the phase did: texts that the model was asked for, chunks whose vector was there, whether
   * it ended with its time.
   */
  record Result(int embedded, int reused, boolean timeUp) {}

  /** Runs once. */
  Result run(CancelToken cancel, Progress listener) {
    progress = listener;
    var generation = index.generations().acquireNewest();
    try (blocks) {
      if (generation.isPresent()) {
        run(generation.get(), cancel);
      }
      return new Result(blocks.written(), reused, time.isCancelled());
    } finally {
      generation.ifPresent(Generation::release);
    }
  }

  private void run(Generation generation, CancelToken cancel) {
    try {
      embedPending(generation, cancel);
      keep();
    } catch (StoreException e) {
      throw e; // the disk takes nothing more
    } catch (RuntimeException e) {
      keep(); // cancelled, or the model went away: what was made is kept
      throw e;
    }
  }

  private void embedPending(Generation generation, CancelToken cancel) {
    refreshOrdinals();
    ModelChange.note(vectors, embedder, generation);
    chunks = generation.chunks();
    done = generation.embedded();
    var pending = generation.pending(order(chunks - done, cancel));
    try (var pipeline = new EmbeddingPipeline(embedder, time, cancel, this)) {
      for (var i = 0; i < pending.length && !time.isCancelled(); i++) {
        cancel.check();
        look(generation.chunk(pending[i]), pipeline);
      }
      pipeline.finish();
    }
    uncommitted |= commits.refused(refused, !time.isCancelled());
  }

  /** What fits into one block is made at once in any order. */
  private Comparator<String> order(int pending, CancelToken cancel) {
    return pending <= Limits.BLOCK_VECTORS_MAX ? PathOrder.INSTANCE : order.paths(cancel);
  }

  private void look(Generation.Found found, EmbeddingPipeline pipeline) {
    var text = embedder.documentText(found.chunk());
    var key = VectorKey.of(index.identity(), text);
    if (ordinals.containsKey(key)) {
      writer.setOrdinal(key, ordinals.get(key));
      uncommitted = true;
      reused++;
      tellDone();
    } else if (refusals.contains(key)) {
      refused++;
      tellDone();
    } else if (asked.merge(key, 1, Integer::sum) > 1) {
      tellDone(); // an ordinal is given to every chunk of its key
    } else {
      pipeline.put(new Text(key, text, found.path() + ":" + found.chunk().startLine()));
    }
  }

  @Override
  public void made(Text text, MemorySegment vector) {
    var written = blocks.add(text.key(), vector);
    tellDone();
    if (written) {
      uncommitted = true;
      refreshOrdinals();
      if (commits.isDue()) {
        commit();
      }
    }
  }

  @Override
  public void refused(Text text, String reason) {
    refusals.add(text.key(), text.place(), reason);
    refused += asked.get(text.key());
    tellDone();
  }

  private void tellDone() {
    done++;
    progress.at(NAME, done, chunks);
  }

  private void keep() {
    uncommitted |= blocks.flush();
    if (uncommitted) {
      commit();
    }
  }

  private void commit() {
    commits.commit();
    uncommitted = false;
  }

  /** Another work tree's run may have appended since: what it has need not be made again. */
  private void refreshOrdinals() {
    var newest = vectors.blocks();
    newest.addOrdinals(ordinalsUpTo, ordinals);
    ordinalsUpTo = newest.nextOrdinal();
  }
}
