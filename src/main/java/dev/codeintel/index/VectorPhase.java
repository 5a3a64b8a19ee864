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
import java.util.ArrayList;
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
  private final Refusals refusals;
  private final Map<VectorKey, Integer> ordinals = new HashMap<>();
  private int ordinalsUpTo;
  private int embedded;
  private int reused;
  private int refused;
  private boolean uncommitted;
  private final CancelToken time;

  VectorPhase(
      TreeIndex index,
      Embedder embedder,
      View.Writer writer,
      Commits commits,
      Refusals refusals,
      Optional<Duration> atMost) {
    this.index = index;
    this.vectors = index.vectors().orElseThrow();
    this.embedder = embedder;
    this.writer = writer;
    this.commits = commits;
    this.refusals = refusals;
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
    var batch = new LinkedHashMap<VectorKey, Text>();
    refreshOrdinals();
    ModelChange.note(vectors, embedder, generation);
    for (var i = 0; i < pending.length && !time.isCancelled(); i++) {
      cancel.check();
      var found = generation.chunk(pending[i]);
      var text = embedder.documentText(found.chunk());
      var key = VectorKey.of(index.identity(), text);
      if (ordinals.containsKey(key)) {
        writer.setOrdinal(key, ordinals.get(key));
        uncommitted = true;
        reused++;
      } else if (refusals.contains(key)) {
        refused++;
      } else {
        var place = found.path() + ":" + found.chunk().startLine();
        batch.merge(key, new Text(text, place, 1), (first, _) -> first.again());
      }
      if (batch.size() == Limits.BLOCK_VECTORS_MAX || i == pending.length - 1) {
        var before = already + i + 1 - batch.size();
        embed(batch, cancel, done -> progress.at("embedding", before + done, generation.chunks()));
        batch.clear();
      }
    }
    uncommitted |= commits.refused(refused, !time.isCancelled());
  }

  /** What is embedded, where it stands first, and in how many chunks. */
  private record Text(String text, String place, int chunks) {

    Text again() {
      return new Text(text, place, chunks + 1);
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

  private void embed(Map<VectorKey, Text> batch, CancelToken cancel, Done done) {
    if (batch.isEmpty()) {
      return;
    }
    var keys = List.copyOf(batch.keySet());
    var texts = batch.values().stream().map(Text::text).toList();
    var row = (long) embedder.dimension() * Float.BYTES;
    try (var arena = Arena.ofShared()) {
      var rows = arena.allocate(row * texts.size());
      var made = 0;
      try {
        while (made < texts.size() && !time.isCancelled()) {
          var to = Math.min(texts.size(), made + embedder.batchSize());
          var without =
              embedder.embedDocuments(
                  texts.subList(made, to), rows.asSlice(made * row, (to - made) * row), cancel);
          for (var each : without) {
            var key = keys.get(made + each.document());
            refusals.add(key, batch.get(key).place(), each.reason());
            refused += batch.get(key).chunks();
          }
          made = to;
          done.upTo(made);
        }
      } finally {
        // Also when it was cancelled or the server went away.
        keepWithVectors(keys.subList(0, made), rows, row);
      }
    }
    refreshOrdinals();
  }

  /** Closes up behind the texts that were refused. */
  private void keepWithVectors(List<VectorKey> keys, MemorySegment rows, long row) {
    var kept = new ArrayList<VectorKey>(keys.size());
    for (var i = 0; i < keys.size(); i++) {
      if (!refusals.contains(keys.get(i))) {
        MemorySegment.copy(rows, i * row, rows, kept.size() * row, row);
        kept.add(keys.get(i));
      }
    }
    keep(kept, rows.asSlice(0, kept.size() * row));
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
