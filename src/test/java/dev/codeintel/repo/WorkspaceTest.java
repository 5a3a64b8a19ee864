package dev.codeintel.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.Progress;
import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.TreeSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.eclipse.jgit.revwalk.RevWalk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkspaceTest {

  /** A user's global ignore file must not decide what these tests see. */
  static final Map<String, String> NOBODY =
      Map.of("HOME", "/nonexistent", "GIT_CONFIG_GLOBAL", "/dev/null");

  @TempDir Path temp;

  static List<String> paths(FileListing listing) {
    return listing.files().stream().map(SourceFile::path).toList();
  }

  static FileListing list(Workspace workspace) {
    return workspace.list(CancelToken.create(), Progress.NONE);
  }

  private static void assertCode(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            CodeintelException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  private Path write(String path, String text) throws IOException {
    var file = temp.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  // ---- opening

  /** A sub-directory as repository root broke every call. */
  @Test
  void aFolderInsideOpensTheWorkTreeAroundIt() {
    var repo = GitRepo.init(temp.resolve("r")).write("src/a/B.java", "class B {}\n");
    var head = repo.commitAll("first");
    for (var inside : List.of("", "src/a", ".git")) {
      try (var workspace = Workspace.open(repo.root().resolve(inside), NOBODY)) {
        assertThat(workspace.root()).isEqualTo(repo.root());
        assertThat(workspace.gitDirectory()).contains(repo.root().resolve(".git"));
        assertThat(workspace.headCommit()).contains(head);
        var listing = list(workspace);
        assertThat(paths(listing)).containsExactly("src/a/B.java");
        var file = listing.files().getFirst();
        assertThat(file.language()).isEqualTo("java");
        assertThat(file.size()).isEqualTo(11);
        assertThat(workspace.look("src/a/B.java")).contains(file);
        assertThat(workspace.read(file).line(1)).isEqualTo("class B {}");
      }
    }
  }

  @Test
  void outsideGitTheFolderItselfIsTheRoot() throws IOException {
    write("plain/src/a.py", "pass\n");
    write("plain/.gitignore", "*.log\n");
    write("plain/x.log", "");
    try (var workspace = Workspace.open(temp.resolve("plain/src/.."), NOBODY)) {
      assertThat(workspace.root()).isEqualTo(temp.toRealPath().resolve("plain"));
      assertThat(workspace.isGit()).isFalse();
      assertThat(workspace.headCommit()).isEmpty();
      assertThat(workspace.repository()).isEmpty();
      assertThat(paths(list(workspace))).containsExactly(".gitignore", "src/a.py");
    }
    assertCode(ErrorCode.NOT_A_DIRECTORY, () -> Workspace.open(temp.resolve("none"), NOBODY));
    assertCode(
        ErrorCode.NOT_A_DIRECTORY, () -> Workspace.open(temp.resolve("plain/x.log"), NOBODY));
  }

  @Test
  void aLinkedWorkTreeSharesTheRepositoryAndHasItsOwnView() {
    var repo = GitRepo.init(temp.resolve("main")).write("a.txt", "a\n");
    var first = repo.commitAll("first");
    repo.git("worktree", "add", "-q", "-b", "side", temp.resolve("linked").toString());
    var linked = GitRepo.at(temp.resolve("linked")).write("b.txt", "b\n");
    var second = linked.commitAll("second");
    linked.git("pack-refs", "--all");
    try (var main = Workspace.open(repo.root(), NOBODY);
        var side = Workspace.open(linked.root(), NOBODY)) {
      assertThat(main.headCommit()).contains(first);
      assertThat(side.headCommit()).contains(second).isNotEqualTo(main.headCommit());
      assertThat(side.commonDirectory()).isEqualTo(main.commonDirectory());
      assertThat(side.gitDirectory()).isNotEqualTo(main.gitDirectory());
      assertThat(side.repositoryId()).isEqualTo(main.repositoryId()).matches("[0-9a-f]{16}");
      assertThat(side.viewId()).isNotEqualTo(main.viewId()).matches("[0-9a-f]{16}");
      assertThat(paths(list(side))).containsExactly("a.txt", "b.txt");
    }
  }

  @Test
  void aSubmoduleIsItsOwnWorkspaceAndNotPartOfTheOther() {
    var inner = GitRepo.init(temp.resolve("inner")).write("i.txt", "i\n");
    var innerHead = inner.commitAll("inner");
    var outer = GitRepo.init(temp.resolve("outer")).write("o.txt", "o\n");
    outer.git(
        "-c", "protocol.file.allow=always", "submodule", "-q", "add", "" + inner.root(), "sub");
    outer.commitAll("outer");
    try (var workspace = Workspace.open(outer.root(), NOBODY);
        var sub = Workspace.open(outer.root().resolve("sub"), NOBODY)) {
      var listing = list(workspace);
      assertThat(paths(listing)).containsExactly(".gitmodules", "o.txt");
      assertThat(listing.skipped()).containsExactly(Map.entry(SkipReason.NESTED_REPOSITORY, 1));
      assertThat(sub.root()).isEqualTo(outer.root().resolve("sub"));
      assertThat(sub.headCommit()).contains(innerHead);
      assertThat(paths(list(sub))).containsExactly("i.txt");
    }
  }

  @Test
  void headIsEmptyWhereThereIsNoCommitAndFollowsDetachedAndPackedRefs() throws IOException {
    var repo = GitRepo.init(temp.resolve("r")).write("a", "a\n");
    try (var workspace = Workspace.open(repo.root(), NOBODY)) {
      assertThat(workspace.headCommit()).isEmpty();
      var first = repo.commitAll("first");
      assertThat(workspace.headCommit()).contains(first);
      var second = repo.commitAll("second");
      repo.git("pack-refs", "--all");
      assertThat(workspace.headCommit()).contains(second);
      repo.git("checkout", "-q", first);
      assertThat(workspace.headCommit()).contains(first);
      for (var bad : List.of("ref: ../../x", "ref: refs/heads/../../x", "junk", "ref: HEAD")) {
        Files.writeString(repo.root().resolve(".git/HEAD"), bad + "\n");
        assertThat(workspace.headCommit()).isEmpty();
      }
    }
  }

  @Test
  void aSha256RepositoryIsListedWithoutItsCommit() {
    GitRepo.requireGit();
    var repo = GitRepo.init(temp.resolve("r"));
    repo.git("init", "-q", "--object-format=sha256", "--template=", "s");
    var inner = GitRepo.at(repo.root().resolve("s"));
    inner.write("kept.log", "k\n").write(".gitignore", "*.log\n").write("a.c", "int a;\n");
    inner.git("add", "-f", "kept.log");
    inner.commitAll("first");
    try (var workspace = Workspace.open(inner.root(), NOBODY)) {
      assertThat(workspace.headCommit()).isEmpty();
      assertThat(workspace.repository()).isEmpty();
      assertThat(paths(list(workspace))).containsExactly(".gitignore", "a.c", "kept.log");
    }
  }

  // ---- paths

  /** search_text's paths argument could leave the repository. */
  @Test
  void pathsThatLeaveTheRepositoryAreRefused() throws IOException {
    write("outside/secret.txt", "s\n");
    write("r/src/a.txt", "a\n");
    write("r/.git/config", "[core]\n");
    Files.createSymbolicLink(temp.resolve("r/out"), temp.resolve("outside"));
    Files.createSymbolicLink(temp.resolve("r/out.txt"), temp.resolve("outside/secret.txt"));
    Files.createSymbolicLink(temp.resolve("r/sly"), Path.of(".git"));
    Files.createSymbolicLink(temp.resolve("r/in.txt"), Path.of("src/a.txt"));
    Files.createSymbolicLink(temp.resolve("r/loop"), Path.of("loop"));
    try (var workspace = Workspace.open(temp.resolve("r"), NOBODY)) {
      for (var bad :
          List.of(
              "../outside/secret.txt",
              "src/../../outside/secret.txt",
              "..",
              "/etc/passwd",
              "C:/x",
              "src\\a.txt",
              "..\\outside",
              "src//a.txt",
              "src/./a.txt",
              "a\0b",
              ".git",
              ".git/config",
              ".GIT/config",
              "src/.Git",
              "out",
              "out/secret.txt",
              "out.txt",
              "sly",
              "sly/config",
              "x".repeat(Limits.PATH_CHARS_MAX + 1))) {
        assertCode(ErrorCode.PATH_OUTSIDE_REPOSITORY, () -> workspace.resolve(bad));
        assertCode(ErrorCode.PATH_OUTSIDE_REPOSITORY, () -> workspace.read(bad));
      }
      assertCode(ErrorCode.PATH_NOT_FOUND, () -> workspace.resolve("src/none.txt"));
      assertCode(ErrorCode.PATH_NOT_FOUND, () -> workspace.resolve("src/a.txt/b"));
      assertCode(ErrorCode.PATH_NOT_FOUND, () -> workspace.resolve("loop"));
      assertCode(ErrorCode.PATH_NOT_FOUND, () -> workspace.resolve("y".repeat(300)));
      assertCode(ErrorCode.NOT_A_FILE, () -> workspace.read("src"));
      assertThat(workspace.resolve("./src/")).isEqualTo(workspace.root().resolve("src"));
      assertThat(workspace.resolve("")).isEqualTo(workspace.root());
      assertThat(workspace.resolve(".")).isEqualTo(workspace.root());
      assertThat(workspace.read("in.txt").text()).isEqualTo("a\n");
      assertThat(workspace.look("in.txt")).isEmpty();
      assertThat(workspace.look("none")).isEmpty();
    }
  }

  // ---- what is skipped

  @Test
  void whatIsSkippedIsCounted() throws IOException {
    write("r/a.txt", "a\n");
    write("r/.env", "KEY=1\n");
    write("r/keys/id_rsa", "x\n");
    write("r/back\\slash", "x\n");
    write("r/tab\there", "x\n");
    write("r/nested/.git/HEAD", "ref: refs/heads/main\n");
    Files.createDirectories(temp.resolve("r/nested/.git/objects"));
    Files.createDirectories(temp.resolve("r/nested/.git/refs"));
    write("r/nested/n.txt", "n\n");
    write("r/not-nested/.git/junk", "");
    write("r/not-nested/n.txt", "n\n");
    write("r/locked/l.txt", "l\n");
    Files.createSymbolicLink(temp.resolve("r/link"), Path.of("a.txt"));
    Files.createSymbolicLink(temp.resolve("r/linked-folder"), Path.of("keys"));
    Files.write(temp.resolve("r/large.txt"), new byte[(int) Limits.FILE_BYTES_MAX + 1]);
    Files.write(temp.resolve("r/largest.txt"), new byte[(int) Limits.FILE_BYTES_MAX]);
    var deep = "r" + "/d".repeat(Limits.FOLDER_DEPTH_MAX + 2);
    write(deep + "/x.txt", "");
    Files.getFileAttributeView(
            temp.resolve("r/locked"), java.nio.file.attribute.PosixFileAttributeView.class)
        .setPermissions(java.util.Set.of());
    var readable = Files.isReadable(temp.resolve("r/locked")); // as root everything is
    try (var workspace = Workspace.open(temp.resolve("r"), NOBODY)) {
      var listing = list(workspace);
      assertThat(paths(listing))
          .filteredOn(path -> !path.startsWith("locked"))
          .containsExactly("a.txt", "largest.txt", "not-nested/n.txt");
      assertThat(listing.listed().stream().map(SourceFile::path))
          .filteredOn(path -> !path.startsWith("locked"))
          .containsExactly(
              ".env",
              "a.txt",
              "keys/id_rsa",
              "large.txt",
              "largest.txt",
              "link",
              "linked-folder",
              "not-nested/n.txt");
      assertThat(listing.unindexed().stream().map(Unindexed::reason))
          .containsExactly(
              SkipReason.SECRET,
              SkipReason.SECRET,
              SkipReason.TOO_LARGE,
              SkipReason.SYMLINK,
              SkipReason.SYMLINK);
      var expected = new HashMap<SkipReason, Integer>();
      expected.put(SkipReason.SECRET, 2);
      expected.put(SkipReason.UNSUPPORTED_NAME, 2);
      expected.put(SkipReason.NESTED_REPOSITORY, 1);
      expected.put(SkipReason.SYMLINK, 2);
      expected.put(SkipReason.TOO_LARGE, 1);
      expected.put(SkipReason.TOO_DEEP, 1);
      if (!readable) {
        expected.put(SkipReason.UNREADABLE, 1);
      }
      assertThat(listing.skipped()).containsExactlyInAnyOrderEntriesOf(expected);
      assertCode(ErrorCode.FILE_TOO_LARGE, () -> workspace.read("large.txt"));
      assertThat(workspace.read("largest.txt").binary()).isTrue();
      assertThat(workspace.read(".env").text()).isEqualTo("KEY=1\n");

      var cut = workspace.list(CancelToken.create(), Progress.NONE, 2);
      assertThat(paths(cut)).isEqualTo(paths(listing).subList(0, 2));
      assertThat(cut.skipped().get(SkipReason.TOO_MANY)).isEqualTo(listing.files().size() - 2);
    } finally {
      Files.getFileAttributeView(
              temp.resolve("r/locked"), java.nio.file.attribute.PosixFileAttributeView.class)
          .setPermissions(java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
    }
  }

  @Test
  void aCancelledListingStops() throws IOException {
    write("r/a.txt", "a\n");
    var cancel = CancelToken.create();
    cancel.cancel();
    try (var workspace = Workspace.open(temp.resolve("r"), NOBODY)) {
      assertCode(ErrorCode.CANCELLED, () -> workspace.list(cancel, Progress.NONE));
    }
  }

  @Test
  void theListIsInByteOrder() throws IOException {
    for (var name : List.of("b", "a/z", "a.c", "a-b", "\uFFFDx", "\uD83D\uDE00", "B", "\u00E4")) {
      write("r/" + name, "");
    }
    try (var workspace = Workspace.open(temp.resolve("r"), NOBODY)) {
      assertThat(paths(list(workspace)))
          .containsExactly("B", "a-b", "a.c", "a/z", "b", "\u00E4", "\uFFFDx", "\uD83D\uDE00");
    }
  }

  // ---- a hostile repository

  /**
   * Plain JGit ran a filter of the repository's configuration, started git, and left a probe file
   * in .git and a configuration in the home folder.
   */
  @Test
  void nothingOfTheRepositoryIsRunAndNothingIsTouched() throws Exception {
    var home = Files.createDirectories(temp.resolve("home"));
    var marker = temp.resolve("marker");
    var touch = "touch " + marker + "; cat";
    var repo = GitRepo.init(temp.resolve("r")).write("a.c", "int a;\n").write("b.c", "int b;\n");
    repo.write(".gitattributes", "* filter=x diff=x merge=x\n");
    var head = repo.commitAll("first");
    repo.write("a.c", "int changed;\n");
    for (var hook : List.of("post-index-change", "pre-commit", "post-checkout")) {
      repo.write(".git/hooks/" + hook, "#!/bin/sh\n" + touch + "\n");
      assertThat(repo.root().resolve(".git/hooks/" + hook).toFile().setExecutable(true)).isTrue();
    }
    var config = repo.root().resolve(".git/config");
    var harmless = Files.readString(config);
    var hostile =
        """
        [filter "x"]
          clean = %1$s
          smudge = %1$s
          required = true
        [diff "x"]
          textconv = %1$s
          command = %1$s
        [core]
          fsmonitor = %1$s
          sshCommand = %1$s
          pager = %1$s
          editor = %1$s
          hooksPath = .git/hooks
          excludesFile = %2$s
          worktree = %2$s
        """
            .formatted("\"sh -c '" + touch + "'\"", home);
    Files.writeString(config, harmless + hostile);

    var before = TreeSnapshot.of(repo.root(), home);
    var jgitFolder = Path.of(System.getProperty("user.home"), ".config", "jgit");
    var jgitBefore = Files.exists(jgitFolder) ? TreeSnapshot.of(jgitFolder) : Map.of();
    try (var workspace =
        Workspace.open(repo.root().resolve(".git"), Map.of("HOME", home.toString()))) {
      assertThat(workspace.root()).isEqualTo(repo.root());
      assertThat(workspace.headCommit()).contains(head);
      assertThat(paths(list(workspace))).containsExactly(".gitattributes", "a.c", "b.c");
      assertThat(workspace.read("a.c").text()).isEqualTo("int changed;\n");
      var jgit = workspace.repository().orElseThrow();
      assertThat(jgit.getWorkTree().toPath()).isEqualTo(repo.root());
      assertThat(jgit.getConfig().getSections()).isEmpty();
      try (var walk = new RevWalk(jgit)) {
        var commit = walk.parseCommit(jgit.resolve("HEAD"));
        assertThat(commit.getFullMessage().strip()).isEqualTo("first");
      }
      assertThat(jgit.exactRef("HEAD").getObjectId().name()).isEqualTo(head);
      assertThat(jgit.getRefDatabase().getRefs()).hasSize(2);
    }
    assertThat(TreeSnapshot.of(repo.root(), home)).isEqualTo(before);
    var jgitAfter = Files.exists(jgitFolder) ? TreeSnapshot.of(jgitFolder) : Map.of();
    assertThat(jgitAfter).isEqualTo(jgitBefore);
    assertThat(marker).doesNotExist();

    // The trap works: git itself walks into it.
    Files.writeString(config, harmless + hostile.replaceAll("(?m)^ *worktree.*\n", ""));
    repo.git("hash-object", "--path=a.c", "a.c");
    assertThat(marker).exists();
  }

  /** A pipe or an endless file in the place of one that git reads would hold us for ever. */
  @Test
  void pipesAndDevicesInTheGitFolderAreNotRead() throws Exception {
    var repo = GitRepo.init(temp.resolve("r")).write("a.c", "int a;\n");
    repo.commitAll("first");
    var git = repo.root().resolve(".git");
    repo.git("config", "include.path", "/dev/zero");
    for (var name : List.of("refs/heads/main", "info/exclude", "index", "packed-refs")) {
      Files.createDirectories(git.resolve(name).getParent());
      Files.deleteIfExists(git.resolve(name));
      var mkfifo = new ProcessBuilder("mkfifo", git.resolve(name).toString()).start();
      assertThat(mkfifo.waitFor()).isZero();
    }
    var mkfifo = new ProcessBuilder("mkfifo", repo.root().resolve(".gitignore").toString()).start();
    assertThat(mkfifo.waitFor()).isZero();
    try (var workspace = Workspace.open(repo.root(), NOBODY)) {
      assertThat(workspace.headCommit()).isEmpty();
      var listing = list(workspace);
      assertThat(paths(listing)).containsExactly("a.c");
      assertThat(listing.skipped()).containsExactly(Map.entry(SkipReason.SPECIAL, 1));
      assertCode(ErrorCode.NOT_A_FILE, () -> workspace.read(".gitignore"));
      assertCode(ErrorCode.GIT_OPERATION_FAILED, workspace::repository);
    }
  }

  /**
   * Who asked for the history of such a repository never came back, and no signal ended the server.
   */
  @Test
  void jgitIsNotLetNearAPipe() throws Exception {
    var repo = GitRepo.init(temp.resolve("r")).write("a.c", "int a;\n");
    var head = repo.commitAll("first");
    var git = repo.root().resolve(".git");
    var places =
        List.of(
            "packed-refs",
            "refs/heads/x",
            "objects/info/alternates",
            "objects/" + head.substring(0, 2) + "/" + head.substring(2));
    for (var name : places) {
      var place = git.resolve(name);
      var aside = git.resolve("aside");
      Files.createDirectories(place.getParent());
      if (Files.exists(place)) {
        Files.move(place, aside);
      }
      for (var asLink : List.of(false, true)) {
        var pipe = asLink ? git.resolve("pipe") : place;
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        if (asLink) {
          Files.createSymbolicLink(place, pipe);
        }
        try (var workspace = Workspace.open(repo.root(), NOBODY)) {
          assertCode(ErrorCode.GIT_OPERATION_FAILED, workspace::repository);
        }
        Files.delete(place);
        Files.deleteIfExists(pipe);
      }
      if (Files.exists(aside)) {
        Files.move(aside, place);
      }
    }
    try (var workspace = Workspace.open(repo.root(), NOBODY)) {
      assertThat(workspace.repository()).isPresent();
    }
  }
}
