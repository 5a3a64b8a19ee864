package dev.codeintel.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.ops.Log;
import dev.codeintel.ops.LogLevel;
import dev.codeintel.search.Mode;
import dev.codeintel.testkit.IndexedTree;
import dev.codeintel.testkit.WordsEmbedder;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A model switch at equal dimension silently broke search. */
class ModelChangeTest extends IndexTestBase {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @AfterEach
  void backToStderr() {
    Log.configure(LogLevel.INFO, false, System.err);
  }

  private String said() {
    assertThat(Log.flush(Duration.ofMinutes(1))).isTrue();
    var text = out.toString(StandardCharsets.UTF_8);
    out.reset();
    return text;
  }

  @Test
  void anotherModelGetsAStoreOfItsOwnAndSaysWhatItCosts() {
    Log.configure(LogLevel.WARNING, false, out);
    try (var first = tree()) {
      assertThat(first.run().embedded()).isEqualTo(3);
    }
    assertThat(said()).doesNotContain("another model");
    try (var second = new IndexedTree(repo.root(), data, new WordsEmbedder("words/2"))) {
      assertThat(second.run().embedded()).isEqualTo(3);
      assertThat(said())
          .containsOnlyOnce("Embedding with another model")
          .contains("model=words/2 chunks=3 tokens=4", "kept=\"the vectors of one other\"");
      repo.write("new.md", "Something new.\n");
      assertThat(second.run().embedded()).isEqualTo(1);
      assertThat(said()).doesNotContain("another model");
      assertThat(second.paths("planets sun", Mode.SEMANTIC).getFirst()).isEqualTo("docs/guide.md");
    }
    try (var first = tree()) {
      assertThat(first.run().embedded()).isEqualTo(1);
    }
    assertThat(said()).doesNotContain("another model");
  }
}
