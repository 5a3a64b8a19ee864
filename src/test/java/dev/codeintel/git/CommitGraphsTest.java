package dev.codeintel.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.repo.Workspace;
import dev.codeintel.testkit.GeneratedHistory;
import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.Seeded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.eclipse.jgit.internal.storage.commitgraph.CommitGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which commit-graph a repository is read through, in all that can become of it. */
class CommitGraphsTest {

  private static final int COMMITS = 150;

  @TempDir private Path folder;

  private Path data() {
    return folder.resolve("data");
  }

  private Path ours(Workspace workspace) {
    return PrivateFolder.of(data(), workspace.repositoryId()).file("commit-graph");
  }

  private GitRepo history() {
    return GeneratedHistory.in(
        folder.resolve("r"), Seeded.random(), GeneratedHistory.Shape.ofCommits(COMMITS));
  }

  private static Path theirs(GitRepo repo) {
    return repo.root().resolve(".git/objects/info/commit-graph");
  }

  /** What one process sees: asks, waits for what that began, asks again. */
  private CommitGraphFile graph(Workspace workspace, int commitsMin) throws InterruptedException {
    try (var graphs = new CommitGraphs(workspace, data(), commitsMin)) {
      graphs.current(workspace.historyShape());
      graphs.awaitCheck();
      return graphs.current(workspace.historyShape());
    }
  }

  private static int commits(GitRepo repo) {
    return Integer.parseInt(repo.git("rev-list", "--all", "--count").strip());
  }

  /** A long history was read without a graph, or one was written into the user's repository. */
  @Test
  void aLongHistoryGetsAGraphOfOurs() throws Exception {
    var repo = history();
    try (var workspace = Workspace.open(repo.root());
        var graphs = new CommitGraphs(workspace, data(), COMMITS)) {
      assertThat(graphs.current(workspace.historyShape()).getCommitCnt()).isZero();
      graphs.awaitCheck();

      var graph = graphs.current(workspace.historyShape());
      assertThat(graph.getCommitCnt()).isEqualTo(commits(repo));
      assertThat(CommitGraphFileTest.certainNos(repo, graph)).isGreaterThan(COMMITS / 3);
      assertThat(theirs(repo)).doesNotExist();
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(ours(workspace).getParent())))
          .isEqualTo("rwx------");
    }
  }

  /** A later process wrote it again instead of reading it. */
  @Test
  void aGraphOfOursIsReadAtTheFirstCall() throws Exception {
    var repo = history();
    try (var workspace = Workspace.open(repo.root())) {
      graph(workspace, COMMITS);
      var written = Files.getLastModifiedTime(ours(workspace));

      try (var graphs = new CommitGraphs(workspace, data(), COMMITS)) {
        assertThat(graphs.current(workspace.historyShape()).getCommitCnt())
            .isEqualTo(commits(repo));
        graphs.awaitCheck();
      }

      assertThat(Files.getLastModifiedTime(ours(workspace))).isEqualTo(written);
    }
  }

  /** Small repositories paid for a graph that brings them nothing. */
  @Test
  void aShortHistoryGetsNone() throws Exception {
    var repo = history();
    try (var workspace = Workspace.open(repo.root())) {
      assertThat(graph(workspace, commits(repo) + 1).getCommitCnt()).isZero();
      assertThat(ours(workspace)).doesNotExist();
    }
  }

  @Test
  void outsideGitAndBeforeTheFirstCommitThereIsNone() throws Exception {
    Files.createDirectories(folder.resolve("plain"));
    try (var workspace = Workspace.open(folder.resolve("plain"))) {
      assertThat(graph(workspace, 0).getCommitCnt()).isZero();
    }
    try (var workspace = Workspace.open(GitRepo.init(folder.resolve("empty")).root())) {
      assertThat(graph(workspace, 1).getCommitCnt()).isZero();
    }
  }

  /** The repository's own was left lying, and a second one written. */
  @Test
  void theirsIsUsedWhenItHasFilters() throws Exception {
    var repo = history();
    repo.git("commit-graph", "write", "--reachable", "--changed-paths");
    try (var workspace = Workspace.open(repo.root())) {
      assertThat(graph(workspace, COMMITS).getCommitCnt()).isEqualTo(commits(repo));
      assertThat(ours(workspace)).doesNotExist();
    }
  }

  /** What {@code git gc} writes has no filters, and answers nothing that blame asks. */
  @Test
  void theirsWithoutFiltersIsReplacedByOurs() throws Exception {
    var repo = history();
    repo.git("commit-graph", "write", "--reachable");
    try (var workspace = Workspace.open(repo.root())) {
      assertThat(graph(workspace, COMMITS).hasFilters()).isTrue();
      assertThat(ours(workspace)).exists();
    }
  }

  /** A damaged graph of the user's ended every call. */
  @Test
  void theirsIsNotUsedWhenItIsDamaged() throws Exception {
    var repo = history();
    repo.git("commit-graph", "write", "--reachable", "--changed-paths");
    theirs(repo).toFile().setWritable(true);
    flip(theirs(repo));
    try (var workspace = Workspace.open(repo.root())) {
      assertThat(graph(workspace, COMMITS + 1_000).getCommitCnt()).isZero();
    }
  }

  /** A graph of ours that the disk spoilt gave wrong parents; now it is written again. */
  @Test
  void oursIsWrittenAgainWhenItIsDamaged() throws Exception {
    var repo = history();
    try (var workspace = Workspace.open(repo.root())) {
      graph(workspace, COMMITS);
      flip(ours(workspace));

      try (var graphs = new CommitGraphs(workspace, data(), COMMITS)) {
        assertThat(graphs.current(workspace.historyShape()).getCommitCnt()).isZero();
        graphs.awaitCheck();
        assertThat(graphs.current(workspace.historyShape()).getCommitCnt())
            .isEqualTo(commits(repo));
      }
    }
  }

  /** A graph that lacked half of the history was never written again. */
  @Test
  void aGraphIsWrittenAgainWhenHistoryHasGrown() throws Exception {
    var repo = history();
    try (var workspace = Workspace.open(repo.root())) {
      var before = graph(workspace, COMMITS).getCommitCnt();
      repo.commitAll("one more");
      assertThat(graph(workspace, COMMITS).getCommitCnt()).isEqualTo(before);

      for (var i = 0; i < before / 5; i++) {
        repo.git("commit", "-q", "--allow-empty", "-m", "more");
      }
      repo.git("gc", "-q", "--prune=now"); // new packs, found by the repository that is open
      assertThat(graph(workspace, COMMITS).getCommitCnt()).isEqualTo(commits(repo));
    }
  }

  /** Of thirty commits five were seen after an unshallow: the graph remembered the cut. */
  @Test
  void aShallowHistoryHasNoGraphAndLeavesNone() throws Exception {
    var repo = history();
    var clone = folder.resolve("clone");
    repo.git("clone", "-q", "--depth=20", "file://" + repo.root(), clone.toString());
    var shallow = GitRepo.at(clone.toRealPath());
    try (var workspace = Workspace.open(clone)) {
      assertThat(graph(workspace, 10).getCommitCnt()).isZero();
      assertThat(ours(workspace)).doesNotExist();

      shallow.git("fetch", "-q", "--unshallow");
      assertThat(graph(workspace, 10).getCommitCnt())
          .isEqualTo(commits(shallow))
          .isGreaterThanOrEqualTo(COMMITS);
    }
  }

  /** With replaced objects history is another one, and the graph still told the old one. */
  @Test
  void oursIsDroppedWhenAnObjectIsReplaced() throws Exception {
    var repo = history();
    try (var workspace = Workspace.open(repo.root());
        var graphs = new CommitGraphs(workspace, data(), COMMITS)) {
      graphs.current(workspace.historyShape());
      graphs.awaitCheck();
      assertThat(graphs.current(workspace.historyShape()).getCommitCnt()).isPositive();

      repo.git("replace", "HEAD", "HEAD~3");
      assertThat(graphs.current(workspace.historyShape()).getCommitCnt()).isZero();
      assertThat(ours(workspace)).doesNotExist();

      repo.git("replace", "-d", "HEAD");
      graphs.current(workspace.historyShape());
      graphs.awaitCheck();
      assertThat(graphs.current(workspace.historyShape()).getCommitCnt()).isPositive();
    }
  }

  /** Objects that lie in another repository were not found, or a loop of them had no end. */
  @Test
  void borrowedObjectsAreFound() throws Exception {
    var repo = history();
    var clone = folder.resolve("borrower");
    repo.git("clone", "-q", "--shared", repo.root().toString(), clone.toString());
    Files.writeString(
        repo.root().resolve(".git/objects/info/alternates"), clone + "/.git/objects\n");
    try (var workspace = Workspace.open(clone)) {
      assertThat(graph(workspace, COMMITS).getCommitCnt()).isEqualTo(commits(repo));
    }
  }

  /** Two processes wrote the same graph at the same time, each for minutes. */
  @Test
  void oneWritesAtATime() throws Exception {
    var repo = history();
    try (var workspace = Workspace.open(repo.root())) {
      Files.createDirectories(ours(workspace).getParent());
      try (var held = WriterLock.tryTake(ours(workspace).resolveSibling("commit-graph.lock"))) {
        assertThat(held.isHeld()).isTrue();
        assertThat(graph(workspace, COMMITS).getCommitCnt()).isZero();
      }
      assertThat(graph(workspace, COMMITS).getCommitCnt()).isPositive();
    }
  }

  /** Each killed writer left a half of a graph, of up to a hundred megabytes, for good. */
  @Test
  void whatKilledWritersLeftIsRemoved() throws Exception {
    var repo = history();
    try (var workspace = Workspace.open(repo.root())) {
      Files.createDirectories(ours(workspace).getParent());
      var left = Files.writeString(ours(workspace).resolveSibling("1.partial"), "CGPH");
      try (var held = WriterLock.tryTake(ours(workspace).resolveSibling("commit-graph.lock"))) {
        assertThat(held.isHeld()).isTrue();
        graph(workspace, COMMITS);
        assertThat(left).as("of one who still writes").exists();
      }
      graph(workspace, COMMITS);
      assertThat(ours(workspace)).exists();
      assertThat(left).doesNotExist();
    }
  }

  /**
   * A folder that cannot be written was tried, and warned of, at each look; who was killed never.
   */
  @Test
  void aFailureIsTriedAgainWhenSomethingWasCommittedAndAWriterThatDiedAtOnce() throws Exception {
    var repo = history();
    Files.writeString(data(), "a file where the folder should be");
    try (var workspace = Workspace.open(repo.root());
        var graphs = new CommitGraphs(workspace, data(), COMMITS, 0)) {
      ask(graphs, workspace);
      Files.delete(data());
      ask(graphs, workspace);
      assertThat(ours(workspace)).doesNotExist();

      repo.commitAll("one more");
      Files.createDirectories(ours(workspace).getParent());
      try (var held = WriterLock.tryTake(ours(workspace).resolveSibling("commit-graph.lock"))) {
        assertThat(held.isHeld()).isTrue();
        ask(graphs, workspace);
      }
      assertThat(ours(workspace)).doesNotExist();
      ask(graphs, workspace);
      assertThat(ours(workspace)).exists();
    }
  }

  private static void ask(CommitGraphs graphs, Workspace workspace) throws InterruptedException {
    graphs.current(workspace.historyShape());
    graphs.awaitCheck();
  }

  /** A server that was to stop waited until a long history was written. */
  @Test
  void writingEndsWhenItIsCancelled() throws Exception {
    var repo = history();
    var cancel = CancelToken.create();
    cancel.cancel();
    try (var workspace = Workspace.open(repo.root())) {
      var repository = workspace.repository().orElseThrow();
      var tips = Tips.of(repository);
      assertThatExceptionOfType(CodeintelException.class)
          .isThrownBy(
              () ->
                  CommitGraphWork.write(
                      repository, CommitGraph.EMPTY, tips, folder.resolve("g"), cancel));

      var graphs = new CommitGraphs(workspace, data(), COMMITS);
      graphs.close();
      graphs.current(workspace.historyShape());
      graphs.awaitCheck();
      assertThat(ours(workspace)).doesNotExist();
    }
  }

  /** A full or read-only data folder ended the call. */
  @Test
  void aFolderThatCannotBeWrittenCostsTheGraphOnly() throws Exception {
    var repo = history();
    Files.writeString(data(), "a file where the folder should be");
    try (var workspace = Workspace.open(repo.root())) {
      assertThat(graph(workspace, COMMITS).getCommitCnt()).isZero();
    }
  }

  private static void flip(Path file) throws IOException {
    var bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
  }
}
