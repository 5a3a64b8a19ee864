package dev.codeintel.cli;

import dev.codeintel.ops.CancelToken;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and SIGTERM: asks the work to stop, and keeps the process until it has, for a while: what
 * was committed is kept in any case. To be closed when the work is done.
 */
final class Interruption implements AutoCloseable {

  /** Work may stand in a merge, or wait for a server that does not answer. */
  private static final Duration LAST_WORK = Duration.ofSeconds(10);

  private final Duration patience;
  private final CancelToken cancel = CancelToken.create();
  private final CountDownLatch done = new CountDownLatch(1);

  Interruption() {
    this(LAST_WORK);
  }

  /**
   * @param patience how long the process waits for its work
   */
  Interruption(Duration patience) {
    this.patience = patience;
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().name("interruption").unstarted(this::stop));
  }

  /** What the hook does. */
  void stop() {
    cancel.cancel();
    try {
      var _ = done.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a shutdown", e);
    }
  }

  CancelToken token() {
    return cancel;
  }

  @Override
  public void close() {
    done.countDown();
  }
}
