package dev.codeintel.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.config.Limits;
import dev.codeintel.search.Mode;
import dev.codeintel.testkit.IndexedTree;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An hour of embedding began with the third-party code, since its folder sorts first. */
class EmbeddingOrderTest extends IndexTestBase {

  private static final int FILES = Limits.BLOCK_VECTORS_MAX + 40;

  @BeforeEach
  void manyFiles() {
    for (var i = 0; i < FILES; i++) {
      repo.write(path(i), "class Part%d {\n  int wheel%1$d;\n}\n".formatted(i));
    }
    age(repo.root());
  }

  private static String path(int i) {
    return "parts/Part%03d.java".formatted(i);
  }

  private static List<String> inOrderOfVectors(IndexedTree tree) {
    var generation = tree.index.generations().acquire().orElseThrow();
    try {
      var paths = new ArrayList<String>();
      for (var i = 0; i < generation.embedded(); i++) {
        paths.add(generation.chunk(generation.embeddedDocument(i)).path());
      }
      return paths;
    } finally {
      generation.release();
    }
  }

  @Test
  void filesOfTheNewestCommitsAreEmbeddedFirstAndTheRestInOrderOfPaths() {
    repo.git("add", path(290));
    repo.git("commit", "-q", "-m", "older");
    repo.git("add", path(123));
    repo.git("commit", "-q", "-m", "newer");
    embedder.callers(1); // or batches overtake each other
    try (var tree = tree()) {
      tree.run();
      var order = inOrderOfVectors(tree);
      assertThat(order).hasSize(FILES + 3);
      assertThat(order.subList(0, 7))
          .containsExactly(
              path(123),
              path(290),
              "docs/guide.md",
              "src/Cache.java",
              "src/Parser.java",
              path(0),
              path(1));
      assertEveryVectorIsThatOfItsText(tree);
    }
  }

  @Test
  void whatIsFoundDoesNotDependOnTheOrder() {
    try (var byPath = new IndexedTree(repo.root(), folder.resolve("by path"), embedder)) {
      byPath.run();
      repo.git("add", path(290), path(17));
      repo.git("commit", "-q", "-m", "two of them");
      try (var byDate = new IndexedTree(repo.root(), folder.resolve("by date"), embedder)) {
        byDate.run();
        assertThat(inOrderOfVectors(byDate)).isNotEqualTo(inOrderOfVectors(byPath));
        assertThat(inOrderOfVectors(byDate))
            .containsExactlyInAnyOrderElementsOf(inOrderOfVectors(byPath));
        for (var query : List.of("wheel17", "evict the oldest", "planets", "class part int")) {
          for (var mode : Mode.values()) {
            assertThat(byDate.search(query, mode).findings())
                .as("%s, %s", query, mode)
                .isEqualTo(byPath.search(query, mode).findings());
          }
        }
      }
    }
  }
}
