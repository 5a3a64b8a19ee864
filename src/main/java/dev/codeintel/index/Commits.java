package dev.codeintel.index;

import dev.codeintel.ops.Log;
import dev.codeintel.repo.Workspace;
import dev.codeintel.store.CommitInfo;
import dev.codeintel.store.StoreException;
import dev.codeintel.store.TreeIndex;
import dev.codeintel.store.VectorStore;
import dev.codeintel.store.View;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The commits of one run: each says what the index is from then on. */
final class Commits {

  private final View.Writer writer;
  private final TreeIndex index;
  private final long startedMillis;
  private final String root;
  private final Optional<String> head;
  private final Optional<CommitInfo> before;
  private long generation;
  private int files;
  private Map<String, Integer> skipped = Map.of();
  private int refused;
  private final long everyNanos;
  private long lastNanos = System.nanoTime();
  private boolean any;

  /**
   * @param every how long to wait between commits that only make visible what is done so far
   */
  Commits(
      View.Writer writer,
      TreeIndex index,
      Workspace workspace,
      long startedMillis,
      Duration every) {
    this.everyNanos = every.toNanos();
    this.writer = writer;
    this.index = index;
    this.startedMillis = startedMillis;
    this.root = workspace.root().toString();
    this.head = workspace.headCommit();
    this.before = newest(index.view());
    this.generation = before.map(CommitInfo::generation).orElse(0L);
    this.refused = before.map(CommitInfo::refused).orElse(0);
  }

  /** A damaged index is made anew; what it said before does not matter then. */
  private static Optional<CommitInfo> newest(View view) {
    try {
      return view.newest();
    } catch (StoreException e) {
      Log.warning("The index so far cannot be read", "reason", e.getMessage());
      return Optional.empty();
    }
  }

  long startedMillis() {
    return startedMillis;
  }

  /** What the newest commit before this run said. */
  Optional<CommitInfo> before() {
    return before;
  }

  /** Whether the checked-out commit or the skipped files are others than before. */
  boolean circumstancesChanged(Map<String, Integer> skippedNow) {
    return before
        .map(
            info ->
                !info.head().equals(head)
                    || !withoutRefused(info.skipped()).equals(skippedNow)
                    || !info.listed())
        .orElse(true);
  }

  private static Map<String, Integer> withoutRefused(Map<String, Integer> skipped) {
    var files = new TreeMap<>(skipped);
    files.remove(CommitInfo.REFUSED);
    return files;
  }

  /** What the listing found, for the commits that follow. */
  void listed(int filesNow, Map<String, Integer> skippedNow) {
    files = filesNow;
    skipped = new TreeMap<>(skippedNow);
  }

  /**
   * What the model refused, for the commits that follow.
   *
   * @param chunks as many as were met
   * @param all whether every chunk without a vector was looked at
   * @return whether that is news
   */
  boolean refused(int chunks, boolean all) {
    var before = refused;
    refused = all ? chunks : Math.max(before, chunks);
    return refused != before;
  }

  boolean any() {
    return any;
  }

  /**
   * Whether no complete listing was ever committed, so that a part of one is better than nothing.
   */
  boolean isFirstListing() {
    return !before.map(CommitInfo::listed).orElse(false);
  }

  /** Whether what is done so far should be made visible. */
  boolean isDue() {
    return System.nanoTime() - lastNanos >= everyNanos;
  }

  /** Makes the files so far visible, and says that there are more. */
  void commitPartOfListing() {
    commit(false);
  }

  void commit() {
    commit(true);
  }

  /** Every block of the store is complete and synced before a commit names it. */
  private void commit(boolean listed) {
    var blocks = index.vectors().map(VectorStore::blocks);
    var missing = new TreeMap<>(skipped);
    if (refused > 0) {
      missing.put(CommitInfo.REFUSED, refused);
    }
    generation++;
    writer.commit(
        new CommitInfo(
            generation,
            index.identity(),
            root,
            head,
            startedMillis,
            listed,
            blocks.map(all -> all.nextOrdinal()).orElse(0),
            blocks.map(all -> all.references()).orElse(Set.of()),
            files,
            missing));
    any = true;
    lastNanos = System.nanoTime();
  }
}
