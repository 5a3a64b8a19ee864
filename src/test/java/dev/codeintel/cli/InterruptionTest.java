package dev.codeintel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class InterruptionTest {

  /** Ctrl-C waited for work that waited for a server, and only SIGKILL ended it. */
  @Test
  void theProcessWaitsForItsWorkNoLongerThanItsPatience() throws Exception {
    try (var interruption = new Interruption(Duration.ofMillis(1))) {
      CompletableFuture.runAsync(interruption::stop).get(60, TimeUnit.SECONDS);
      assertThat(interruption.token().isCancelled()).isTrue();
    }
  }
}
