package dev.codeintel.repo;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.Progress;
import dev.codeintel.repo.text.LineFinder;
import dev.codeintel.repo.text.TextBuffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One search through files, done by as many threads as call {@link #work}. What is found depends on
 * the files alone, not on which thread was where when, unless the time is up.
 */
public final class TextScan implements AutoCloseable {

  /** Files that a thread takes at once; they lie beside each other. */
  private static final int FILES_A_TURN = 16;

  /** After so long a thread looks whether others have work. */
  private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Path root;
  private final TextQuery query;
  private final CancelToken cancel;
  private final FileListing listing;
  private final List<SourceFile> files;
  private final AtomicInteger next = new AtomicInteger();
  private final Queue<Reader> idle = new ConcurrentLinkedQueue<>();
  private volatile boolean late;

  /** No match behind this one is given: there are enough before it. */
  private volatile TextPlace worst = new TextPlace(Integer.MAX_VALUE, "");

  private final List<TextMatch> kept = new ArrayList<>(); // this and all below: by this monitor
  private final Map<SkipReason, Integer> skipped = new EnumMap<>(SkipReason.class);
  private long total;
  private long following;
  private int matchingFiles;
  private int searched;

  /**
   * Lists the files.
   *
   * @throws CodeintelException {@code cancelled}, and {@code timeout} before there is anything
   */
  TextScan(Workspace workspace, TextQuery query, CancelToken cancel) {
    this.root = workspace.root();
    this.query = query;
    this.cancel = cancel;
    this.listing = workspace.list(cancel, Progress.NONE);
    this.files = listing.files().stream().filter(query.files()).toList();
  }

  /** What one thread needs, kept from one slice to the next. */
  private final class Reader {
    private final TreeReader tree = new TreeReader(root);
    private final TextBuffer text =
        new TextBuffer(bytes -> SourceText.of(bytes).text().getBytes(StandardCharsets.UTF_8));
    private final LineFinder finder = new LineFinder(query.pattern(), cancel);
  }

  /**
   * Looks through some files.
   *
   * @return whether there are more
   * @throws CodeintelException {@code cancelled}
   */
  public boolean work() {
    var taken = idle.poll();
    var reader = taken == null ? new Reader() : taken;
    try {
      var started = System.nanoTime();
      while (!late) {
        var from = next.getAndAdd(FILES_A_TURN);
        if (from >= files.size()) {
          return false;
        }
        for (var file : files.subList(from, Math.min(from + FILES_A_TURN, files.size()))) {
          search(file.path(), reader);
        }
        if (System.nanoTime() - started > SLICE_NANOS) {
          return next.get() < files.size();
        }
      }
      return false;
    } catch (CodeintelException e) {
      if (e.code() != ErrorCode.TIMEOUT) {
        throw e;
      }
      late = true;
      return false;
    } finally {
      idle.add(reader);
    }
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
        if (isWanted(place)) {
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
    var done = searched + skipped.values().stream().mapToInt(Integer::intValue).sum();
    return new TextMatches(
        List.copyOf(kept),
        following,
        total,
        matchingFiles,
        searched,
        Map.copyOf(skipped),
        listing.skipped(),
        files.size() - done);
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
