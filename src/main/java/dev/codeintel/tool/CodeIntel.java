package dev.codeintel.tool;

import dev.codeintel.chunk.Chunker;
import dev.codeintel.config.Settings;
import dev.codeintel.embed.Embedder;
import dev.codeintel.embed.Embedders;
import dev.codeintel.embed.EmbeddingException;
import dev.codeintel.faiss.FaissLibrary;
import dev.codeintel.index.BackgroundIndexer;
import dev.codeintel.index.IndexStatus;
import dev.codeintel.index.Indexer;
import dev.codeintel.index.RunReport;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.Progress;
import dev.codeintel.repo.Workspace;
import dev.codeintel.search.SearchRequest;
import dev.codeintel.search.SearchResult;
import dev.codeintel.search.Searcher;
import dev.codeintel.store.IndexFolder;
import dev.codeintel.store.Storage;
import dev.codeintel.store.TreeIndex;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One repository, its index and its searcher, as commands and tools use them. Nothing is opened,
 * read or written before the first call that needs it: clients start a server just to ask what it
 * can do. Safe for use by any thread.
 */
public final class CodeIntel implements Backend {

  private final Settings settings;
  private final Lazy<Workspace> workspace;
  private final Lazy<Optional<Embedder>> embedder;
  private final Lazy<FaissLibrary> faiss;
  private final Lazy<TreeIndex> index;
  private final Lazy<Searcher> searcher;
  private final BackgroundIndexer background;
  private final Workers workers = new Workers();

  /**
   * @param workspace opens the repository; what it throws is every call's answer
   */
  public CodeIntel(Settings settings, Supplier<Workspace> workspace) {
    this.settings = settings;
    this.workspace = new Lazy<>(workspace);
    this.embedder = new Lazy<>(this::openEmbedder);
    this.faiss =
        new Lazy<>(() -> FaissLibrary.load(settings.faissLibrary(), settings.cacheDirectory()));
    this.index = new Lazy<>(this::openIndex);
    this.searcher = new Lazy<>(this::makeSearcher);
    this.background = new BackgroundIndexer(this::indexer);
  }

  private Optional<Embedder> openEmbedder() {
    try {
      return Embedders.open(settings);
    } catch (EmbeddingException e) {
      if (settings.embedder() == Settings.EmbedderKind.VLLM) {
        throw e; // a server may come back; its vectors are waiting under its own identity
      }
      Log.warning("No embedding model", "reason", e.getMessage());
      return Optional.empty();
    }
  }

  private TreeIndex openIndex() {
    var model = embedder.get();
    var identity = model.map(Embedder::identity).orElse(TreeIndex.NO_EMBEDDER);
    var folder = IndexFolder.create(settings.dataDirectory(), workspace().repositoryId(), identity);
    return new TreeIndex(
        Storage.DISK,
        folder,
        workspace().viewId(),
        identity,
        model.map(Embedder::dimension).orElse(0));
  }

  private Searcher makeSearcher() {
    var model = embedder.get().map(opened -> (Supplier<Embedder>) () -> opened);
    return new Searcher(
        workspace(), index.get(), model, faiss, settings.bm25K1(), settings.bm25B());
  }

  private Indexer indexer() {
    return new Indexer(
        workspace(), index.get(), new Chunker(settings.chunkBudgetChars()), embedder.get());
  }

  public Settings settings() {
    return settings;
  }

  @Override
  public Workspace workspace() {
    return workspace.get();
  }

  /** The FAISS library, loaded; ask it whether it is available. */
  public FaissLibrary faiss() {
    return faiss.get();
  }

  /** The embedder; empty when nothing is embedded. */
  public Optional<Embedder> embedder() {
    return embedder.get();
  }

  /** Brings the index up to date in this thread, see {@link Indexer#run}. */
  public RunReport index(
      boolean full, Optional<Duration> embedding, CancelToken cancel, Progress progress) {
    return indexer().run(full, embedding, cancel, progress);
  }

  /** Starts bringing the index up to date in the background, where that is due. Returns at once. */
  @Override
  public void touch() {
    background.touch();
  }

  @Override
  public SearchResult search(SearchRequest request, CancelToken cancel) {
    return workers.run(() -> searcher.get().search(request, cancel), cancel);
  }

  @Override
  public IndexStatus status() {
    return IndexStatus.of(index.get());
  }

  /**
   * Reads every byte of the index.
   *
   * @return what is wrong, a sentence each
   */
  public List<String> verify() {
    return index.get().verify();
  }

  /** Ends background work, keeping what it made, and frees everything. */
  @Override
  public void close() {
    background.close();
    workers.close();
    index.ifMade().ifPresent(TreeIndex::close);
    embedder.ifMade().flatMap(made -> made).ifPresent(Embedder::close);
    workspace.ifMade().ifPresent(Workspace::close);
  }
}
