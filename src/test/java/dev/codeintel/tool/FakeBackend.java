package dev.codeintel.tool;

import dev.codeintel.index.IndexStatus;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.repo.Workspace;
import dev.codeintel.search.SearchRequest;
import dev.codeintel.search.SearchResult;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A backend that counts what is asked of it, and answers what a test tells it. */
public class FakeBackend implements Backend {

  public final AtomicInteger touched = new AtomicInteger();
  public final AtomicInteger closed = new AtomicInteger();
  public final List<SearchRequest> asked = new CopyOnWriteArrayList<>();

  private final Optional<Workspace> workspace;
  private volatile Optional<SearchResult> found = Optional.empty();

  public FakeBackend() {
    workspace = Optional.empty();
  }

  /** One over the files of a folder. */
  public FakeBackend(Path folder) {
    workspace = Optional.of(Workspace.open(folder));
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
  public IndexStatus status() {
    return new IndexStatus(
        IndexStatus.State.INDEXING,
        12,
        340,
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
  public void touch() {
    touched.incrementAndGet();
  }

  @Override
  public void close() {
    closed.incrementAndGet();
  }
}
