package dev.codeintel.mcp;

import static dev.codeintel.mcp.ToolClient.child;
import static dev.codeintel.mcp.ToolClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.embed.EmbeddingException;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.Progress;
import dev.codeintel.tool.FakeBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The index brought up to date as clients ask for it. */
class ReindexToolTest {

  private final FakeBackend backend = new FakeBackend();
  private final ToolClient client = new ToolClient(backend);
  private final List<Boolean> full = new CopyOnWriteArrayList<>();
  private final CountDownLatch goOn = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  @AfterEach
  void close() {
    goOn.countDown();
    backend.close();
  }

  /** A run that ends when it is told to. */
  private void runWaits() {
    backend.willIndex(
        (isFull, _) -> {
          full.add(isFull);
          await(goOn);
          ended.countDown();
          return false;
        });
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void withoutWaitItAnswersAtOnceWithTheRun() {
    runWaits();
    var result = client.call("reindex", Map.of("mode", "full"));
    var values = child(result, "structuredContent");
    assertThat(values).containsOnlyKeys("run_id", "state", "notes");
    assertThat(values).containsEntry("state", "indexing");
    // The status of this test tells of a run of process 7.
    assertThat(values.get("notes").toString()).contains("Process 7 is indexing");
    assertThat(text(result)).contains("state: indexing", "run_id: " + values.get("run_id"));
    goOn.countDown();
    await(ended);
    assertThat(full).containsExactly(true);
  }

  @Test
  void withWaitItAnswersWithTheStatusWhenTheRunIsOver() {
    var status = client.values("index_status", Map.of());
    backend.willIndex(
        (isFull, _) -> {
          full.add(isFull);
          return full.size() < 2;
        });
    var values = client.values("reindex", Map.of("wait", true));
    assertThat(values)
        .containsKey("run_id")
        .doesNotContainKey("notes")
        .containsAllEntriesOf(status);
    assertThat(full).containsExactly(false, false);
  }

  /** A run of an hour was an error after thirty seconds. */
  @Test
  void whenTheTimeIsUpTheRunGoesOnAndTheAnswerSaysSo() {
    runWaits();
    var late = new ToolClient(backend, Duration.ofSeconds(1));
    var values = late.values("reindex", Map.of("wait", true));
    assertThat(values)
        .containsEntry("state", "indexing")
        .containsKeys("run_id", "files", "progress");
    assertThat(values.get("notes").toString()).contains("goes on", "QUERY_TIMEOUT_S", "Process 7");
    assertThat(ended.getCount()).isEqualTo(1);
    goOn.countDown();
    await(ended);
    assertThat(full).containsExactly(false);
  }

  /** One client that went away ended the run that all the others waited for. */
  @Test
  void whoLeavesDoesNotEndTheRun() {
    runWaits();
    var cancel = CancelToken.create();
    var told = new ArrayList<String>();
    Progress leaving =
        (phase, done, total) -> {
          told.add("%s %d of %d".formatted(phase, done, total));
          cancel.cancel();
        };
    var leaver = client.with(cancel, leaving, Optional.empty());
    var error = leaver.error("reindex", Map.of("wait", true));
    assertThat(error).containsEntry("code", "cancelled");
    assertThat(told).containsExactly("embedding 85 of 340");
    assertThat(ended.getCount()).isEqualTo(1);
    goOn.countDown();
    await(ended);
  }

  @Test
  void whatEndsTheRunIsTheAnswer() {
    backend.willIndex(
        (_, _) -> {
          throw new EmbeddingException("The server at http://127.0.0.1:9/v1 does not answer.");
        });
    var error = client.error("reindex", Map.of("wait", true));
    assertThat(error).containsEntry("code", "embedding-unavailable");
    assertThat((String) error.get("message")).contains("does not answer");
  }

  /** "Merged" was said of nothing. */
  @Test
  void mergeSaysThatThereIsNothingToMerge() {
    backend.willIndex(
        (_, _) -> {
          throw new AssertionError("a merge reads no file");
        });
    var values = client.values("reindex", Map.of("mode", "merge"));
    assertThat(values).containsOnlyKeys("state", "notes").containsEntry("state", "indexing");
    assertThat(values.get("notes").toString()).contains("nothing to merge");
    var status = client.values("index_status", Map.of());
    var waited = client.values("reindex", Map.of("mode", "merge", "wait", true));
    assertThat(waited)
        .containsKey("notes")
        .doesNotContainKey("run_id")
        .containsAllEntriesOf(status);
  }

  @Test
  void anUnknownModeIsRefused() {
    var error = client.error("reindex", Map.of("mode", "again"));
    assertThat(error).containsEntry("code", "invalid-argument");
    assertThat((String) error.get("message")).contains("incremental, full, merge");
  }
}
