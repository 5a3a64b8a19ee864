package dev.codeintel.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.LogLevel;
import dev.codeintel.ops.Metrics;
import dev.codeintel.testkit.Jar;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MeasuredTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @BeforeEach
  void log() {
    Log.configure(LogLevel.INFO, false, out);
    assertThat(Log.flush(LONG)).isTrue(); // of what other tests said there may be a full queue
  }

  @AfterEach
  void backToStderr() {
    Log.configure(LogLevel.INFO, false, System.err);
  }

  /** Users look for this event by its name and fields. */
  @Test
  void whatWasDoneIsLoggedAndMeasured() {
    assertThat(Measured.timed("measured well", "src/a b.c", () -> 7)).isEqualTo(7);
    assertThat(lines())
        .singleElement()
        .asString()
        .matches(
            ".* INFO  Git operation completed operation=\"measured well\" path=\"src/a b.c\""
                + " duration_ms=\\d+\\.\\d");
    assertCounted("measured well", 1);
  }

  /** A thousand wrong paths, each refused at once, hid that blame took seconds. */
  @Test
  void whatWasRefusedIsLoggedOnly() {
    var unknown = new CodeintelException(ErrorCode.PATH_NOT_FOUND, "nope does not exist.");
    assertThatThrownBy(() -> Measured.timed("measured badly", "nope", () -> fail(unknown)))
        .isSameAs(unknown);
    Measured.timed("measured badly", "there", () -> 7);
    assertThat(lines())
        .hasSize(2)
        .first()
        .asString()
        .matches(
            ".* INFO  Git operation refused .* code=path-not-found reason=\"nope does not exist.\"");
    assertCounted("measured badly", 1);
  }

  @Test
  void whatFailedIsWarnedOfAndMeasured() {
    for (var failure :
        List.of(
            new CodeintelException(ErrorCode.TIMEOUT, "late"),
            new CodeintelException(ErrorCode.GIT_OPERATION_FAILED, "corrupt"),
            new IllegalStateException("a mistake"),
            new StackOverflowError())) {
      assertThatThrownBy(() -> Measured.timed("measured late", "a", () -> fail(failure)))
          .isSameAs(failure);
    }
    assertThat(lines()).hasSize(4).allMatch(line -> line.contains("WARN  Git operation failed"));
    assertThat(lines().getLast()).contains("code=internal reason=null");
    assertCounted("measured late", 4);
  }

  private static int fail(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) failure;
  }

  private List<String> lines() {
    assertThat(Log.flush(LONG)).isTrue();
    return out.toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.contains("operation=\"measured"))
        .toList();
  }

  /** Notes come a moment after what they tell of. */
  private static void assertCounted(String operation, long expected) {
    Jar.await("it is measured", () -> counted(operation) >= expected);
    assertThat(counted(operation)).isEqualTo(expected);
  }

  private static long counted(String operation) {
    return Metrics.registry().scrape("codeintel_git_operation_duration_seconds"::equals).stream()
        .flatMap(metric -> ((HistogramSnapshot) metric).getDataPoints().stream())
        .filter(point -> operation.equals(point.getLabels().get("operation")))
        .mapToLong(point -> point.getCount())
        .sum();
  }
}
