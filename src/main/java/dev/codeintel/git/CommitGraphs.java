package dev.codeintel.git;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.Log;
import dev.codeintel.repo.HistoryShape;
import dev.codeintel.repo.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;

/**
 * Decides which commit-graph a repository is read through: its own, when that can tell which
 * commits leave a path alone, else one that is written here, in the background, once the history is
 * long. Of the two the one with more commits counts. None where history is cut, grafted or
 * replaced: a graph knows nothing of that, and one that was written meanwhile would be wrong
 * afterwards.
 *
 * <p>The graph is read and checked here and handed to our own readers; JGit is not told of it. So
 * JGit needs no objects folder of ours in front of the repository's, which it would ask first for
 * each object, and nothing that lies in the repository reaches it unchecked.
 *
 * <p>Safe for use by any thread. Nothing is written into the repository.
 */
final class CommitGraphs implements AutoCloseable {

  private static final String FILE = "commit-graph";
  private static final String LOCK = "commit-graph.lock";

  /** A graph is held in memory. */
  private static final int FILE_HEAP_PARTS = 8;

  /** A graph that lacks more than this part of what it holds is written again. */
  private static final int MISSING_PARTS = 5;

  private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final Duration CLOSE_WAIT_MAX = Duration.ofSeconds(2);

  private final Workspace workspace;
  private final PrivateFolder folder;
  private final int commitsMin;
  private final long checkNanos;
  private final CancelToken closing = CancelToken.create();

  private Found theirs = Found.NONE;
  private Found ours = Found.NONE;
  private Optional<Thread> worker = Optional.empty();
  private boolean looked;
  private long lastCheckNanos;
  private volatile ObjectId checkedTips = ObjectId.zeroId();
  private volatile CommitGraphFile graph = CommitGraphFile.NONE;

  /** A graph, and the file it was read from; NONE for a file that is missing or no good. */
  private record Found(String stamp, CommitGraphFile graph) {
    static final Found NONE = new Found("", CommitGraphFile.NONE);
  }

  /**
   * @param dataDirectory where a graph of ours may be kept
   */
  CommitGraphs(Workspace workspace, Path dataDirectory) {
    this(workspace, dataDirectory, Limits.COMMIT_GRAPH_COMMITS_MIN);
  }

  CommitGraphs(Workspace workspace, Path dataDirectory, int commitsMin) {
    this(workspace, dataDirectory, commitsMin, CHECK_NANOS);
  }

  /**
   * @param checkNanos how often it looks at the history
   */
  CommitGraphs(Workspace workspace, Path dataDirectory, int commitsMin, long checkNanos) {
    this.checkNanos = checkNanos;
    this.workspace = workspace;
    this.folder = PrivateFolder.of(dataDirectory, workspace.repositoryId());
    this.commitsMin = commitsMin;
  }

  /**
   * The graph to read through in one call, without commits where there is none. Asks for a look at
   * the history in the background, from time to time.
   *
   * @param shape of the history, as it is now
   */
  CommitGraphFile current(HistoryShape shape) {
    if (!workspace.isGit()) {
      return CommitGraphFile.NONE;
    }
    if (!shape.unaltered()) {
      drop();
      return CommitGraphFile.NONE;
    }
    if (isDue()) {
      startCheck();
    }
    return graph;
  }

  private synchronized boolean isDue() {
    if (!looked) {
      looked = true;
      look();
      lastCheckNanos = System.nanoTime();
      return true;
    }
    var due = System.nanoTime() - lastCheckNanos > checkNanos;
    if (due) {
      lastCheckNanos = System.nanoTime();
    }
    return due;
  }

  /** Looks whether the files are others than before, and chooses. */
  private synchronized void look() {
    theirs = refreshed(theirs, theirFile(), false);
    ours = refreshed(ours, folder.file(FILE), true);
    graph = ours.graph.getCommitCnt() > theirs.graph.getCommitCnt() ? ours.graph : theirs.graph;
  }

  private Path theirFile() {
    return workspace.commonDirectory().orElseThrow().resolve("objects/info/commit-graph");
  }

  private static Found refreshed(Found before, Path file, boolean ours) {
    try {
      var attributes =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      var stamp =
          "%s %s %s"
              .formatted(attributes.fileKey(), attributes.lastModifiedTime(), attributes.size());
      if (stamp.equals(before.stamp)) {
        return before;
      }
      return new Found(stamp, read(file, ours));
    } catch (NoSuchFileException e) {
      return Found.NONE;
    } catch (IOException e) {
      Log.warning("Commit-graph not readable", "path", file, "error", e.toString());
      return Found.NONE;
    }
  }

  private static CommitGraphFile read(Path file, boolean ours) {
    try {
      var read =
          CommitGraphFile.read(file, Runtime.getRuntime().maxMemory() / FILE_HEAP_PARTS, ours);
      return read.hasFilters() ? read : CommitGraphFile.NONE;
    } catch (IOException e) {
      Log.warning("Commit-graph not used", "path", file, "error", e.getMessage());
      return CommitGraphFile.NONE;
    }
  }

  /** Removes our graph: what was true of the history is so no longer. */
  private synchronized void drop() {
    graph = CommitGraphFile.NONE;
    theirs = Found.NONE;
    ours = Found.NONE;
    looked = false;
    checkedTips = ObjectId.zeroId();
    try {
      Files.deleteIfExists(folder.file(FILE));
    } catch (IOException e) {
      Log.warning("Commit-graph not removed", "path", folder.file(FILE), "error", e.toString());
    }
  }

  private synchronized void startCheck() {
    if (worker.filter(Thread::isAlive).isEmpty() && !closing.isCancelled()) {
      worker =
          Optional.of(
              Thread.ofPlatform()
                  .daemon()
                  .name("commit-graph")
                  .priority(Thread.MIN_PRIORITY)
                  .start(this::check));
    }
  }

  /** Waits until the check that is running, if any, has ended; for tests. */
  void awaitCheck() throws InterruptedException {
    Optional<Thread> running;
    synchronized (this) {
      running = worker;
    }
    if (running.isPresent()) {
      running.get().join();
    }
  }

  /** Looks at the history, and writes a graph where one is worth it. Never throws. */
  private void check() {
    try {
      look();
      var repository = workspace.repository();
      if (repository.isPresent() && unaltered()) {
        check(repository.get());
      }
    } catch (CodeintelException e) {
      Log.debug("Commit-graph not written", "reason", e.getMessage());
    } catch (IOException | RuntimeException | Error e) {
      // A missing object, a full disk, too little memory: all work goes on without a graph.
      Log.warning("Commit-graph not written", "root", workspace.root(), "error", e.toString());
    }
  }

  private void check(Repository repository) throws IOException {
    var known = graph;
    var tips = Tips.of(repository);
    if (tips.digest().equals(checkedTips)) {
      return;
    }
    checkedTips = tips.digest(); // a failure is tried again only when something was committed
    var enough =
        known.getCommitCnt() == 0
            ? commitsMin
            : Math.max(commitsMin, known.getCommitCnt()) / MISSING_PARTS;
    if (tips.missing(repository, known, enough, closing) >= enough) {
      write(repository, known, tips);
    }
  }

  private void write(Repository repository, CommitGraphFile known, Tips tips) throws IOException {
    folder.create();
    try (var lock = WriterLock.tryTake(folder.file(LOCK))) {
      if (!lock.isHeld()) {
        checkedTips =
            ObjectId.zeroId(); // another process writes it; the next look finds it, or not
        return;
      }
      folder.removeAllLeftovers();
      var partial = folder.partial();
      try {
        var commits = CommitGraphWork.write(repository, known, tips, partial, closing);
        if (unaltered()) {
          folder.publish(partial, FILE);
          Log.info("Commit-graph written", "root", workspace.root(), "commits", commits);
        }
      } finally {
        Files.deleteIfExists(partial);
      }
    }
    look();
  }

  private boolean unaltered() {
    return workspace.historyShape().unaltered();
  }

  /** Ends what runs in the background, and waits a little until it has. */
  @Override
  public void close() {
    closing.cancel();
    Optional<Thread> running;
    synchronized (this) {
      running = worker;
    }
    try {
      if (running.isPresent() && !running.get().join(CLOSE_WAIT_MAX)) {
        Log.warning("Commit-graph still being written", "root", workspace.root());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
