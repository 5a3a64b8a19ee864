package dev.codeintel.tool;

import dev.codeintel.git.Blame;
import dev.codeintel.git.FileAt;
import dev.codeintel.git.FileHistory;
import dev.codeintel.index.BackgroundIndexer;
import dev.codeintel.index.IndexRun;
import dev.codeintel.index.IndexStatus;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.repo.TextMatches;
import dev.codeintel.repo.TextQuery;
import dev.codeintel.repo.Workspace;
import dev.codeintel.search.SearchRequest;
import dev.codeintel.search.SearchResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;

/** A backend that counts what is asked of it, and answers what a test tells it. */
public class FakeBackend implements Backend {

  public final AtomicInteger touched = new AtomicInteger();
  public final AtomicInteger closed = new AtomicInteger();
  public final List<SearchRequest> asked = new CopyOnWriteArrayList<>();

  /** What was asked of git, an operation and its arguments each. */
  public final List<List<Object>> askedGit = new CopyOnWriteArrayList<>();

  /** How many lines were asked for at most, the last time. */
  public volatile int blamedAtMost;

  /** How often a tool did long work apart from the others. */
  public final AtomicInteger looked = new AtomicInteger();

  /** What time it is for the scopes. */
  public final AtomicLong nanos = new AtomicLong();

  private final Scopes scopes = new Scopes(Duration.ofHours(1), nanos::get);
  private final Optional<Workspace> workspace;
  private volatile Optional<SearchResult> found = Optional.empty();
  private volatile Optional<Blame> blame = Optional.empty();
  private volatile Optional<FileHistory> history = Optional.empty();
  private volatile BackgroundIndexer.Run indexing = (_, _) -> false;
  private final BackgroundIndexer indexer =
      new BackgroundIndexer((full, cancel) -> indexing.run(full, cancel));
  private volatile Optional<FileAt> then = Optional.empty();

  public FakeBackend() {
    workspace = Optional.empty();
  }

  /** One over the files of a folder. */
  public FakeBackend(Path folder) {
    workspace = Optional.of(Workspace.open(folder));
  }

  /** Says how a whole file is blamed, at every revision. */
  public void willBlame(Blame whole) {
    blame = Optional.of(whole);
  }

  /** Says what the whole history of every path is. */
  public void willTell(FileHistory whole) {
    history = Optional.of(whole);
  }

  /** Says what is in a file at another revision. */
  public void willRead(FileAt file) {
    then = Optional.of(file);
  }

  /** Says what every search finds. */
  public void willFind(SearchResult result) {
    found = Optional.of(result);
  }

  @Override
  public Workspace workspace() {
    return workspace.orElseThrow();
  }

  @Override
  public SearchResult search(SearchRequest request, CancelToken cancel) {
    asked.add(request);
    return found.orElseThrow();
  }

  @Override
  public TextMatches find(TextQuery query, CancelToken cancel) {
    try (var scan = workspace().scan(query, cancel)) {
      var more = true;
      while (more) {
        more = scan.work();
      }
      return scan.result();
    }
  }

  @Override
  public <T> T look(Supplier<T> work, CancelToken cancel) {
    looked.incrementAndGet();
    return work.get();
  }

  @Override
  public Blame blame(
      String path,
      OptionalInt first,
      OptionalInt last,
      int linesMax,
      String revision,
      CancelToken cancel) {
    askedGit.add(List.of("blame", path, first, last, revision));
    blamedAtMost = linesMax;
    var whole = blame.orElseThrow();
    var count = whole.totalLines();
    if (first.orElse(1) > Math.max(count, 1) || last.orElse(count) > count) {
      throw new CodeintelException(
          ErrorCode.INVALID_ARGUMENT, "%s has %,d lines.".formatted(path, count));
    }
    var start = first.orElse(1) - 1;
    var lines = whole.lines().subList(start, Math.min(last.orElse(count), start + linesMax));
    return new Blame(List.copyOf(lines), count, whole.revision(), whole.notes());
  }

  @Override
  public FileHistory history(
      String path, boolean follow, String revision, int skip, int limit, CancelToken cancel) {
    askedGit.add(List.of("history", path, follow, revision, skip, limit));
    var whole = history.orElseThrow();
    var count = whole.entries().size();
    var from = Math.min(skip, count);
    var to = Math.min(from + limit, count);
    return new FileHistory(
        List.copyOf(whole.entries().subList(from, to)),
        to < count,
        to < count ? OptionalInt.empty() : OptionalInt.of(count),
        whole.shallow(),
        whole.revision(),
        whole.notes());
  }

  @Override
  public <T> T read(String path, String revision, Function<FileAt, T> look, CancelToken cancel) {
    askedGit.add(List.of("read", path, revision));
    return then.map(look)
        .orElseThrow(
            () ->
                new CodeintelException(
                    ErrorCode.REVISION_NOT_FOUND, "There is no revision %s.".formatted(revision)));
  }

  @Override
  public IndexStatus status() {
    return new IndexStatus(
        IndexStatus.State.INDEXING,
        12,
        340,
        true,
        0.25,
        3,
        Optional.of("0123456789abcdef0123456789abcdef01234567"),
        7,
        Map.of("too-large", 2),
        new IndexStatus.Vectors("IDMap,Flat", 85, 85, 0, 0, 131_240),
        new IndexStatus.Model("bge-small/1", 384, Optional.empty()),
        Map.of("full", new IndexStatus.FinishedRun(1_700_000_000, 1_500)),
        Optional.of(new IndexStatus.RunProgress(7, "embedding", 85, 340, 54.5, Optional.of(5L))),
        123_456);
  }

  @Override
  public Scopes scopes() {
    return scopes;
  }

  @Override
  public IndexRun reindex(boolean full) {
    return indexer.ask(full);
  }

  /** Says what an index run does. */
  public void willIndex(BackgroundIndexer.Run run) {
    indexing = run;
  }

  @Override
  public void touch() {
    touched.incrementAndGet();
  }

  @Override
  public void close() {
    closed.incrementAndGet();
    indexer.close();
  }
}
