package dev.codeintel.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.repo.Workspace;
import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.TreeSnapshot;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a stranger's repository can do to those who ask for its history. */
class HostileGitTest {

  private static final String TEXT = "one\ntwo\nthree\n";

  @TempDir Path folder;

  private CancelToken soon() {
    return CancelToken.withDeadline(Duration.ofMinutes(1));
  }

  private static Blame blame(Git git, String path, String revision, CancelToken cancel) {
    return git.blame(
        path, OptionalInt.empty(), OptionalInt.empty(), Integer.MAX_VALUE, revision, cancel);
  }

  /**
   * Plain JGit, asked for a work-tree blame, ran filters out of {@code .git/config}, started git,
   * and wrote a probe into {@code .git} and a file into the home folder.
   */
  @Test
  void nothingIsStartedAndNothingWritten() throws Exception {
    var repo = GitRepo.init(folder.resolve("repo"));
    repo.write(".gitattributes", "*.txt filter=evil diff=evil merge=evil text ident\n");
    repo.write("a.txt", TEXT).commitAll("first");
    repo.write("a.txt", TEXT.replace("two", "2")).commitAll("second");
    repo.git("mv", "a.txt", "b.txt");
    repo.write("b.txt", "new\r\n" + TEXT.replace("\n", "\r\n"));
    var marker = folder.resolve("marker");
    arm(repo, marker);
    var home = Path.of(System.getProperty("user.home"));
    var homeBefore = names(home);
    var before = TreeSnapshot.of(repo.root());

    try (var workspace = Workspace.open(repo.root());
        var git = new Git(workspace, folder.resolve("data"))) {
      assertThat(blame(git, "b.txt", Git.WORKTREE, soon()).lines()).hasSize(4);
      assertThat(blame(git, "a.txt", "HEAD", soon()).lines()).hasSize(3);
      assertThat(git.history("a.txt", true, "HEAD", 0, 10, soon()).entries()).hasSize(2);
      assertThat(git.history("", true, "main", 0, 10, soon()).entries()).hasSize(2);
      assertThat(git.read("a.txt", "HEAD~1", soon()).text().text()).isEqualTo(TEXT);
      assertThat(ProcessHandle.current().descendants().map(ProcessHandle::info))
          .noneMatch(process -> process.command().orElse("").endsWith("git"));
    }

    assertThat(marker).doesNotExist();
    assertThat(TreeSnapshot.of(repo.root())).isEqualTo(before);
    assertThat(names(home)).isEqualTo(homeBefore);
  }

  private static void arm(GitRepo repo, Path marker) throws Exception {
    var command = "\"sh -c 'touch %s; cat'\"".formatted(marker);
    var config = repo.root().resolve(".git/config");
    Files.writeString(
        config,
        Files.readString(config)
            + """
            [filter "evil"]
              clean = %1$s
              smudge = %1$s
              process = %1$s
              required = true
            [diff "evil"]
              textconv = %1$s
              command = %1$s
            [core]
              fsmonitor = %1$s
              pager = %1$s
              editor = %1$s
              sshCommand = %1$s
              hooksPath = .git/hooks
              packedGitMMAP = true
            [gpg]
              program = %1$s
            [include]
              path = /dev/zero
            """
                .formatted(command));
    for (var hook : List.of("post-index-change", "fsmonitor-watchman", "reference-transaction")) {
      repo.write(".git/hooks/" + hook, "#!/bin/sh\ntouch " + marker + "\n");
      Files.setPosixFilePermissions(
          repo.root().resolve(".git/hooks/" + hook), PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  private static Set<String> names(Path folder) throws Exception {
    try (var paths = Files.list(folder)) {
      var names = new TreeSet<String>();
      paths.forEach(path -> names.add(path.getFileName().toString()));
      return names;
    }
  }

  /**
   * Each a commit that git itself would never write; none may end in anything but a typed error.
   */
  @Test
  void garbageIsATypedError() {
    var repo = GitRepo.init(folder.resolve("repo"));
    repo.write("a.txt", TEXT).commitAll("first");
    var good = repo.head();
    var tree = repo.git("rev-parse", "HEAD^{tree}").strip();
    var blob = repo.git("rev-parse", "HEAD:a.txt").strip();
    var missing = "1".repeat(40);
    var someone = "author A <a@example.org> 1 +0000\ncommitter A <a@example.org> 1 +0000\n\nm\n";
    var trees =
        List.of(
            "100644 a.txt", // no id
            "100644 a.txt\0short",
            "999999999999999999999 a.txt\0" + "x".repeat(20),
            "a.txt",
            "\0\0\0\0",
            " ".repeat(3));
    try (var workspace = Workspace.open(repo.root());
        var git = new Git(workspace, folder.resolve("data"))) {
      for (var bytes : trees) {
        var bad = repo.writeObject("tree", bytes.getBytes(StandardCharsets.ISO_8859_1));
        assertTypedErrors(git, commit(repo, "tree " + bad + "\n" + someone));
        assertTypedErrors(
            git,
            commit(
                repo,
                "tree "
                    + tree
                    + "\nparent "
                    + commit(repo, "tree " + bad + "\n" + someone)
                    + "\n"
                    + someone));
      }
      for (var text :
          List.of(
              "",
              "tree",
              "tree " + "z".repeat(40) + "\n",
              "tree " + missing + "\n" + someone,
              "tree " + blob + "\n" + someone,
              "parent " + good + "\n" + someone,
              "tree " + tree + "\nparent zz\n" + someone,
              "tree " + tree + "\nparent " + missing + "\n" + someone,
              "tree " + tree + "\nparent " + blob + "\n" + someone)) {
        assertTypedErrors(git, commit(repo, text));
      }
      assertThat(blame(git, "a.txt", good, soon()).lines()).hasSize(3);
    }
  }

  /** JGit's own exception came out, which no caller knows. */
  @Test
  void aTreeOrACommitThatIsTooLargeIsATypedError() {
    var repo = GitRepo.init(folder.resolve("repo"));
    repo.write("a.txt", TEXT).commitAll("first");
    var someone = "author A <a@example.org> 1 +0000\ncommitter A <a@example.org> 1 +0000\n\n";
    var large = "x".repeat(52 << 20); // JGit streams what is larger than 50 MiB at the most
    var tree =
        repo.writeObject(
            "tree",
            ("100644 " + large + "\0" + "y".repeat(20)).getBytes(StandardCharsets.ISO_8859_1));
    try (var workspace = Workspace.open(repo.root());
        var git = new Git(workspace, folder.resolve("data"))) {
      assertTypedErrors(git, commit(repo, "tree " + tree + "\n" + someone));
      var head = "tree " + repo.git("rev-parse", "HEAD^{tree}").strip() + "\n";
      assertTypedErrors(git, commit(repo, head + someone + large));
      assertTypedErrors(
          git,
          commit(repo, head + "parent " + commit(repo, head + someone + large) + "\n" + someone));
    }
  }

  private static String commit(GitRepo repo, String text) {
    return repo.writeObject("commit", text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private void assertTypedErrors(Git git, String commit) {
    for (Runnable call :
        List.<Runnable>of(
            () -> blame(git, "a.txt", commit, soon()),
            () -> git.history("a.txt", true, commit, 0, 10, soon()),
            () -> git.history("", false, commit, 0, 10, soon()),
            () -> git.read("a.txt", commit, soon()))) {
      try {
        call.run(); // what needs nothing of the damaged part is answered
      } catch (CodeintelException e) {
        assertThat(e.code())
            .as(e.getMessage())
            .isIn(
                ErrorCode.GIT_OPERATION_FAILED,
                ErrorCode.REVISION_NOT_FOUND,
                ErrorCode.PATH_NOT_FOUND,
                ErrorCode.NOT_A_FILE);
      }
    }
  }

  @Test
  void aPackThatWasCutIsATypedError() throws Exception {
    var repo = GitRepo.init(folder.resolve("repo"));
    for (var i = 0; i < 20; i++) {
      repo.write("a.txt", TEXT + "line " + i + "\n").commitAll("commit " + i);
    }
    repo.git("gc", "-q");
    Path pack;
    try (var files = Files.list(repo.root().resolve(".git/objects/pack"))) {
      pack = files.filter(file -> file.toString().endsWith(".pack")).findFirst().orElseThrow();
    }
    pack.toFile().setWritable(true);
    try (var channel = FileChannel.open(pack, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() / 2);
    }
    try (var workspace = Workspace.open(repo.root());
        var git = new Git(workspace, folder.resolve("data"))) {
      assertThatThrownBy(() -> blame(git, "a.txt", Git.WORKTREE, soon()))
          .isInstanceOfSatisfying(
              CodeintelException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.GIT_OPERATION_FAILED));
      assertThat(workspace.read("a.txt").lineCount()).isEqualTo(4);
    }
  }
}
