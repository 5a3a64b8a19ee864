package dev.codeintel.cli;

import dev.codeintel.ops.Log;
import java.time.Duration;

/**
 * How a server ends, on SIGTERM too: it closes what it has open, but not at any price. A thread
 * that hangs in the repository, on a network folder that is gone for one, would keep the process
 * for ever; all that is kept on disk survives a process that just stops.
 */
final class Shutdown {

  private static final Duration AT_MOST = Duration.ofSeconds(30);
  private static final Duration LAST_LOG_LINES = Duration.ofMillis(500);

  private Shutdown() {}

  /**
   * @param close runs when the process ends; closing twice must be no error
   */
  static void closing(Runnable close) {
    closing(close, AT_MOST);
  }

  static void closing(Runnable close, Duration atMost) {
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().unstarted(() -> closeOrHalt(close, atMost)));
  }

  private static void closeOrHalt(Runnable close, Duration atMost) {
    var closing = Thread.ofPlatform().daemon().start(close);
    try {
      if (!closing.join(atMost)) {
        Log.warning("Work did not end, so the process stops without it", "after", atMost);
        Log.flush(LAST_LOG_LINES);
        Runtime.getRuntime().halt(ExitCode.FAILED);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the end", e);
    }
  }
}
