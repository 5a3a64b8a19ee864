package dev.codeintel.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.repo.Workspace;
import dev.codeintel.testkit.GitRepo;
import java.nio.file.Path;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObjectsTest {

  /**
   * A blame that had begun before git packed anew now and then ended with "Pack file invalid": JGit
   * asks the pack that it found an object in last, also after another reader has seen that it is
   * gone.
   */
  @Test
  void sizesAreFoundAfterTheirPackIsGone(@TempDir Path folder) throws Exception {
    var repo = GitRepo.init(folder).write("a", "one\n");
    repo.commitAll("first");
    repo.git("gc", "-q");
    var blob = ObjectId.fromString(repo.git("rev-parse", "HEAD:a").strip());
    try (var workspace = Workspace.open(repo.root());
        var earlier = new Objects(workspace.repository().orElseThrow(), CancelToken.create());
        var later = new Objects(workspace.repository().orElseThrow(), CancelToken.create())) {
      assertThat(earlier.size(blob)).isEqualTo(4);
      repo.write("b", "two\n").commitAll("second");
      repo.git("gc", "-q", "--prune=now");
      var second = ObjectId.fromString(repo.git("rev-parse", "HEAD:b").strip());
      // Sees that the first pack is gone, and closes it.
      assertThat(later.size(second)).isEqualTo(4);
      assertThat(earlier.size(blob)).isEqualTo(4);
      assertThat(earlier.blob(blob, 10)).asString().isEqualTo("one\n");
    }
  }
}
