package dev.codeintel.faiss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class InFlightTest {

  private final InFlight inFlight = new InFlight("It");
  private final AtomicInteger freed = new AtomicInteger();

  /** Freeing under a running call ends the process; freeing twice does too. */
  @Test
  void freesOnceAndAfterTheLastCall() throws Exception {
    var closing = new CountDownLatch(1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var flight = inFlight.shared();
      var closed =
          threads.submit(
              () -> {
                closing.countDown();
                inFlight.close(freed::incrementAndGet);
              });
      closing.await();
      refusedWhenClosing();
      assertThat(freed).hasValue(0);
      assertThat(closed.isDone()).isFalse();
      flight.close();
      closed.get(60, TimeUnit.SECONDS);
      assertThat(freed).hasValue(1);
      inFlight.close(freed::incrementAndGet);
      assertThat(freed).hasValue(1);
    }
  }

  /** A callback of a call that closed or changed the index would wait for itself for ever. */
  @Test
  void refusesToWaitForItsOwnCaller() {
    try (var _ = inFlight.shared();
        var _ = inFlight.shared()) {
      assertThatIllegalStateException().isThrownBy(() -> inFlight.close(freed::incrementAndGet));
      assertThatIllegalStateException().isThrownBy(inFlight::exclusive);
    }
    try (var _ = inFlight.exclusive();
        var _ = inFlight.shared()) {
      assertThat(freed).hasValue(0);
    }
    inFlight.close(freed::incrementAndGet);
    assertThat(freed).hasValue(1);
    assertThatIllegalStateException().isThrownBy(inFlight::shared).withMessage("It is closed.");
    assertThatIllegalStateException().isThrownBy(inFlight::exclusive);
  }

  /** Calls that came during a close delayed it without end. */
  private void refusedWhenClosing() {
    while (true) {
      try (var flight = inFlight.shared()) {
        assertThat(flight).isNotNull();
        Thread.onSpinWait(); // the closing thread has not marked it yet
      } catch (IllegalStateException e) {
        assertThat(e).hasMessage("It is closed.");
        return;
      }
    }
  }
}
