package dev.codeintel.testkit;

import dev.codeintel.chunk.Chunker;
import dev.codeintel.embed.Embedder;
import dev.codeintel.faiss.FaissLibrary;
import dev.codeintel.index.Indexer;
import dev.codeintel.index.RunReport;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.Progress;
import dev.codeintel.repo.Globs;
import dev.codeintel.repo.Workspace;
import dev.codeintel.search.Finding;
import dev.codeintel.search.Mode;
import dev.codeintel.search.SearchRequest;
import dev.codeintel.search.SearchResult;
import dev.codeintel.search.Searcher;
import dev.codeintel.store.IndexFolder;
import dev.codeintel.store.Storage;
import dev.codeintel.store.TreeIndex;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** A work tree with its index and searcher, as the product puts them together. */
public final class IndexedTree implements AutoCloseable {

  public final Workspace workspace;
  public final TreeIndex index;
  private final Optional<Embedder> embedder;
  private final FaissLibrary faiss;

  public IndexedTree(Path root, Path data, Embedder embedder) {
    this(Storage.DISK, root, data, Optional.of(embedder), TestFaiss.library());
  }

  public IndexedTree(
      Storage storage, Path root, Path data, Optional<Embedder> embedder, FaissLibrary faiss) {
    this.workspace = Workspace.open(root);
    this.embedder = embedder;
    this.faiss = faiss;
    var identity = embedder.map(Embedder::identity).orElse(TreeIndex.NO_EMBEDDER);
    var folder = IndexFolder.create(data, workspace.repositoryId(), identity);
    this.index =
        new TreeIndex(
            storage,
            folder,
            workspace.viewId(),
            identity,
            embedder.map(Embedder::dimension).orElse(0));
  }

  public RunReport run() {
    return run(false, CancelToken.create(), Progress.NONE);
  }

  public RunReport run(boolean full, CancelToken cancel, Progress progress) {
    return indexer().run(full, Optional.empty(), cancel, progress);
  }

  /** For several runs of which one goes on with the other. */
  public Indexer indexer() {
    return new Indexer(workspace, index, new Chunker(2_200), embedder);
  }

  public SearchResult search(SearchRequest request) {
    var model = embedder.map(each -> (Supplier<Embedder>) () -> each);
    return new Searcher(workspace, index, model, () -> faiss, 1.2f, 0.75f)
        .search(request, CancelToken.create());
  }

  public SearchResult search(String query, Mode mode) {
    return search(new SearchRequest(query, 10, mode, Globs.all(), Set.of()));
  }

  /** Paths of the findings, best first. */
  public List<String> paths(String query, Mode mode) {
    return search(query, mode).findings().stream().map(Finding::path).toList();
  }

  @Override
  public void close() {
    index.close();
    workspace.close();
  }
}
