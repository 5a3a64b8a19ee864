package dev.codeintel.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.config.Settings;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.LogLevel;
import dev.codeintel.testkit.FakeVllm;
import dev.codeintel.testkit.Jar;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EmbeddersTest {

  private final FakeVllm server = new FakeVllm();

  @AfterEach
  void stop() {
    server.close();
    Log.configure(LogLevel.INFO, false, System.err);
  }

  private Embedders embedders() {
    return new Embedders(server.settings(Map.of()));
  }

  private static Optional<Embedder> get(Embedders embedders) {
    return embedders.get(CancelToken.create());
  }

  @Test
  void theServerIsOpenedOnceAndOnlyWhenItIsNeeded() {
    try (var embedders = embedders()) {
      assertThat(server.peer().accepted()).isZero();
      var first = get(embedders).orElseThrow();
      assertThat(get(embedders)).containsSame(first);
      assertThat(server.peer().requests()).hasSize(3);
    }
  }

  @Test
  void theModelOfTheProcessAndNoneAreHadWithoutAServer() {
    var local = Settings.load(Optional.empty(), Map.of("HOME", "/nonexistent"));
    try (var embedders = new Embedders(local)) {
      assertThat(get(embedders).orElseThrow()).isInstanceOf(OnnxEmbedder.class);
    }
    var none = Settings.load(Optional.empty(), Map.of("HOME", "/nonexistent", "EMBEDDER", "none"));
    try (var embedders = new Embedders(none)) {
      assertThat(get(embedders)).isEmpty();
    }
  }

  /** Each call paid for the outage by itself: six tries, one call after the other. */
  @Test
  void anOutageIsPaidForOnceAndEnds() {
    server.health((_, reply) -> reply.send(503, ""));
    try (var embedders = embedders()) {
      for (var i = 0; i < 20; i++) {
        assertThatThrownBy(() -> get(embedders))
            .isInstanceOf(EmbeddingException.class)
            .hasMessageContaining("answered 503");
      }
      assertThat(server.peer().requests().size()).isBetween(1, 10);
      server.health((_, reply) -> reply.send(200, ""));
      Jar.await("the server is used", () -> isThere(embedders));
    }
  }

  private static boolean isThere(Embedders embedders) {
    try {
      return get(embedders).isPresent();
    } catch (EmbeddingException e) {
      return false;
    }
  }

  @Test
  void aCancelEndsTheWaitForTheServerAlsoOfOthers() throws Exception {
    var cancel = CancelToken.create();
    server.health(
        (_, reply) -> {
          cancel.cancel();
          reply.stall();
        });
    try (var embedders = embedders();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var first = threads.submit(() -> codeOf(embedders, cancel));
      var second = threads.submit(() -> codeOf(embedders, cancel));
      assertThat(first.get()).isEqualTo(ErrorCode.CANCELLED);
      assertThat(second.get()).isEqualTo(ErrorCode.CANCELLED);
    }
  }

  private static ErrorCode codeOf(Embedders embedders, CancelToken cancel) {
    try {
      embedders.get(cancel);
      throw new AssertionError("it was opened");
    } catch (CodeintelException e) {
      return e.code();
    }
  }

  @Test
  void aServerThatHangsIsGivenUpBeforeTheQueryIs() {
    server.health((_, reply) -> reply.stall());
    var settings = server.settings(Map.of("QUERY_TIMEOUT_S", "4"));
    try (var embedders = new Embedders(settings)) {
      var deadline = CancelToken.withDeadline(Duration.ofSeconds(4));
      assertThatThrownBy(() -> embedders.get(deadline))
          .isInstanceOf(EmbeddingException.class)
          .hasMessageContaining("no answer in");
    }
  }

  /** Users of the system before look for this line. */
  @Test
  void closeSaysHowManyConnectionsItWaitedFor() {
    var out = new ByteArrayOutputStream();
    Log.configure(LogLevel.INFO, false, System.err);
    assertThat(Log.flush(Duration.ofMinutes(1))).isTrue(); // what others said
    Log.configure(LogLevel.INFO, false, out);
    var embedders = embedders();
    get(embedders);
    embedders.close();
    embedders.close();
    assertThat(Log.flush(Duration.ofMinutes(1))).isTrue();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .containsOnlyOnce("Closed VLLMClient HTTP connections")
        .contains("open_connections=0");
    var other = embedders();
    other.close();
    assertThatThrownBy(() -> get(other)).isInstanceOf(IllegalStateException.class);
  }
}
