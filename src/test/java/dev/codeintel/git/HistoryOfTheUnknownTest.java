package dev.codeintel.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.repo.Workspace;
import dev.codeintel.testkit.GitRepo;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The history of what git knows nothing of. */
class HistoryOfTheUnknownTest {

  @TempDir private Path folder;

  /** The history of an unknown path was an empty list, and that of a new file an error. */
  @Test
  void aNewFileHasNoneAndWhatNeverWasIsAnError() {
    var repo = GitRepo.init(folder.resolve("repo"));
    repo.write("new.txt", "x\n");
    try (var workspace = Workspace.open(repo.root());
        var git = new Git(workspace, folder.resolve("data"))) {
      for (var round = 0; round < 2; round++) { // before the first commit and after it
        var history = ask(git, "new.txt", "HEAD");
        assertThat(history.entries()).isEmpty();
        assertThat(history.total()).isEqualTo(OptionalInt.of(0));
        assertThat(history.more()).isFalse();
        assertThat(history.revision()).isEqualTo(round == 0 ? "" : repo.head());
        assertThat(code(git, "nope", "HEAD")).isEqualTo(ErrorCode.PATH_NOT_FOUND);
        assertThat(code(git, "../x", "HEAD")).isEqualTo(ErrorCode.PATH_OUTSIDE_REPOSITORY);
        assertThat(code(git, "new.txt", "nope")).isEqualTo(ErrorCode.REVISION_NOT_FOUND);
        if (round == 0) {
          repo.git("commit", "-q", "--allow-empty", "-m", "Begin");
        }
      }
      assertThat(ask(git, "", "WORKTREE").entries()).hasSize(1);
      repo.commitAll("Add");
      repo.git("rm", "-q", "new.txt");
      repo.commitAll("Remove");
      assertThat(ask(git, "new.txt", "HEAD").entries()).hasSize(2); // gone from the disk
    }
  }

  /** What a merge alone brought is in no list of git's either; it "did not exist". */
  @Test
  void whatOnlyAMergeBroughtIsThere() {
    var repo = GitRepo.init(folder.resolve("repo"));
    repo.write("a", "1\n").commitAll("one");
    repo.git("checkout", "-q", "-b", "side");
    repo.write("b", "1\n").commitAll("two");
    repo.git("checkout", "-q", "main");
    repo.write("c", "1\n").commitAll("three");
    repo.git("merge", "-q", "--no-commit", "side");
    repo.write("brought", "x\n").commitAll("merge");
    repo.git("sparse-checkout", "set", "--no-cone", "/a"); // not on the disk
    assertThat(repo.root().resolve("brought")).doesNotExist();
    assertThat(repo.git("log", "--follow", "--format=%H", "--", "brought")).isEmpty();
    try (var workspace = Workspace.open(repo.root());
        var git = new Git(workspace, folder.resolve("data"))) {
      assertThat(ask(git, "brought", "HEAD").entries()).isEmpty();
      assertThat(code(git, "never", "HEAD")).isEqualTo(ErrorCode.PATH_NOT_FOUND);
    }
  }

  @Test
  void outsideGitThereIsNone() {
    GitRepo.requireGit();
    try (var workspace = Workspace.open(folder);
        var git = new Git(workspace, folder.resolve("data"))) {
      assertThat(code(git, "", "HEAD")).isEqualTo(ErrorCode.GIT_OPERATION_FAILED);
    }
  }

  private static FileHistory ask(Git git, String path, String revision) {
    return git.history(path, true, revision, 0, 10, CancelToken.create());
  }

  private static ErrorCode code(Git git, String path, String revision) {
    var thrown = new ErrorCode[1];
    assertThatThrownBy(() -> ask(git, path, revision))
        .isInstanceOfSatisfying(CodeintelException.class, e -> thrown[0] = e.code());
    return thrown[0];
  }
}
