package dev.codeintel.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.repo.Workspace;
import dev.codeintel.testkit.GeneratedHistory;
import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.Seeded;
import dev.codeintel.testkit.TangledHistory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileLogTest {

  private static final int ALL = 100_000;

  @TempDir Path folder;

  private final FileLog log = new FileLog();
  private final KnownObjects known = new KnownObjects();
  private CommitGraphFile graph = CommitGraphFile.NONE;
  private Workspace workspace;

  @AfterEach
  void close() {
    if (workspace != null) {
      graph = CommitGraphFile.NONE;
      workspace.close();
    }
  }

  /** Merges, commits with one date and renames on branches came in another order than git's. */
  @Test
  void listsATangledHistoryAsGitDoes() throws IOException {
    var random = Seeded.random();
    var moved = 0;
    for (var round = 0; round < 3; round++) {
      var repo = TangledHistory.in(folder.resolve("r" + round), random, 60);
      if (round == 1) {
        writeGraph(repo);
      }
      open(repo);
      for (var path : TangledHistory.paths()) {
        moved += sameAsGit(repo, path);
      }
      workspace.close();
    }
    assertThat(moved).as("files that were followed to another path").isPositive();
  }

  /** A history of hundreds of merges was shorter than git's. */
  @Test
  void listsALongHistoryAsGitDoes() throws IOException {
    var repo = GeneratedHistory.in(folder, Seeded.random(), GeneratedHistory.Shape.ofCommits(800));
    writeGraph(repo);
    open(repo);
    var renamed = repo.git("log", "--format=", "--diff-filter=R", "--name-status");
    var moved = 0;
    for (var line : renamed.lines().limit(10).toList()) {
      moved += sameAsGit(repo, line.split("\t")[2]);
    }
    assertThat(moved).isPositive();
    assertThat(ours(GitPath.of(""), true, 0, ALL).entries()).hasSize(800);
  }

  /** The second page began at another commit, or left one out. */
  @Test
  void pagesOfAnySizeJoinToTheWhole() throws IOException {
    var repo = TangledHistory.in(folder, Seeded.random(), 40);
    open(repo);
    for (var follow : List.of(true, false)) {
      for (var path : List.of("x", "a", "")) {
        var whole = ours(GitPath.of(path), follow, 0, ALL);
        assertThat(whole.total()).hasValue(whole.entries().size());
        assertThat(whole.more()).isFalse();
        for (var size = 1; size <= whole.entries().size() + 1; size++) {
          var log = size % 2 == 0 ? this.log : new FileLog(); // what is kept does not matter
          assertThat(joined(log, GitPath.of(path), follow, size)).isEqualTo(whole.entries());
        }
        var behind = ours(GitPath.of(path), follow, whole.entries().size() + 5, 3);
        assertThat(behind.entries()).isEmpty();
        assertThat(behind.more()).isFalse();
      }
    }
  }

  /** A deleted folder has no file to follow, and its merges were left out. */
  @Test
  void aFolderIsNotFollowedEvenWhenItIsGone() throws IOException {
    var repo = GitRepo.init(folder);
    repo.write("d/a", "1\n").write("e", "1\n").commitAll("one");
    repo.git("checkout", "-q", "-b", "side");
    repo.write("d/a", "2\n").commitAll("two");
    repo.git("checkout", "-q", "main");
    repo.write("d/b", "2\n").commitAll("three");
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "side");
    repo.git("rm", "-rq", "d");
    repo.commitAll("gone");
    open(repo);
    assertThat(texts(ours(GitPath.of("d"), true, 0, ALL)))
        .isEqualTo(texts(ours(GitPath.of("d"), false, 0, ALL)))
        .isEqualTo(gits(repo, "d", false))
        .hasSize(5);
  }

  /** A file was not followed because a branch, since merged away, had a folder in its place. */
  @Test
  void aFileIsFollowedWhateverABranchHadInItsPlace() throws IOException {
    var repo = GitRepo.init(folder);
    repo.write("old", "1\n2\n3\n").commitAll("one");
    repo.git("mv", "old", "new");
    repo.commitAll("two");
    repo.git("checkout", "-q", "-b", "side");
    repo.git("rm", "-q", "new");
    repo.write("new/below", "1\n").commitAll("a folder");
    repo.git("checkout", "-q", "main");
    repo.git("merge", "-q", "-s", "ours", "-m", "merge", "side");
    open(repo);
    assertThat(texts(ours(GitPath.of("new"), true, 0, ALL)))
        .isEqualTo(gits(repo, "new", true))
        .hasSize(3)
        .last()
        .asString()
        .endsWith(" old");
  }

  /** A path that a branch never had is no error here; whoever asks knows whether it ever was. */
  @Test
  void whatNeverWasHasNoHistory() throws IOException {
    var repo = GitRepo.init(folder);
    repo.write("a", "1\n").commitAll("one");
    open(repo);
    for (var path : List.of("never", "a/below", "a/", "/", "//a", "a\0")) {
      var history = ours(GitPath.of(path), true, 0, 10);
      assertThat(history.entries()).as(path).isEmpty();
      assertThat(history.total()).hasValue(0);
    }
  }

  /** The oldest commit of a shallow clone was shown as the one that made all files, unsaid. */
  @Test
  void saysWhereAShallowCloneEnds() throws IOException {
    var origin = GitRepo.init(folder.resolve("origin"));
    for (var at = 0; at < 6; at++) {
      origin.write("a", at + "\n").commitAll("c" + at);
    }
    var clone = folder.resolve("clone");
    origin.git("clone", "-q", "--depth", "3", "file://" + origin.root(), clone.toString());
    var repo = GitRepo.at(clone);
    open(repo);
    var whole = ours(GitPath.of("a"), true, 0, ALL);
    assertThat(whole.shallow()).isTrue();
    assertThat(texts(whole)).isEqualTo(gits(repo, "a", true)).hasSize(3);
    assertThat(ours(GitPath.of("a"), true, 0, 1).entries()).hasSize(1);
    repo.git("fetch", "-q", "--unshallow");
    close();
    open(repo);
    var longer = ours(GitPath.of("a"), true, 0, ALL);
    assertThat(longer.shallow()).isFalse();
    assertThat(texts(longer)).hasSize(6);
  }

  /** Two hundred histories were kept, however long: as many walks of a long one filled the heap. */
  @Test
  void whatIsKeptHasALimit() throws IOException {
    open(TangledHistory.in(folder, Seeded.random(), 60));
    var paths = TangledHistory.paths().stream().map(GitPath::of).toList();
    var small = new FileLog(200);
    for (var round = 0; round < 2; round++) {
      for (var path : paths) {
        assertThat(page(small, known, path, false, 0, 1)).isEqualTo(ours(path, false, 0, 1));
      }
    }
    assertThat(small.kept()).isPositive().isLessThan(paths.size());

    var none = new FileLog(0);
    page(none, known, paths.getFirst(), false, 0, 1);
    assertThat(none.kept()).isZero();
  }

  /** A walk through a long history went on after its caller had left. */
  @Test
  void stopsWhenCancelled() throws IOException {
    open(TangledHistory.in(folder, Seeded.random(), 20));
    var cancel = CancelToken.create();
    try (var objects = new Objects(repository(), cancel)) {
      var start = start();
      cancel.cancel();
      var path = GitPath.of("x");
      assertThatThrownBy(() -> log.page(objects, Mailmap.NONE, start, path, true, 0, 5))
          .isInstanceOf(CodeintelException.class);
      assertThat(objects.reads()).isZero();
    }
    assertThat(ours(GitPath.of("x"), true, 0, 5).revision()).isEqualTo(start().name());
  }

  /** A hundred callers shared one reader, and got each other's commits. */
  @Test
  void aHundredCallersGetWhatOneGets() throws Exception {
    open(TangledHistory.in(folder, Seeded.random(), 60));
    var tasks = new ArrayList<Callable<FileHistory>>();
    var expected = new ArrayList<FileHistory>();
    var paths = TangledHistory.paths();
    for (var at = 0; at < 100; at++) {
      var path = GitPath.of(paths.get(at % paths.size()).getBytes(StandardCharsets.ISO_8859_1));
      var follow = at % 2 == 0;
      var skip = at % 7;
      expected.add(page(new FileLog(), new KnownObjects(), path, follow, skip, 5));
      tasks.add(() -> page(log, known, path, follow, skip, 5));
    }
    try (var callers = Executors.newFixedThreadPool(100)) {
      for (var round = 0; round < 3; round++) {
        var answers = new ArrayList<FileHistory>();
        for (var answer : callers.invokeAll(tasks)) {
          answers.add(answer.get());
        }
        for (var at = 0; at < answers.size(); at++) {
          assertThat(answers.get(at).entries()).isEqualTo(expected.get(at).entries());
          assertThat(answers.get(at).more()).isEqualTo(expected.get(at).more());
        }
      }
    }
  }

  /** A rarely changed file cost a look at each tree of a long history. */
  @Test
  void readsLittleWhereFiltersAreAtHand() throws IOException {
    var repo = GeneratedHistory.in(folder, Seeded.random(), GeneratedHistory.Shape.ofCommits(600));
    open(repo);
    var plain =
        GeneratedHistory.leastTouchedFirst(repo).stream()
            .filter(name -> name.chars().allMatch(letter -> letter < 128)); // the others have none
    var path = GitPath.of(plain.findFirst().orElseThrow());
    var without = reads(path);
    writeGraph(repo);
    assertThat(reads(path)).isLessThan(without / 2);
  }

  private long reads(GitPath path) throws IOException {
    try (var objects = objects(new KnownObjects())) {
      var found = new HistoryWalk(objects, start(), path, false).next(objects, ALL);
      assertThat(found).isNotEmpty();
      return objects.reads();
    }
  }

  private int sameAsGit(GitRepo repo, String path) throws IOException {
    var bytes = GitPath.of(path.getBytes(StandardCharsets.ISO_8859_1));
    assertThat(texts(ours(bytes, false, 0, ALL))).as(path).isEqualTo(gits(repo, path, false));
    if (isFolder(bytes)) {
      return 0; // git follows folders in a way of its own
    }
    var ours = ours(bytes, true, 0, ALL);
    assertThat(texts(ours)).as(path).isEqualTo(gits(repo, path, true));
    return ours.entries().stream().anyMatch(one -> !one.path().equals(bytes.toString())) ? 1 : 0;
  }

  /** Whether it is one, or was one when it was last there. */
  private boolean isFolder(GitPath path) throws IOException {
    try (var objects = objects(known)) {
      var there = objects.find(objects.commit(start()), path);
      var walk = new HistoryWalk(objects, start(), path, true);
      walk.next(objects, 1);
      return there.map(TreeEntry::isFolder).orElse(walk.isOfFolder());
    }
  }

  private List<FileHistory.Entry> joined(FileLog log, GitPath path, boolean follow, int size)
      throws IOException {
    var joined = new ArrayList<FileHistory.Entry>();
    for (var more = true; more; ) {
      var page = page(log, known, path, follow, joined.size(), size);
      joined.addAll(page.entries());
      more = page.more();
    }
    return joined;
  }

  private void open(GitRepo repo) {
    workspace = Workspace.open(repo.root());
  }

  /** As git writes it, with a filter of changed paths for each commit. */
  private void writeGraph(GitRepo repo) throws IOException {
    repo.git("commit-graph", "write", "--reachable", "--changed-paths");
    var file = repo.root().resolve(".git/objects/info/commit-graph");
    graph = CommitGraphFile.read(file, 64 << 20, false);
  }

  private Repository repository() {
    return workspace.repository().get();
  }

  private Objects objects(KnownObjects known) throws IOException {
    return new Objects(repository(), known, graph, CancelToken.create());
  }

  private ObjectId start() throws IOException {
    return repository().exactRef(Constants.HEAD).getObjectId();
  }

  private FileHistory ours(GitPath path, boolean follow, int skip, int limit) throws IOException {
    return page(log, known, path, follow, skip, limit);
  }

  private FileHistory page(
      FileLog log, KnownObjects known, GitPath path, boolean follow, int skip, int limit)
      throws IOException {
    try (var objects = objects(known)) {
      return log.page(objects, Mailmap.NONE, start(), path, follow, skip, limit);
    }
  }

  private static List<String> texts(FileHistory history) {
    return history.entries().stream().map(one -> one.commit().id() + " " + one.path()).toList();
  }

  /** Each commit, a space, and the file's path in it. */
  private static List<String> gits(GitRepo repo, String path, boolean follow) throws IOException {
    var arguments = new ArrayList<>(List.of("-c", "core.quotePath=false", "log", "--format=@%H"));
    if (follow) {
      arguments.addAll(List.of("--follow", "--name-status"));
    }
    arguments.add("--stdin"); // a path of any bytes
    var input = Files.createTempFile("path", ".txt");
    Files.write(input, ("main\n--\n" + path + "\n").getBytes(StandardCharsets.ISO_8859_1));
    var own = GitPath.of(path.getBytes(StandardCharsets.ISO_8859_1)).toString();
    var commits = new ArrayList<String>();
    for (var line : repo.gitReading(input, arguments.toArray(String[]::new)).lines().toList()) {
      if (line.startsWith("@")) {
        commits.add(line.substring(1) + " " + own);
      } else if (line.matches("[RC][0-9]+\t.*")) {
        var fields = line.split("\t");
        // Where a folder lay under the path, git shows its files as renamed, but does not follow.
        if (fields[2].equals(own) && !fields[1].startsWith(own + "/")) {
          own = fields[1];
        }
      }
    }
    Files.delete(input);
    return commits;
  }
}
