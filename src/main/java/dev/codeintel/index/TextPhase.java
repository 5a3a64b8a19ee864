package dev.codeintel.index;

import dev.codeintel.chunk.Chunker;
import dev.codeintel.embed.Embedder;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.Progress;
import dev.codeintel.repo.SkipReason;
import dev.codeintel.repo.SourceFile;
import dev.codeintel.repo.SourceText;
import dev.codeintel.repo.Workspace;
import dev.codeintel.store.ChunkDocument;
import dev.codeintel.store.Fields;
import dev.codeintel.store.FileState;
import dev.codeintel.store.TreeIndex;
import dev.codeintel.store.VectorKey;
import dev.codeintel.store.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Brings the text of an index up to date: which files there are, and their chunks. */
final class TextPhase {

  /** What progress calls it. */
  static final String NAME = "reading";

  /**
   * A file that was modified so shortly before the last run may have been modified again within one
   * tick of the clock.
   */
  private static final long RACY_MILLIS = 2_000;

  private final Workspace workspace;
  private final Cutter cutter;
  private final Optional<Embedder> embedder;
  private final View.Writer writer;
  private final Commits commits;
  private final Map<VectorKey, Integer> ordinals;
  private final String identity;
  private int added;
  private int changed;
  private int unchanged;
  private int indexed;
  private int reused;
  private boolean settled; // a file that was read need not be read by the next run
  private boolean noted; // a file that is skipped is new, or differs

  TextPhase(
      Workspace workspace,
      TreeIndex index,
      Chunker chunker,
      Optional<Embedder> embedder,
      View.Writer writer,
      Commits commits) {
    this.workspace = workspace;
    this.cutter = new Cutter(chunker, embedder);
    this.embedder = embedder;
    this.writer = writer;
    this.commits = commits;
    this.identity = index.identity();
    this.ordinals = index.vectors().map(vectors -> vectors.blocks().ordinals()).orElse(Map.of());
  }

  /** What the phase did, in files; {@code reused} in chunks. */
  record Result(int added, int changed, int deleted, int unchanged, int reused) {}

  Result run(boolean full, CancelToken cancel, Progress progress) {
    var listing = workspace.list(cancel, progress);
    var known = full ? new HashMap<String, FileState>() : known();
    var skipped = count(listing.skipped());
    var done = 0;
    for (var file : listing.files()) {
      cancel.check();
      progress.at(NAME, done++, listing.files().size());
      update(file, known.remove(file.path()), skipped);
      if (commits.isFirstListing() && commits.isDue()) {
        commits.listed(indexed, skipped);
        commits.commitPartOfListing();
      }
    }
    known.keySet().forEach(writer::delete);
    progress.at(NAME, done, listing.files().size());
    var moved = commits.circumstancesChanged(skipped);
    commits.listed(indexed, skipped);
    if (full || moved || settled || noted || added + changed + known.size() > 0) {
      commits.commit();
    }
    return new Result(added, changed, known.size(), unchanged, reused);
  }

  private Map<String, FileState> known() {
    var known = new HashMap<String, FileState>();
    writer.files().forEach(file -> known.put(file.path(), file));
    return known;
  }

  private static Map<String, Integer> count(Map<SkipReason, Integer> skipped) {
    var counts = new TreeMap<String, Integer>();
    skipped.forEach((reason, count) -> counts.put(reason.text(), count));
    return counts;
  }

  private void update(SourceFile file, FileState known, Map<String, Integer> skipped) {
    if (known != null && known.looksLike(file.size(), file.modifiedNanos()) && !isRacy(file)) {
      keep(known, skipped);
      return;
    }
    var text = read(file);
    if (text.isEmpty()) {
      skipped.merge(SkipReason.UNREADABLE.text(), 1, Integer::sum);
      if (known != null) {
        writer.delete(file.path());
        changed++;
      }
      return;
    }
    var state = state(file, text.get());
    if (known != null && known.sha256().equals(state.sha256())) {
      if (!known.looksLike(state.size(), state.modifiedNanos())) {
        writer.touch(state);
      }
      settled |= !isRacy(file, commits.startedMillis());
      keep(state, skipped);
      return;
    }
    writer.put(state, state.skipped().isEmpty() ? documents(text.get(), file) : List.of());
    count(state, skipped);
    if (!state.skipped().isEmpty() && (known == null || !known.skipped().isEmpty())) {
      noted = true;
    } else {
      added += known == null ? 1 : 0;
      changed += known == null ? 0 : 1;
    }
  }

  private void keep(FileState file, Map<String, Integer> skipped) {
    unchanged++;
    count(file, skipped);
  }

  private void count(FileState file, Map<String, Integer> skipped) {
    if (file.skipped().isEmpty()) {
      indexed++;
    } else {
      skipped.merge(file.skipped(), 1, Integer::sum);
    }
  }

  private boolean isRacy(SourceFile file) {
    return commits.before().map(info -> isRacy(file, info.startedMillis())).orElse(true);
  }

  private static boolean isRacy(SourceFile file, long runStartedMillis) {
    var modifiedMillis = TimeUnit.NANOSECONDS.toMillis(file.modifiedNanos());
    return modifiedMillis >= runStartedMillis - RACY_MILLIS;
  }

  /** The text of a file; empty when it vanished or may not be read. */
  private Optional<SourceText> read(SourceFile file) {
    try {
      return Optional.of(workspace.read(file));
    } catch (CodeintelException e) {
      Log.debug("File not read", "path", file.path(), "reason", e.getMessage());
      return Optional.empty();
    }
  }

  private static FileState state(SourceFile file, SourceText text) {
    var skipped = text.binary() ? SkipReason.BINARY.text() : "";
    return new FileState(
        file.path(), file.size(), file.modifiedNanos(), text.sha256(), file.language(), skipped);
  }

  private List<ChunkDocument> documents(SourceText text, SourceFile file) {
    var documents = new ArrayList<ChunkDocument>();
    for (var chunk : cutter.chunks(text, file.language())) {
      var key = embedder.map(model -> VectorKey.of(identity, model.documentText(chunk)));
      var ordinal = key.map(ordinals::get).orElse(Fields.NO_ORDINAL);
      reused += ordinal == Fields.NO_ORDINAL ? 0 : 1;
      documents.add(new ChunkDocument(chunk, key, ordinal));
    }
    return documents;
  }
}
