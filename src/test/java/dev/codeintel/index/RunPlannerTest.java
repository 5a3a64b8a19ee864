package dev.codeintel.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.chunk.Chunker;
import dev.codeintel.embed.Embedder;
import dev.codeintel.embed.EmbeddingException;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.Progress;
import dev.codeintel.repo.Workspace;
import dev.codeintel.testkit.TreeSnapshot;
import dev.codeintel.testkit.WordsEmbedder;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RunPlannerTest extends IndexTestBase {

  private RunPlan plan(Optional<Embedder> model) {
    try (var workspace = Workspace.open(repo.root())) {
      return new RunPlanner(workspace, data, new Chunker(2_200), model)
          .plan(CancelToken.create(), Progress.NONE);
    }
  }

  private RunPlan plan() {
    return plan(Optional.of(embedder));
  }

  @Test
  void tellsWhatAFirstRunWouldDoAndWritesNothing() {
    repo.write("image.bin", new byte[] {1, 0, 2, 0});
    repo.write(
        "copy/Cache.java",
        "class Parser {\n  void parse(String sentence) {\n    grammar.apply(sentence);\n  }\n}\n");
    var before = TreeSnapshot.of(repo.root());
    var plan = plan();
    assertThat(data).doesNotExist();
    assertThat(TreeSnapshot.of(repo.root())).isEqualTo(before);
    assertThat(plan.files()).isEqualTo(4);
    assertThat(plan.skipped()).isEqualTo(Map.of("binary", 1));
    assertThat(plan.chunks()).isEqualTo(4);
    assertThat(plan.embeddedChunks()).isZero();
    assertThat(plan.textsToEmbed()).as("two files are the same").isEqualTo(3);
    assertThat(plan.tokensToEmbed()).isPositive().isLessThan(plan.tokens());
    assertThat(plan.speed().orElseThrow().sampleTexts()).isEqualTo(3);
    assertThat(plan.speed().orElseThrow().tokensPerSecond()).isPositive();
    assertThat(plan.estimatedSeconds()).isPresent();
  }

  /** The numbers are those of the run that follows. */
  @Test
  void theRunDoesWhatThePlanSays() {
    var first = plan();
    try (var tree = tree()) {
      var report = tree.run();
      assertThat(report.chunks()).isEqualTo(first.chunks());
      assertThat(report.embedded()).isEqualTo(first.textsToEmbed());

      repo.write("src/Parser.java", "class Parser {\n  int other;\n}\n");
      var before = TreeSnapshot.of(data);
      var second = plan();
      assertThat(TreeSnapshot.of(data)).isEqualTo(before);
      assertThat(second.embeddedChunks()).isEqualTo(2);
      assertThat(second.textsToEmbed()).isEqualTo(1);
      assertThat(tree.run().embedded()).isEqualTo(1);

      var last = plan();
      assertThat(last.embeddedChunks()).isEqualTo(last.chunks());
      assertThat(last.speed()).as("nothing to try the model with").isEmpty();
      assertThat(last.estimatedSeconds()).isEmpty();
    }
  }

  /** A sample of many texts is not that of the first files. */
  @Test
  void theModelIsTriedWithTextsFromEverywhere() {
    for (var i = 0; i < 1_100; i++) {
      repo.write("many/File%d.txt".formatted(i), "number %d\n".formatted(i));
    }
    var plan = plan();
    assertThat(plan.textsToEmbed()).isEqualTo(1_103);
    assertThat(plan.speed().orElseThrow().sampleTexts()).isBetween(256, 512);
  }

  @Test
  void withoutAModelThereIsNothingToEmbed() {
    var plan = plan(Optional.empty());
    assertThat(plan.chunks()).isEqualTo(3);
    assertThat(plan.tokens()).isZero();
    assertThat(plan.textsToEmbed()).isZero();
    assertThat(plan.estimatedSeconds()).isEmpty();
  }

  @Test
  void textsThatTheModelRefusesDoNotCountAndAnOutageIsSaid() {
    repo.write("poison.txt", WordsEmbedder.POISON + "\n");
    assertThat(plan().speed().orElseThrow().sampleTexts()).isEqualTo(3);
    embedder.failAfter(0);
    assertThatThrownBy(this::plan).isInstanceOf(EmbeddingException.class);
    assertThat(data).doesNotExist();
  }
}
