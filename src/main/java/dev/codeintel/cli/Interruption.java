package dev.codeintel.cli;

import dev.codeintel.ops.CancelToken;
import java.util.concurrent.CountDownLatch;

/**
 * Ctrl-C and SIGTERM: asks the work to stop, and keeps the process until it has, so that what was
 * done is kept. To be closed when the work is done.
 */
final class Interruption implements AutoCloseable {

  private final CancelToken cancel = CancelToken.create();
  private final CountDownLatch done = new CountDownLatch(1);

  Interruption() {
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().name("interruption").unstarted(this::stop));
  }

  private void stop() {
    cancel.cancel();
    try {
      done.await();
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
