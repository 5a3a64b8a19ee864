package dev.codeintel.repo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.testkit.GitRepo;
import java.nio.file.Path;
import org.eclipse.jgit.lib.ObjectReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** JGit's memory: a share of the heap, whatever its size. */
class GitTuningTest {

  private static final long MEBI = 1L << 20;

  /** A small heap was filled by caches; a large one left them at JGit's 10 MB. */
  @ParameterizedTest
  @CsvSource({"64, 10, 10, 8", "512, 32, 16, 16", "2048, 128, 64, 50", "65536, 128, 64, 50"})
  void cachesAreAShareOfTheHeap(long heap, long windows, long deltaBases, long object) {
    var config = GitTuning.forHeap(heap * MEBI);

    assertThat(config.getPackedGitLimit()).isEqualTo(windows * MEBI);
    assertThat(config.getDeltaBaseCacheLimit()).isEqualTo((int) (deltaBases * MEBI));
    assertThat(config.getStreamFileThreshold()).isEqualTo((int) (object * MEBI));
  }

  /** One interrupted reader of a mapped pack made all later reads of it fail. */
  @Test
  void packsAreNotMapped() {
    assertThat(GitTuning.forHeap(Long.MAX_VALUE).isPackedGitMMAP()).isFalse();
  }

  /** The settings were made, and never given to JGit. */
  @Test
  void jgitHasTheSettings(@TempDir Path folder) {
    GitRepo.init(folder).write("a", "a").commitAll("a");
    try (var workspace = Workspace.open(folder);
        var reader = workspace.repository().orElseThrow().newObjectReader()) {
      assertThat(reader)
          .extracting(ObjectReader::getStreamFileThreshold)
          .isEqualTo(GitTuning.forHeap(Runtime.getRuntime().maxMemory()).getStreamFileThreshold());
    }
  }
}
