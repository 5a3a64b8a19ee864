package dev.codeintel.repo;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.Log;
import dev.codeintel.repo.text.LineFinder;
import dev.codeintel.repo.text.TextBuffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One search through files, done by as many threads as call {@link #work}. What is found depends on
 * the files alone, not on which thread was where when, unless the time is up.
 */
public final class TextScan implements AutoCloseable {

  /** Files that a thread takes at once; they lie near each other. */
  private static final int BATCH_FILES = 16;

  /** How long a thread waits for the next files before others have their turn. */
  private static final long WAIT_MILLIS = 1;

  /** After so long a thread looks whether others have work. */
  private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Workspace workspace;
  private final TextQuery query;
  private final CancelToken cancel;
  private final AtomicBoolean begun = new AtomicBoolean();
  private final BlockingQueue<List<SourceFile>> listed = new LinkedBlockingQueue<>();
  private final Queue<Reader> idle = new ConcurrentLinkedQueue<>();
  private volatile Map<SkipReason, Integer> unlisted = Map.of();
  private volatile boolean allListed;
  private volatile boolean timeUp;

  /** No match behind this one is given: there are enough before it. */
  private volatile TextPlace worst = new TextPlace(Integer.MAX_VALUE, "");

  private final List<TextMatch> kept = new ArrayList<>(); // this and all below: by this monitor
  private final Map<SkipReason, Integer> skipped = new EnumMap<>(SkipReason.class);
  private long total;
  private long following;
  private int matchingFiles;
  private int searched;

  TextScan(Workspace workspace, TextQuery query, CancelToken cancel) {
    this.workspace = workspace;
    this.query = query;
    this.cancel = cancel;
  }

  /** What one thread needs, kept from one slice to the next. */
  private final class Reader {
    private final TreeReader tree = new TreeReader(workspace.rootFolder());
    private final TextBuffer text =
        new TextBuffer(bytes -> SourceText.of(bytes).text().getBytes(StandardCharsets.UTF_8));
    private final LineFinder finder = new LineFinder(query.pattern(), cancel);
  }

  /**
   * Lists the files, if nobody does yet; else looks through some of them.
   *
   * @return whether there may be more to do
   * @throws CodeintelException {@code cancelled}
   */
  public boolean work() {
    try {
      if (!begun.getAndSet(true)) {
        list();
        return true;
      }
      return search();
    } catch (CodeintelException e) {
      if (e.code() != ErrorCode.TIMEOUT) {
        throw e;
      }
      giveUp();
      return false;
    }
  }

  /** Says that there is no time for it. */
  public void giveUp() {
    timeUp = true;
  }

  private void list() {
    try {
      var listing = workspace.list(cancel, this::toSearch);
      // What looks like a secret is kept from models, not from whoever searches on this machine.
      toSearch(
          listing.unindexed().stream()
              .filter(other -> other.reason() == SkipReason.SECRET)
              .map(Unindexed::file)
              .toList());
      var others = new EnumMap<SkipReason, Integer>(SkipReason.class);
      others.putAll(listing.skipped());
      others.remove(SkipReason.SECRET);
      unlisted = others;
    } finally {
      allListed = true;
    }
  }

  private void toSearch(List<SourceFile> files) {
    var wanted = files.stream().filter(query.files()).toList();
    for (var from = 0; from < wanted.size(); from += BATCH_FILES) {
      listed.add(wanted.subList(from, Math.min(wanted.size(), from + BATCH_FILES)));
    }
  }

  private boolean search() {
    var taken = idle.poll();
    var reader = taken == null ? new Reader() : taken;
    try {
      var started = System.nanoTime();
      while (isOn(started)) {
        var wasAll = allListed; // before the look into the queue: what comes is there by then
        var batch = listed.poll(wasAll ? 0 : WAIT_MILLIS, TimeUnit.MILLISECONDS);
        if (batch == null) {
          return !wasAll;
        }
        var done = 0;
        while (done < batch.size() && isOn(started)) {
          search(batch.get(done++).path(), reader);
        }
        if (done < batch.size()) {
          listed.add(batch.subList(done, batch.size())); // a file may take longer than a slice
        }
      }
      return !timeUp;
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a search", e);
    } finally {
      idle.add(reader);
    }
  }

  private boolean isOn(long started) {
    return !timeUp && System.nanoTime() - started < SLICE_NANOS;
  }

  private void search(String path, Reader reader) {
    cancel.check();
    var skip = reader.tree.read(path, reader.text);
    if (skip.isPresent()) {
      skip(skip.get());
      return;
    }
    var found = new ArrayList<TextMatch>();
    var count = 0;
    if (reader.finder.begin(reader.text)) {
      while (reader.finder.nextLine()) {
        var place = new TextPlace(count++, path);
        // So many of one file leave no room for those behind them.
        if (found.size() < query.matchesMax() && isWanted(place)) {
          found.add(match(place, reader.finder));
        }
      }
    }
    add(path, count, found);
  }

  private TextMatch match(TextPlace place, LineFinder finder) {
    var columns = finder.columns();
    return new TextMatch(
        place,
        finder.lineNumber(),
        columns,
        finder.preview(columns.getFirst()),
        finder.linesBefore(query.contextLines()),
        finder.linesAfter(query.contextLines()));
  }

  private boolean isWanted(TextPlace place) {
    return place.compareTo(query.after()) > 0 && place.compareTo(worst) <= 0;
  }

  private synchronized void skip(SkipReason reason) {
    skipped.merge(reason, 1, Integer::sum);
  }

  private synchronized void add(String path, int count, List<TextMatch> found) {
    searched++;
    if (count == 0) {
      return;
    }
    matchingFiles++;
    total += count;
    // Those at or before the place that was asked for were on an earlier page.
    var before = query.after().rank() + (isBehind(path) ? 0 : 1);
    following += count - Math.clamp(before, 0, count);
    kept.addAll(found);
    if (kept.size() > 4 * query.matchesMax()) {
      prune();
    }
  }

  /** Whether the match of the file that has the rank that was asked for is still to come. */
  private boolean isBehind(String path) {
    return PathOrder.INSTANCE.compare(path, query.after().path()) > 0;
  }

  private void prune() {
    kept.sort(Comparator.comparing(TextMatch::place));
    if (kept.size() > query.matchesMax()) {
      kept.subList(query.matchesMax(), kept.size()).clear();
      worst = kept.getLast().place();
    }
  }

  /** What was found; after the last {@link #work}. */
  public synchronized TextMatches result() {
    prune();
    return new TextMatches(
        List.copyOf(kept),
        following,
        total,
        matchingFiles,
        searched,
        Map.copyOf(skipped),
        unlisted,
        timeUp);
  }

  /** Closes what the threads have opened; after the last {@link #work}. */
  @Override
  public void close() {
    for (var reader = idle.poll(); reader != null; reader = idle.poll()) {
      try {
        reader.tree.close();
      } catch (IOException e) {
        Log.warning("Folder not closed", "error", e.toString());
      }
    }
  }
}
