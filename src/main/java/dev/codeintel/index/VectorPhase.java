package dev.codeintel.index;

import dev.codeintel.config.Limits;
import dev.codeintel.embed.Embedder;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.Progress;
import dev.codeintel.store.Generation;
import dev.codeintel.store.StoreException;
import dev.codeintel.store.TreeIndex;
import dev.codeintel.store.VectorKey;
import dev.codeintel.store.VectorStore;
import dev.codeintel.store.View;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Gives vectors to the chunks that have none: those that another work tree already has, for
 * nothing; the others from the model, a block at a time, each durable before the next begins.
 */
final class VectorPhase {

  static final Result NOTHING = new Result(0, 0);

  private final TreeIndex index;
  private final VectorStore vectors;
  private final Embedder embedder;
  private final View.Writer writer;
  private final Commits commits;
  private final Map<VectorKey, Integer> ordinals = new HashMap<>();
  private int ordinalsUpTo;
  private int embedded;
  private int reused;
  private boolean uncommitted;
  private final CancelToken time;

  VectorPhase(
      TreeIndex index,
      Embedder embedder,
      View.Writer writer,
      Commits commits,
      Optional<Duration> atMost) {
    this.index = index;
    this.vectors = index.vectors().orElseThrow();
    this.embedder = embedder;
    this.writer = writer;
    this.commits = commits;
    this.time = atMost.map(CancelToken::withDeadline).orElseGet(CancelToken::create);
  }

  /** What the phase did: texts that the model was asked for, chunks whose vector was there. */
  record Result(int embedded, int reused) {}

  Result run(CancelToken cancel, Progress progress) {
    var generation = index.generations().acquireNewest();
    if (generation.isEmpty()) {
      return NOTHING;
    }
    try {
      embedPending(generation.get(), cancel, progress);
      commitRest();
      return new Result(embedded, reused);
    } catch (StoreException e) {
      throw e; // the disk takes nothing more
    } catch (RuntimeException e) {
      commitRest(); // cancelled, or the model went away: what was made is kept
      throw e;
    } finally {
      generation.get().release();
    }
  }

  private void embedPending(Generation generation, CancelToken cancel, Progress progress) {
    var pending = generation.pending();
    var already = generation.embedded();
    var batch = new LinkedHashMap<VectorKey, String>();
    refreshOrdinals();
    for (var i = 0; i < pending.length && !time.isCancelled(); i++) {
      cancel.check();
      var text = embedder.documentText(generation.chunk(pending[i]).chunk());
      var key = VectorKey.of(index.identity(), text);
      if (ordinals.containsKey(key)) {
        writer.setOrdinal(key, ordinals.get(key));
        uncommitted = true;
        reused++;
      } else {
        batch.put(key, text);
      }
      if (batch.size() == Limits.BLOCK_VECTORS_MAX || i == pending.length - 1) {
        var before = already + i + 1 - batch.size();
        embed(batch, cancel, done -> progress.at("embedding", before + done, generation.chunks()));
        batch.clear();
      }
    }
  }

  private void commitRest() {
    if (uncommitted) {
      commits.commit();
      uncommitted = false;
    }
  }

  /** Another work tree's run may have appended since: what it has need not be made again. */
  private void refreshOrdinals() {
    var blocks = vectors.blocks();
    blocks.addOrdinals(ordinalsUpTo, ordinals);
    ordinalsUpTo = blocks.nextOrdinal();
  }

  private void embed(Map<VectorKey, String> batch, CancelToken cancel, Done done) {
    if (batch.isEmpty()) {
      return;
    }
    var keys = List.copyOf(batch.keySet());
    var texts = List.copyOf(batch.values());
    var row = (long) embedder.dimension() * Float.BYTES;
    try (var arena = Arena.ofShared()) {
      var rows = arena.allocate(row * texts.size());
      var made = 0;
      try {
        while (made < texts.size() && !time.isCancelled()) {
          var to = Math.min(texts.size(), made + embedder.batchSize());
          embedder.embedDocuments(
              texts.subList(made, to), rows.asSlice(made * row, (to - made) * row), cancel);
          made = to;
          done.upTo(made);
        }
      } finally {
        // Also when it was cancelled or the server went away.
        keep(keys.subList(0, made), rows.asSlice(0, made * row));
      }
    }
    refreshOrdinals();
  }

  private void keep(List<VectorKey> keys, MemorySegment rows) {
    if (keys.isEmpty()) {
      return;
    }
    var first = vectors.append(keys, rows, CancelToken.create());
    for (var i = 0; i < keys.size(); i++) {
      writer.setOrdinal(keys.get(i), first + i);
    }
    embedded += keys.size();
    uncommitted = true;
    if (commits.isDue()) {
      commitRest();
    }
  }

  @FunctionalInterface
  private interface Done {
    void upTo(int count);
  }
}
