package dev.codeintel.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.repo.Workspace;
import dev.codeintel.testkit.GitRepo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RevisionsTest {

  @TempDir Path folder;

  /** A branch that git knows was unknown, or another commit than git's was answered. */
  @Test
  void findsWhatGitFinds() throws IOException {
    var repo = history();
    var first = repo.git("rev-list", "--max-parents=0", "HEAD").strip();
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD~1");
    repo.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main");
    repo.git("tag", "light", "HEAD~1");
    repo.git("tag", "-a", "v1.0", "-m", "one", "HEAD~2");
    repo.git("tag", "-a", "outer", "-m", "outer", "v1.0");
    repo.git("update-ref", "refs/heads/both", "HEAD");
    repo.git("tag", "both", "HEAD~1"); // a tag comes before a branch
    repo.git("branch", "feature/x", "side");
    repo.git("pack-refs", "--all");
    repo.git("branch", "loose-one", "HEAD~1");
    for (var revision :
        List.of(
            "HEAD",
            "@",
            "main",
            "refs/heads/main",
            "heads/main",
            "origin",
            "origin/main",
            "light",
            "v1.0",
            "outer",
            "both",
            "feature/x",
            "loose-one",
            first,
            first.substring(0, 7),
            first.toUpperCase(Locale.ROOT),
            "main-3-g" + first.substring(0, 10),
            "HEAD~",
            "HEAD~0",
            "HEAD~2",
            "@~1",
            "main^",
            "main^0",
            "main^2",
            "main^2~1",
            "main~1^1",
            "main^^",
            "v1.0^{commit}",
            "v1.0^{}",
            "outer^{}~1",
            "HEAD^{commit}^2")) {
      assertThat(resolve(revision).map(ObjectId::name))
          .as(revision)
          .contains(repo.git("rev-parse", revision + "^{commit}").strip());
    }
  }

  /** A tree, a path or a range was blamed as if it were a commit. */
  @Test
  void refusesWhatNamesNoCommit() {
    var repo = history();
    var tree = repo.git("rev-parse", "HEAD^{tree}").strip();
    var blob = repo.git("rev-parse", "HEAD:a").strip();
    repo.git("tag", "a-tree", tree);
    for (var revision :
        List.of(
            "",
            " ",
            "no-such",
            "HEAD:a",
            ":a",
            ":0:a",
            ":/merge",
            "main..side",
            "main...side",
            "..",
            "^main",
            "-x",
            "--all",
            "HEAD~99",
            "HEAD~999999999",
            "HEAD^3",
            "HEAD~9999999999",
            "HEAD^{tree}",
            "HEAD^{/merge}",
            "HEAD@{0}",
            "@{-1}",
            "main@{upstream}",
            "main@{u}",
            "config",
            "description",
            "index",
            "../HEAD",
            "refs",
            "refs/heads",
            "a b",
            "a\0b",
            "a\nb",
            "*",
            "?",
            "[a]",
            "\\",
            "HEAD/",
            "/HEAD",
            "objects/info",
            tree,
            blob,
            "a-tree",
            tree.substring(0, 8),
            "0".repeat(40),
            "f".repeat(40),
            "f".repeat(41),
            "abc",
            "x".repeat(100_000),
            "HEAD" + "^".repeat(10_000),
            "\ud83d\ude00",
            "\ud800",
            "WORKTREE")) {
      assertThatThrownBy(() -> resolve(revision))
          .as(revision)
          .isInstanceOfSatisfying(
              CodeintelException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.REVISION_NOT_FOUND);
                assertThat(e.getMessage()).startsWith("Revision '").hasSizeLessThan(500);
                assertThat(e.getMessage()).doesNotContain("\n", "\0");
              });
    }
  }

  /** Two commits began alike, and one of them was taken. */
  @Test
  void saysWhenAnIdIsAmbiguous() {
    var repo = GitRepo.init(folder);
    var seen = new HashMap<String, String>();
    var ambiguous = "";
    for (var at = 0; ambiguous.isEmpty(); at++) {
      var text =
          "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor A <a> 1 +0000\n"
              + "committer A <a> %d +0000\n\nx\n".formatted(at);
      var id = commitId(text);
      var same = seen.put(id.substring(0, 4), text);
      if (same != null) {
        repo.writeObject("commit", same.getBytes(StandardCharsets.UTF_8));
        repo.writeObject("commit", text.getBytes(StandardCharsets.UTF_8));
        ambiguous = id.substring(0, 4);
      }
    }
    var digits = ambiguous;
    assertThatThrownBy(() -> resolve(digits))
        .isInstanceOf(CodeintelException.class)
        .hasMessageContaining("begins the ids of 2 commits (" + digits);
  }

  /** A repository before its first commit was an error. */
  @Test
  void anEmptyRepositoryHasNoHead() throws IOException {
    GitRepo.init(folder);
    assertThat(resolve("HEAD")).isEmpty();
    assertThat(resolve("@")).isEmpty();
    assertThatThrownBy(() -> resolve("main")).isInstanceOf(CodeintelException.class);
  }

  /** A name with a colon made JGit read the index, which may be of a form that it does not know. */
  @Test
  void readsNeitherIndexNorConfiguration() throws IOException {
    var repo = history();
    var head = repo.head();
    Files.writeString(folder.resolve(".git/index"), "garbage");
    Files.writeString(folder.resolve(".git/config"), "[garbage");
    assertThat(resolve("main").map(ObjectId::name)).contains(head);
  }

  private GitRepo history() {
    var repo = GitRepo.init(folder);
    repo.write("a", "1\n").commitAll("one");
    repo.write("a", "2\n").commitAll("two");
    repo.git("branch", "side");
    repo.write("a", "3\n").commitAll("three");
    repo.git("checkout", "-q", "side");
    repo.write("b", "1\n").commitAll("beside");
    repo.git("checkout", "-q", "main");
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "side");
    return repo;
  }

  private Optional<ObjectId> resolve(String revision) throws IOException {
    try (var workspace = Workspace.open(folder)) {
      var repository = workspace.repository().get();
      try (var objects = new Objects(repository, CancelToken.create())) {
        return Revisions.resolve(repository, objects, revision);
      }
    }
  }

  private static String commitId(String text) {
    try (var formatter = new ObjectInserter.Formatter()) {
      return formatter.idFor(Constants.OBJ_COMMIT, text.getBytes(StandardCharsets.UTF_8)).name();
    }
  }
}
