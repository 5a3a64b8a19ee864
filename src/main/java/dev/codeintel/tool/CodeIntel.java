package dev.codeintel.tool;

import dev.codeintel.chunk.Chunker;
import dev.codeintel.config.Limits;
import dev.codeintel.config.Settings;
import dev.codeintel.embed.Embedder;
import dev.codeintel.embed.Embedders;
import dev.codeintel.embed.EmbeddingException;
import dev.codeintel.faiss.FaissLibrary;
import dev.codeintel.git.Blame;
import dev.codeintel.git.FileAt;
import dev.codeintel.git.FileHistory;
import dev.codeintel.git.Git;
import dev.codeintel.index.BackgroundIndexer;
import dev.codeintel.index.IndexRun;
import dev.codeintel.index.IndexStatus;
import dev.codeintel.index.Indexer;
import dev.codeintel.index.RunPlan;
import dev.codeintel.index.RunPlanner;
import dev.codeintel.index.RunReport;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.MemoryBudget;
import dev.codeintel.ops.MemoryShare;
import dev.codeintel.ops.Progress;
import dev.codeintel.repo.TextMatches;
import dev.codeintel.repo.TextQuery;
import dev.codeintel.repo.Workspace;
import dev.codeintel.search.IndexSummary;
import dev.codeintel.search.Mode;
import dev.codeintel.search.QueryVector;
import dev.codeintel.search.SearchRequest;
import dev.codeintel.search.SearchResult;
import dev.codeintel.search.Searcher;
import dev.codeintel.store.IndexFolder;
import dev.codeintel.store.Storage;
import dev.codeintel.store.TreeIndex;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One repository, its index and its searcher, as commands and tools use them. Nothing is opened,
 * read or written before the first call that needs it: clients start a server just to ask what it
 * can do. Safe for use by any thread.
 */
public final class CodeIntel implements Backend {

  /**
   * How long a run in the background embeds before the next looks at the files again: a first index
   * may take an hour, in which people edit.
   */
  private static final Duration EMBEDDING = Duration.ofSeconds(30);

  private static final long FIRST_INDEX_WAIT_NANOS =
      TimeUnit.MILLISECONDS.toNanos(Limits.FIRST_INDEX_WAIT_MILLIS);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Settings settings;
  private final Lazy<Workspace> workspace;
  private final Embedders embedders;
  private final Lazy<FaissLibrary> faiss;
  private final Lazy<Git> git;
  private final Lazy<Opened> usual;
  private final Lazy<Opened> wordsAlone;
  private final BackgroundIndexer background;
  private final Scopes scopes;
  private final Workers searches = new Workers("search", Limits.PROCESSORS);

  /** Apart from searches: a blame of a long history may take seconds. */
  private final Workers histories = new Workers("git", Limits.HISTORY_THREADS_MAX);

  /** Apart from both: it reads the whole tree. */
  private final Workers scans = new Workers("scan", Limits.PROCESSORS);

  /** What scans keep from slice to slice: of too many at a time that would be all there is. */
  private final MemoryBudget scanMemory;

  /** Apart from those: a walk through a large tree takes seconds. */
  private final Workers looks = new Workers("look", Limits.PROCESSORS);

  /** An index and what works on it. */
  private record Opened(TreeIndex index, Indexer indexer, Searcher searcher) {}

  /**
   * @param workspace opens the repository; what it throws is every call's answer
   */
  public CodeIntel(Settings settings, Supplier<Workspace> workspace) {
    this(settings, workspace, new MemoryBudget(Limits.SCANS_BYTES_MAX));
  }

  CodeIntel(Settings settings, Supplier<Workspace> workspace, MemoryBudget scanMemory) {
    this.settings = settings;
    this.scanMemory = scanMemory;
    this.workspace = new Lazy<>(workspace);
    this.embedders = new Embedders(settings);
    this.faiss =
        new Lazy<>(() -> FaissLibrary.load(settings.faissLibrary(), settings.cacheDirectory()));
    this.git = new Lazy<>(() -> new Git(workspace(), settings.dataDirectory()));
    this.usual = new Lazy<>(() -> open(embedder()));
    this.wordsAlone = new Lazy<>(() -> open(Optional.empty()));
    this.background = new BackgroundIndexer(this::indexForAWhile);
    this.scopes = new Scopes(settings.sessionMaxAge());
  }

  private boolean indexForAWhile(boolean full, CancelToken cancel) {
    var report = index(full, Optional.of(EMBEDDING), cancel, Progress.NONE);
    return report.isPart();
  }

  private Opened open(Optional<Embedder> model) {
    var identity = model.map(Embedder::identity).orElse(TreeIndex.NO_EMBEDDER);
    var folder = IndexFolder.create(settings.dataDirectory(), workspace().repositoryId(), identity);
    var index =
        new TreeIndex(
            Storage.DISK,
            folder,
            workspace().viewId(),
            identity,
            model.map(Embedder::dimension).orElse(0));
    return new Opened(
        index,
        new Indexer(workspace(), index, new Chunker(settings.chunkBudgetChars()), model),
        new Searcher(
            workspace(),
            index,
            model.map(opened -> (Supplier<Embedder>) () -> opened),
            faiss,
            settings.bm25K1(),
            settings.bm25B()));
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
    return embedders.get(CancelToken.create());
  }

  /**
   * Brings the index up to date in this thread, see {@link Indexer#run}.
   *
   * @throws EmbeddingException when the embedding server cannot be had; what can be found by words
   *     alone is then up to date
   */
  public RunReport index(
      boolean full, Optional<Duration> embedding, CancelToken cancel, Progress progress) {
    Opened opened;
    try {
      embedders.get(cancel); // a server may take its time, which the token ends
      opened = usual.get();
    } catch (EmbeddingException e) {
      wordsAlone.get().indexer().run(full, embedding, cancel, progress);
      throw e;
    }
    return opened.indexer().run(full, embedding, cancel, progress);
  }

  /**
   * Finds out what bringing the index up to date would do, see {@link RunPlanner#plan}.
   *
   * @throws EmbeddingException when the embedding server cannot be had
   */
  public RunPlan plan(CancelToken cancel, Progress progress) {
    var chunker = new Chunker(settings.chunkBudgetChars());
    return new RunPlanner(workspace(), settings.dataDirectory(), chunker, embedders.get(cancel))
        .plan(cancel, progress);
  }

  /** Starts bringing the index up to date in the background, where that is due. Returns at once. */
  @Override
  public void touch() {
    background.touch();
  }

  @Override
  public IndexRun reindex(boolean full) {
    return background.ask(full);
  }

  @Override
  public SearchResult search(SearchRequest request, CancelToken cancel) {
    var started = System.nanoTime();
    while (true) {
      try {
        return answer(request, cancel);
      } catch (CodeintelException e) {
        // Seconds, mostly: an agent that is told to try again goes elsewhere.
        var soon =
            e.code() == ErrorCode.INDEX_NOT_READY
                && request.mode() != Mode.SEMANTIC
                && System.nanoTime() - started < FIRST_INDEX_WAIT_NANOS;
        if (!soon) {
          throw e;
        }
      }
      cancel.check();
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** A server is waited for on this thread: those that search have other work meanwhile. */
  private SearchResult answer(SearchRequest request, CancelToken cancel) {
    try {
      embedders.get(cancel);
    } catch (EmbeddingException e) {
      if (request.mode() == Mode.SEMANTIC) {
        throw e;
      }
      return searches.run(() -> byWordsAlone(request, e.getMessage(), cancel), cancel);
    }
    var searcher = searches.run(() -> usual.get().searcher(), cancel);
    var vector =
        searches.run(() -> searcher.asksModel(request), cancel)
            ? searcher.vector(request, cancel)
            : QueryVector.NONE;
    return searches.run(() -> searcher.search(request, vector, cancel), cancel);
  }

  private SearchResult byWordsAlone(SearchRequest request, String reason, CancelToken cancel) {
    var words =
        new SearchRequest(
            request.query(), request.limit(), Mode.LEXICAL, request.scope(), request.languages());
    var result = wordsAlone.get().searcher().search(words, cancel);
    var index = result.index();
    var notes = new ArrayList<>(result.notes());
    notes.add("Ranked by words alone: " + reason);
    return new SearchResult(
        result.findings(),
        new IndexSummary(
            index.generation(), index.commit(), 0, index.pendingFiles(), index.model()),
        List.copyOf(notes));
  }

  @Override
  public TextMatches find(TextQuery query, CancelToken cancel) {
    try (var memory = scanMemory.share();
        var scan = workspace().scan(query, cancel)) {
      if (isGranted(memory, Limits.SCAN_THREADS_MAX * Limits.SCAN_THREAD_BYTES_MAX, cancel)) {
        scans.runInSlices(Limits.SCAN_THREADS_MAX, scan::work);
      } else {
        scan.giveUp();
      }
      return scan.result();
    }
  }

  /** Says no when time is up: then what was found is the answer. */
  private static boolean isGranted(MemoryShare memory, long bytes, CancelToken cancel) {
    try {
      memory.take(bytes, cancel);
      return true;
    } catch (CodeintelException e) {
      if (e.code() != ErrorCode.TIMEOUT) {
        throw e;
      }
      return false;
    }
  }

  @Override
  public Blame blame(
      String path,
      OptionalInt first,
      OptionalInt last,
      int linesMax,
      String revision,
      CancelToken cancel) {
    return histories.run(
        () -> git.get().blame(path, first, last, linesMax, revision, cancel), cancel);
  }

  @Override
  public FileHistory history(
      String path, boolean follow, String revision, int skip, int limit, CancelToken cancel) {
    return histories.run(
        () -> git.get().history(path, follow, revision, skip, limit, cancel), cancel);
  }

  @Override
  public <T> T read(String path, String revision, Function<FileAt, T> look, CancelToken cancel) {
    return histories.run(() -> look.apply(git.get().read(path, revision, cancel)), cancel);
  }

  @Override
  public <T> T look(Supplier<T> work, CancelToken cancel) {
    return looks.run(work, cancel);
  }

  @Override
  public IndexStatus status() {
    Opened opened;
    try {
      opened = usual.get();
    } catch (EmbeddingException e) {
      return IndexStatus.withoutModel(wordsAlone.get().index(), e.getMessage());
    }
    return IndexStatus.of(opened.index());
  }

  @Override
  public Scopes scopes() {
    return scopes;
  }

  /**
   * Reads every byte of the index.
   *
   * @return what is wrong, a sentence each
   */
  public List<String> verify() {
    return usual.get().index().verify();
  }

  /** Ends background work, keeping what it made, and frees everything. */
  @Override
  public void close() {
    background.close();
    searches.close();
    histories.close();
    scans.close();
    looks.close();
    usual.ifMade().map(Opened::index).ifPresent(TreeIndex::close);
    wordsAlone.ifMade().map(Opened::index).ifPresent(TreeIndex::close);
    embedders.close();
    git.ifMade().ifPresent(Git::close);
    workspace.ifMade().ifPresent(Workspace::close);
  }
}
