package dev.codeintel.repo;

import static dev.codeintel.repo.WorkspaceTest.NOBODY;
import static dev.codeintel.repo.WorkspaceTest.list;
import static dev.codeintel.repo.WorkspaceTest.paths;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.testkit.GitRepo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Repositories that JGit throws on, or that have less in them than one thinks: what needs no
 * history goes on as ever.
 */
class OddRepositoriesTest {

  private static final String A = "src/a.c";
  private static final String KEPT = "kept.o";

  @TempDir static Path once;
  private static String head;

  @TempDir Path temp;
  private GitRepo repo;

  /** Three commits; a tracked file that rules ignore, so that listing must read the index. */
  @BeforeAll
  static void makeRepository() {
    var made = GitRepo.init(once.resolve("made"));
    made.git("config", "uploadpack.allowFilter", "true");
    made.write(".gitignore", "*.o\n").write(A, "int a;\n").write("doc/d.md", "d\n");
    made.write(KEPT, "k\n");
    made.git("add", "-f", KEPT);
    made.commitAll("first");
    made.write(A, "int a2;\n").commitAll("second");
    head = made.write(A, "int a3;\n").commitAll("third");
  }

  @BeforeEach
  void copyRepository() throws IOException {
    repo = GitRepo.at(temp.toRealPath().resolve("origin"));
    var made = once.resolve("made");
    try (var files = Files.walk(made)) {
      for (var file : (Iterable<Path>) files::iterator) {
        Files.copy(
            file,
            repo.root().resolve(made.relativize(file).toString()),
            StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  private GitRepo copy(String... options) {
    var command = new ArrayList<>(List.of("clone", "-q"));
    command.addAll(List.of(options));
    command.add("file://" + repo.root());
    command.add(temp.resolve("copy").toString());
    repo.git(command.toArray(String[]::new));
    return GitRepo.at(temp.resolve("copy"));
  }

  private static void in(Path root, Consumer<Workspace> look) {
    try (var workspace = Workspace.open(root, NOBODY)) {
      look.accept(workspace);
    }
  }

  private static Tracking tracking(Workspace workspace, String path) {
    return workspace.tracking(path, CancelToken.create());
  }

  /** All of the files, the third commit, its object through JGit. */
  private void assertWhole(Workspace workspace) {
    assertThat(paths(list(workspace))).containsExactly(".gitignore", "doc/d.md", KEPT, A);
    assertThat(workspace.read(A).text()).isEqualTo("int a3;\n");
    assertThat(workspace.headCommit()).contains(head);
    assertThat(tracking(workspace, A)).isEqualTo(Tracking.TRACKED);
    assertThat(tracking(workspace, "src")).isEqualTo(Tracking.UNTRACKED);
    assertThat(tracking(workspace, "none")).isEqualTo(Tracking.UNTRACKED);
    assertThat(hasObject(workspace, head)).isTrue();
  }

  private static boolean hasObject(Workspace workspace, String name) {
    try {
      return workspace
          .repository()
          .orElseThrow()
          .getObjectDatabase()
          .has(ObjectId.fromString(name));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void noGitAtAll() throws IOException {
    var plain = Files.createDirectories(temp.resolve("plain"));
    Files.writeString(plain.resolve("a.c"), "int a;\n");
    in(
        plain,
        workspace -> {
          assertThat(workspace.isGit()).isFalse();
          assertThat(workspace.isBare()).isFalse();
          assertThat(paths(list(workspace))).containsExactly("a.c");
          assertThat(workspace.historyShape()).isEqualTo(HistoryShape.PLAIN);
          assertThat(tracking(workspace, "a.c")).isEqualTo(Tracking.UNTRACKED);
          assertThat(workspace.ignoredRevisions()).isEmpty();
          assertThat(workspace.mergeHeads()).isEmpty();
        });
  }

  @Test
  void noCommitYet() {
    var empty = GitRepo.init(temp.resolve("empty")).write("a.c", "int a;\n");
    in(
        empty.root(),
        workspace -> {
          assertThat(workspace.isGit()).isTrue();
          assertThat(workspace.headCommit()).isEmpty();
          assertThat(workspace.repository()).isPresent();
          assertThat(paths(list(workspace))).containsExactly("a.c");
          assertThat(workspace.read("a.c").text()).isEqualTo("int a;\n");
        });
  }

  /** The objects and configuration of a bare repository were listed as if they were sources. */
  @Test
  void aBareRepositoryHasNoFiles() {
    copy("--bare");
    for (var inside : new String[] {"copy", "copy/refs/heads"}) {
      in(
          temp.resolve(inside),
          workspace -> {
            assertThat(workspace.root()).isEqualTo(repo.root().resolveSibling("copy"));
            assertThat(workspace.isBare()).isTrue();
            assertThat(workspace.isGit()).isFalse();
            assertThat(workspace.headCommit()).isEmpty();
            assertThat(workspace.repository()).isEmpty();
            var listing = list(workspace);
            assertThat(listing.files()).isEmpty();
            assertThat(listing.skipped())
                .containsExactly(Map.entry(SkipReason.NESTED_REPOSITORY, 1));
            assertThatThrownBy(() -> workspace.read("config"))
                .isInstanceOfSatisfying(
                    CodeintelException.class,
                    e -> assertThat(e.code()).isEqualTo(ErrorCode.PATH_OUTSIDE_REPOSITORY));
          });
    }
  }

  /**
   * Work trees that share by links ({@code git-new-workdir}, Android's {@code repo}) have one in
   * the place of a file; a shallow history was taken for a whole one then, and its commit-graph
   * kept.
   */
  private static void makeLink(GitRepo repo, String name) {
    var file = repo.root().resolve(".git").resolve(name);
    try {
      Files.move(file, file.resolveSibling("shared-" + name));
      Files.createSymbolicLink(file, Path.of("shared-" + name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aShallowCloneSaysSoUntilItIsWhole() {
    var shallow = copy("--depth=1");
    in(
        shallow.root(),
        workspace -> {
          assertWhole(workspace);
          var before = workspace.historyShape();
          assertThat(before.shallow()).isTrue();
          assertThat(before.partial()).isFalse();
          makeLink(shallow, "shallow");
          assertThat(workspace.historyShape()).isEqualTo(before);
          shallow.git("fetch", "-q", "--deepen=1");
          assertThat(workspace.historyShape().shallow()).isTrue();
          shallow.git("fetch", "-q", "--unshallow");
          assertThat(workspace.historyShape()).isEqualTo(HistoryShape.PLAIN);
        });
  }

  @Test
  void graftsAndReplacementsAreSeenLooseAndPacked() {
    in(
        repo.root(),
        workspace -> {
          assertThat(workspace.historyShape()).isEqualTo(HistoryShape.PLAIN);
          var first = repo.git("rev-parse", "HEAD~2").strip();
          repo.git("replace", head, first);
          var loose = workspace.historyShape();
          assertThat(loose.replacements()).isTrue();
          assertThat(loose.unaltered()).isFalse();
          repo.git("pack-refs", "--all");
          var packed = workspace.historyShape();
          assertThat(packed).isEqualTo(loose);
          makeLink(repo, "packed-refs");
          assertThat(workspace.historyShape()).isEqualTo(loose);
          repo.git("replace", "-d", head);
          assertThat(workspace.historyShape()).isEqualTo(HistoryShape.PLAIN);
          repo.write(".git/info/grafts", head + "\n");
          var grafted = workspace.historyShape();
          assertThat(grafted.grafts()).isTrue();
          assertThat(grafted.replacements()).isFalse();
          assertThat(grafted.unaltered()).isFalse();
        });
  }

  @Test
  void namesOfSha256() {
    repo.git("init", "-q", "--object-format=sha256", "--template=", "" + temp.resolve("sha256"));
    var sha256 = GitRepo.at(temp.resolve("sha256"));
    sha256.write(".gitignore", "*.o\n").write(KEPT, "k\n").write(A, "int a;\n");
    sha256.git("add", "-f", KEPT);
    sha256.commitAll("first");
    in(
        sha256.root(),
        workspace -> {
          assertThat(workspace.headCommit()).isEmpty();
          assertThat(workspace.repository()).isEmpty();
          assertThat(paths(list(workspace))).containsExactly(".gitignore", KEPT, A);
          assertThat(tracking(workspace, A)).isEqualTo(Tracking.TRACKED);
          sha256.git("update-index", "--split-index");
          assertThat(paths(list(workspace))).containsExactly(".gitignore", KEPT, A);
        });
  }

  @Test
  void aPartialCloneSaysSoAndLacksOldBlobs() {
    var partial = copy("--filter=blob:none");
    in(
        partial.root(),
        workspace -> {
          assertWhole(workspace);
          assertThat(workspace.historyShape())
              .isEqualTo(new HistoryShape(false, false, false, true));
          assertThat(hasObject(workspace, repo.git("rev-parse", "HEAD~2").strip())).isTrue();
          assertThat(hasObject(workspace, repo.git("rev-parse", "HEAD~2:" + A).strip())).isFalse();
        });
  }

  /** JGit throws on a split index, and ours was passed over: tracked files were not listed. */
  @Test
  void aSplitIndexIsReadWhole() throws IOException {
    for (var i = 0; i < 500; i++) {
      repo.write("many/m%03d.o".formatted(i), i + "\n");
    }
    repo.git("add", "-f", "many");
    repo.git("config", "splitIndex.maxPercentChange", "100");
    repo.git("update-index", "--split-index");
    try (var files = Files.list(repo.root().resolve(".git"))) {
      assertThat(files).anyMatch(file -> file.getFileName().toString().startsWith("sharedindex."));
    }
    var remove = new ArrayList<>(List.of("rm", "-q", "--cached"));
    for (var i = 150; i < 480; i++) {
      if (i < 350 || i % 3 == 0) { // in the bitmap: words of zeros, words of ones, others
        remove.add("many/m%03d.o".formatted(i));
      }
    }
    repo.git(remove.toArray(String[]::new));
    repo.write("many/m005.o", "changed\n").write("new.o", "new\n");
    repo.git("add", "-f", "many/m005.o", "new.o");
    in(
        repo.root(),
        workspace -> {
          var tracked = repo.git("ls-files").split("\n");
          assertThat(paths(list(workspace))).containsExactly(tracked);
          assertThat(tracking(workspace, "new.o")).isEqualTo(Tracking.TRACKED);
          assertThat(tracking(workspace, "many/m005.o")).isEqualTo(Tracking.TRACKED);
          assertThat(tracking(workspace, "many/m200.o")).isEqualTo(Tracking.UNTRACKED);
          assertThat(workspace.headCommit()).contains(head);
        });
  }

  @Test
  void aSparseIndexKnowsFoldersOnly() {
    repo.write("src/deep/x.c", "x\n").commitAll("fourth");
    repo.git("sparse-checkout", "set", "--sparse-index", "doc");
    in(
        repo.root(),
        workspace -> {
          assertThat(repo.git("ls-files", "--sparse").lines()).contains("src/");
          assertThat(paths(list(workspace))).containsExactly(".gitignore", "doc/d.md", KEPT);
          assertThat(workspace.headCommit()).contains(repo.head());
          assertThat(hasObject(workspace, repo.head())).isTrue();
          assertThat(tracking(workspace, "doc/d.md")).isEqualTo(Tracking.TRACKED);
          assertThat(tracking(workspace, A)).isEqualTo(Tracking.UNKNOWN);
          assertThat(tracking(workspace, "none")).isEqualTo(Tracking.UNTRACKED);
        });
  }

  @Test
  void aLinkedWorkTree() {
    repo.git("worktree", "add", "-q", "-b", "side", "" + temp.resolve("linked"));
    in(temp.resolve("linked"), this::assertWhole);
    var linked = GitRepo.at(temp.resolve("linked"));
    linked.git("update-index", "--split-index");
    in(linked.root(), this::assertWhole);
  }

  @Test
  void aSubmodule() {
    var outer = GitRepo.init(temp.resolve("outer")).write("o.c", "int o;\n");
    outer.git("-c", "protocol.file.allow=always", "submodule", "-q", "add", "" + repo.root(), "s");
    outer.commitAll("outer");
    in(outer.root().resolve("s/src"), this::assertWhole);
    in(
        outer.root(),
        workspace -> {
          assertThat(paths(list(workspace))).containsExactly(".gitmodules", "o.c");
          assertThat(workspace.headCommit()).contains(outer.head());
          assertThat(tracking(workspace, "s/src/a.c")).isEqualTo(Tracking.UNTRACKED);
        });
  }

  /** A damaged index must not end the question. */
  @Test
  void anIndexThatCannotBeReadSaysNothing() throws IOException {
    var index = repo.root().resolve(".git/index");
    repo.git("update-index", "--split-index");
    try (var files = Files.newDirectoryStream(repo.root().resolve(".git"), "sharedindex.*")) {
      for (var shared : files) {
        Files.delete(shared);
      }
    }
    in(
        repo.root(),
        workspace -> {
          assertThat(tracking(workspace, A)).isEqualTo(Tracking.UNKNOWN);
          assertThat(paths(list(workspace))).containsExactly(".gitignore", "doc/d.md", A);
        });
    Files.writeString(index, "junk");
    in(repo.root(), workspace -> assertThat(tracking(workspace, A)).isEqualTo(Tracking.UNKNOWN));
  }

  // ---- what blame asks besides

  @Test
  void aMergeInProgressHasItsHeads() {
    repo.git("checkout", "-q", "-b", "one", "HEAD~1");
    var one = repo.write("one.c", "1\n").commitAll("one");
    repo.git("checkout", "-q", "-b", "two", "main");
    in(
        repo.root(),
        workspace -> {
          assertThat(workspace.mergeHeads()).isEmpty();
          repo.git("merge", "-q", "--no-commit", "--no-ff", "one");
          assertThat(workspace.mergeHeads()).containsExactly(one);
        });
  }

  /** git's manual says that an empty value takes the others back; git does not. */
  @Test
  void ignoredRevisionsAreThoseOfAllFilesThatAreNamed() throws IOException {
    var home = Files.createDirectories(temp.resolve("home"));
    var a = "a".repeat(40);
    var b = "b".repeat(40);
    var c = "c".repeat(40);
    Files.writeString(home.resolve("outside"), "# a comment\n\n  " + a + "  # why\nabc\n");
    Files.writeString(
        home.resolve(".gitconfig"),
        "[blame]\nignoreRevsFile = ~/outside\nignoreRevsFile = .git-blame-ignore-revs\n");
    repo.write(".git-blame-ignore-revs", b.toUpperCase(Locale.ROOT) + "\r\n");
    repo.write("more/revs", c + "\n" + c + "0\n");
    Files.createSymbolicLink(repo.root().resolve("link"), home.resolve("outside"));
    Files.createSymbolicLink(repo.root().resolve("inner-link"), Path.of("more/revs"));
    try (var workspace = Workspace.open(repo.root(), Map.of("HOME", "" + home))) {
      assertThat(workspace.ignoredRevisions()).containsExactlyInAnyOrder(a, b);
      repo.git("config", "--add", "blame.ignoreRevsFile", "inner-link");
      repo.git("config", "--add", "blame.ignoreRevsFile", "none");
      repo.git("config", "--add", "blame.ignoreRevsFile", "");
      assertThat(workspace.ignoredRevisions()).containsExactlyInAnyOrder(a, b, c);
    }
    repo.git("config", "--unset-all", "blame.ignoreRevsFile");
    for (var bad : new String[] {"link", "../home/outside", "" + home.resolve("outside"), "more"}) {
      repo.git("config", "--add", "blame.ignoreRevsFile", bad);
    }
    in(repo.root(), workspace -> assertThat(workspace.ignoredRevisions()).isEmpty());
  }

  @Test
  void theMailmapIsAFileInTheRoot() throws IOException {
    var mailmap = repo.root().resolve(".mailmap");
    in(
        repo.root(),
        workspace -> {
          assertThat(workspace.mailmap()).isEmpty();
          repo.write(".mailmap", "A <a@x>\n");
          assertThat(workspace.mailmap().orElseThrow()).asString().isEqualTo("A <a@x>\n");
        });
    Files.delete(mailmap);
    Files.createSymbolicLink(mailmap, Path.of(A));
    in(repo.root(), workspace -> assertThat(workspace.mailmap()).isEmpty());
  }
}
