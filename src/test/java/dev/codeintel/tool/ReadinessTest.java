package dev.codeintel.tool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.index.IndexStatus;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Readiness was always 200, and "ready" with 5 % of the data after a kill. */
class ReadinessTest {

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "ABSENT, false, false, FAILED, there is none yet",
    "INDEXING, false, false, FAILED, first listing is not complete",
    "READY, false, false, FAILED, first listing is not complete",
    "DAMAGED, false, false, FAILED, codeintel index --full",
    "DAMAGED, true, false, FAILED, codeintel index --full",
    "INDEXING, true, true, OK, 'generation 3, 12 files, 25 % of the chunks'",
    "READY, true, true, OK, generation 3",
  })
  void anIndexIsOfUseOnceItListsEveryFile(
      IndexStatus.State state,
      boolean listed,
      boolean ready,
      Readiness.State check,
      String reason) {
    var backend = new Scripted(folder, status(state, listed, Optional.empty()));
    var readiness = Readiness.of(new Toolbox(List.of(), () -> backend));
    assertThat(readiness.ready()).isEqualTo(ready);
    assertThat(readiness.checks())
        .extracting(Readiness.Check::name)
        .containsExactly("repository", "index", "embedder");
    assertThat(readiness.checks().get(1).state()).isEqualTo(check);
    assertThat(readiness.checks().get(1).reason()).contains(reason);
    // Whoever waits for readiness before it sends calls would wait for ever.
    assertThat(backend.touched.get()).isEqualTo(listed ? 0 : 1);
  }

  @Test
  void withoutItsModelItIsOfLessUse() {
    var status = status(IndexStatus.State.READY, true, Optional.of("refused"));
    var readiness = Readiness.of(new Toolbox(List.of(), () -> new Scripted(folder, status)));
    assertThat(readiness.ready()).isTrue();
    assertThat(readiness.checks().get(2))
        .isEqualTo(
            new Readiness.Check(
                "embedder", Readiness.State.DEGRADED, "ranked by words alone: refused"));
  }

  @Test
  void aRepositoryThatCannotBeOpenedIsNamed() {
    var toolbox =
        new Toolbox(
            List.of(),
            () -> {
              throw new CodeintelException(ErrorCode.INVALID_ARGUMENT, "Name it with --repo.");
            });
    assertThat(Readiness.of(toolbox))
        .isEqualTo(
            new Readiness(
                false,
                List.of(
                    new Readiness.Check(
                        "repository", Readiness.State.FAILED, "Name it with --repo."))));
  }

  private static IndexStatus status(
      IndexStatus.State state, boolean listed, Optional<String> unavailable) {
    return new IndexStatus(
        state,
        12,
        340,
        listed,
        0.25,
        3,
        Optional.empty(),
        0,
        Map.of(),
        new IndexStatus.Vectors("none", 0, 0, 0, 0, 0),
        new IndexStatus.Model("model/1", 384, unavailable),
        Map.of(),
        Optional.empty(),
        0);
  }

  private static final class Scripted extends FakeBackend {

    private final IndexStatus status;

    Scripted(Path folder, IndexStatus status) {
      super(folder);
      this.status = status;
    }

    @Override
    public IndexStatus status() {
      return status;
    }
  }
}
