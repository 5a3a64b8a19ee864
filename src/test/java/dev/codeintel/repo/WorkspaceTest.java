package dev.codeintel.repo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.Progress;
import dev.codeintel.testkit.GitRepo;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkspaceTest {

  /** A user's global ignore file must not decide what these tests see. */
  static final Map<String, String> NOBODY =
      Map.of("HOME", "/nonexistent", "GIT_CONFIG_GLOBAL", "/dev/null");

  @TempDir Path temp;

  /** A sub-directory as repository root broke every call. */
  @Test
  void aFolderInsideOpensTheWorkTreeAroundIt() {
    var repo = GitRepo.init(temp.resolve("r")).write("src/a/B.java", "class B {}\n");
    var head = repo.commitAll("first");
    try (var workspace = Workspace.open(repo.root().resolve("src/a"), NOBODY)) {
      assertThat(workspace.root()).isEqualTo(repo.root());
      assertThat(workspace.headCommit()).contains(head);
      var listing = workspace.list(CancelToken.create(), Progress.NONE);
      assertThat(listing.files()).extracting(SourceFile::path).containsExactly("src/a/B.java");
      assertThat(listing.files().getFirst().language()).isEqualTo("java");
      assertThat(workspace.read("src/a/B.java").line(1)).isEqualTo("class B {}");
    }
  }
}
