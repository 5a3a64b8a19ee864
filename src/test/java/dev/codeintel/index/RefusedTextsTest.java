package dev.codeintel.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.Progress;
import dev.codeintel.search.Mode;
import dev.codeintel.testkit.WordsEmbedder;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One file that the model could not read kept a whole repository without vectors. */
class RefusedTextsTest extends IndexTestBase {

  @BeforeEach
  void poison() {
    repo.write("a/first.md", "# First\n\nThis one is unembeddable.\n");
    repo.write("z/last.md", "# Last\n\nThis too is unembeddable, and different.\n");
    repo.write("z/same.md", "# Last\n\nThis too is unembeddable, and different.\n");
    age(repo.root());
  }

  private static RunReport run(Indexer indexer) {
    return indexer.run(false, Optional.empty(), CancelToken.create(), Progress.NONE);
  }

  @Test
  void theRestIsEmbeddedAndTheRefusedAreCounted() {
    try (var tree = tree()) {
      var report = run(tree.indexer());
      assertThat(report.missing()).isZero();
      assertThat(report.isPart()).isFalse();
      assertThat(report.embedded()).isEqualTo(report.chunks() - 3);
      assertThat(IndexStatus.of(tree.index).skipped()).isEqualTo(Map.of("refused-by-model", 3));
      assertThat(IndexStatus.of(tree.index).embeddedShare()).isEqualTo(1);
      assertThat(tree.paths("planets sun", Mode.SEMANTIC).getFirst()).isEqualTo("docs/guide.md");
      assertThat(tree.paths("unembeddable", Mode.LEXICAL)).contains("a/first.md", "z/last.md");
      var generation = tree.index.generations().acquire().orElseThrow();
      for (var i = 0; i < generation.embedded(); i++) {
        var doc = generation.embeddedDocument(i);
        assertThat(generation.vector(doc).orElseThrow().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED))
            .isEqualTo(WordsEmbedder.vector(generation.chunk(doc).chunk().text()));
      }
      generation.release();
    }
  }

  /** Each run asked for them again, found news, and was followed by another run. */
  @Test
  void aRunThatMeetsOnlyTheRefusedSaysNothingNew() {
    try (var tree = tree()) {
      var indexer = tree.indexer();
      run(indexer);
      var asked = embedder.documents.get();
      var second = run(indexer);
      assertThat(second.committed()).isFalse();
      assertThat(second.embedded()).isZero();
      assertThat(embedder.documents.get()).isEqualTo(asked);
      assertThat(run(tree.indexer()).committed()).isFalse(); // another process
      assertThat(IndexStatus.of(tree.index).skipped()).isEqualTo(Map.of("refused-by-model", 3));
    }
  }

  @Test
  void aTextThatWasMendedIsCountedNoMore() {
    try (var tree = tree()) {
      var indexer = tree.indexer();
      run(indexer);
      repo.write("a/first.md", "# First\n\nThis one is fine.\n");
      run(indexer);
      assertThat(IndexStatus.of(tree.index).skipped()).isEqualTo(Map.of("refused-by-model", 2));
      repo.write("z/last.md", "# Last\n\nThis too.\n");
      repo.write("z/same.md", "# Last\n\nThis too.\n");
      assertThat(run(indexer).missing()).isZero();
      assertThat(IndexStatus.of(tree.index).skipped()).isEmpty();
    }
  }
}
