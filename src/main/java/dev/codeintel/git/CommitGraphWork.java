package dev.codeintel.git;

import dev.codeintel.ops.CancelToken;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.jgit.internal.storage.commitgraph.CommitGraph;
import org.eclipse.jgit.internal.storage.commitgraph.CommitGraphWriter;
import org.eclipse.jgit.internal.storage.commitgraph.GraphCommits;
import org.eclipse.jgit.lib.EmptyProgressMonitor;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;

/** Writes a commit-graph with changed-path filters. */
final class CommitGraphWork {

  /** What a commit takes while it is written, with a margin: more would not fit into the heap. */
  private static final int COMMIT_HEAP_BYTES = 2_048;

  private CommitGraphWork() {}

  /**
   * @param known whose filters are taken over
   * @param file is created, written and read again
   * @return how many commits it holds
   * @throws dev.codeintel.ops.CodeintelException {@code cancelled}
   * @throws IllegalStateException when the history is too long for this heap
   */
  static long write(
      Repository repository, CommitGraph known, Tips tips, Path file, CancelToken cancel)
      throws IOException {
    var monitor = new Monitor(cancel, Runtime.getRuntime().maxMemory() / COMMIT_HEAP_BYTES);
    try (var walk = new RevWalk(new Reader(repository.newObjectReader(), known));
        var target = new FileOutputStream(file.toFile());
        var out = new BufferedOutputStream(target)) {
      var commits = GraphCommits.fromWalk(monitor, tips.commits(), walk);
      new CommitGraphWriter(commits, true).write(monitor, out);
      out.flush();
      target.getFD().sync();
    }
    return CommitGraphFile.read(file, Long.MAX_VALUE, true).getCommitCnt();
  }

  /** Shows JGit a graph that it does not find itself. */
  private static final class Reader extends ObjectReader.Filter {

    private final ObjectReader reader;
    private final CommitGraph graph;

    Reader(ObjectReader reader, CommitGraph graph) {
      this.reader = reader;
      this.graph = graph;
    }

    @Override
    protected ObjectReader delegate() {
      return reader;
    }

    @Override
    public ObjectReader newReader() {
      return new Reader(reader.newReader(), graph);
    }

    @Override
    public Optional<CommitGraph> getCommitGraph() {
      return Optional.of(graph);
    }
  }

  /** Ends the work by an exception, since JGit looks at {@code isCancelled} only now and then. */
  private static final class Monitor extends EmptyProgressMonitor {

    private final CancelToken cancel;
    private final long commitsMax;

    private long commits;
    private boolean finding;

    Monitor(CancelToken cancel, long commitsMax) {
      this.cancel = cancel;
      this.commitsMax = commitsMax;
      this.finding = true;
    }

    @Override
    public void update(int completed) {
      cancel.check();
      commits += finding ? completed : 0;
      if (commits > commitsMax) {
        throw new IllegalStateException(
            "More than %,d commits; a larger heap would do.".formatted(commitsMax));
      }
    }

    @Override
    public void endTask() {
      finding = false;
    }

    @Override
    public boolean isCancelled() {
      return cancel.isCancelled();
    }
  }
}
