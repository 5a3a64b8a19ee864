package dev.codeintel.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.repo.Workspace;
import dev.codeintel.testkit.GitRepo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecentFilesTest {

  @TempDir Path folder;

  private static List<String> recent(Path root) {
    try (var workspace = Workspace.open(root)) {
      return RecentFiles.of(workspace, CancelToken.create());
    }
  }

  @Test
  void filesOfTheNewestCommitsComeFirst() throws IOException {
    var repo = GitRepo.init(folder.resolve("repo"));
    repo.write("a.txt", "a\n").write("b/b.txt", "b\n").write("b/c.txt", "c\n");
    repo.write("gone.txt", "gone\n").write("moved/x.txt", "x\n").commitAll("first");
    repo.write("b/c.txt", "c, changed\n").commitAll("second");
    Files.delete(repo.root().resolve("gone.txt"));
    Files.move(repo.root().resolve("moved"), repo.root().resolve("here"));
    repo.commitAll("third");
    assertThat(recent(repo.root()))
        .containsExactly("here/x.txt", "b/c.txt", "a.txt", "b/b.txt", "gone.txt", "moved/x.txt");
  }

  /**
   * As {@code git log} has them: a merge is passed, both its sides are looked at by their dates.
   */
  @Test
  void bothSidesOfAMergeAreLookedAtByTheirDates() {
    var repo = GitRepo.init(folder.resolve("repo"));
    repo.write("base", "1\n").commitAll("base");
    repo.git("checkout", "-q", "-b", "side");
    repo.write("side-old", "1\n").commitAll("side, old");
    repo.git("checkout", "-q", "main");
    repo.write("main-middle", "1\n").commitAll("main, middle");
    repo.git("checkout", "-q", "side");
    repo.write("side-new", "1\n").commitAll("side, new");
    repo.git("checkout", "-q", "main");
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "side");
    assertThat(recent(repo.root())).containsExactly("side-new", "main-middle", "side-old", "base");
    assertThat(recent(repo.root()))
        .isEqualTo(
            repo.git("log", "--format=", "--name-only", "--no-renames")
                .lines()
                .filter(line -> !line.isBlank())
                .distinct()
                .toList());
  }

  /** Where a shallow clone ends, every file looked as if that commit had brought it. */
  @Test
  void theEndOfAShallowCloneSaysNothing() {
    var origin = GitRepo.init(folder.resolve("origin"));
    origin.write("a", "1\n").write("b", "1\n").commitAll("first");
    origin.write("b", "2\n").commitAll("second");
    origin.write("c", "1\n").commitAll("third");
    var shallow = folder.resolve("shallow");
    origin.git("clone", "-q", "--depth=2", "file://" + origin.root(), shallow.toString());
    assertThat(recent(shallow)).containsExactly("c");
  }

  /** Nobody asked for a history: without one files are embedded in the order of their paths. */
  @Test
  void whereNothingCanBeKnownNothingIsSaid() throws IOException {
    var plain = Files.createDirectories(folder.resolve("plain"));
    assertThat(recent(plain)).isEmpty();
    var unborn = GitRepo.init(folder.resolve("unborn"));
    assertThat(recent(unborn.root())).isEmpty();

    var damaged = GitRepo.init(folder.resolve("damaged"));
    damaged.write("old", "1\n").commitAll("first");
    var tree = damaged.git("rev-parse", "HEAD^{tree}").strip();
    damaged.write("new", "1\n").commitAll("second");
    damaged.write("newest", "1\n").commitAll("third");
    Files.delete(
        damaged.root().resolve(".git/objects/" + tree.substring(0, 2) + "/" + tree.substring(2)));
    assertThat(recent(damaged.root())).containsExactly("newest");
  }

  @Test
  void aCancelledRunIsToldSo() {
    var repo = GitRepo.init(folder.resolve("repo"));
    repo.write("a", "1\n").commitAll("first");
    var cancel = CancelToken.create();
    cancel.cancel();
    try (var workspace = Workspace.open(repo.root())) {
      assertThatThrownBy(() -> RecentFiles.of(workspace, cancel))
          .isInstanceOfSatisfying(
              CodeintelException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
    }
  }
}
