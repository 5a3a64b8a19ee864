package dev.codeintel.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.ops.CancelToken;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WorkersTest {

  private static final int THREADS = 2;

  /**
   * A thread that was interrupted while it closed the workers passed that on to them, and an
   * interrupt closes the files that a worker has open for all others.
   */
  @Test
  void whoeverClosesThemInterruptsNoWork() throws Exception {
    var workers = new Workers("test", THREADS);
    var begun = new CountDownLatch(1);
    var mayEnd = new CountDownLatch(1);
    var stillInterrupted = new AtomicBoolean();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var work =
          threads.submit(
              () -> workers.run(() -> endsUndisturbed(begun, mayEnd), CancelToken.create()));
      begun.await();
      var closer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    Thread.currentThread().interrupt();
                    workers.close();
                    stillInterrupted.set(Thread.currentThread().isInterrupted());
                  });
      while (closer.isInterrupted() || closer.getState() != Thread.State.TIMED_WAITING) {
        Thread.onSpinWait();
      }
      mayEnd.countDown();

      assertThat(work.get()).isTrue();
      closer.join();
      assertThat(stillInterrupted).isTrue();
    }
  }

  /** A failure was passed on while other threads still used what its receiver then closed. */
  @Test
  void slicesEndBeforeTheirFailureIsTold() {
    try (var workers = new Workers("test", THREADS)) {
      var running = new AtomicInteger();
      var done = new AtomicInteger();
      assertThatThrownBy(
              () ->
                  workers.runInSlices(
                      THREADS,
                      () -> {
                        running.incrementAndGet();
                        try {
                          if (done.incrementAndGet() == 10) {
                            throw new IllegalArgumentException("the tenth");
                          }
                          return true;
                        } finally {
                          running.decrementAndGet();
                        }
                      }))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the tenth");
      assertThat(running).hasValue(0);

      done.set(100);
      workers.runInSlices(THREADS, () -> done.decrementAndGet() > 0);
      assertThat(done.get()).isLessThanOrEqualTo(0);
    }
  }

  /** While one slice took long, the listing of a tree, the other threads had one slice each. */
  @Test
  void aLongSliceHoldsUpNoOthers() {
    try (var workers = new Workers("test", THREADS)) {
      var begun = new AtomicBoolean();
      var others = new CountDownLatch(100);
      var sawThem = new AtomicBoolean();
      workers.runInSlices(
          THREADS,
          () -> {
            if (begun.getAndSet(true)) {
              others.countDown();
              return others.getCount() > 0;
            }
            sawThem.set(await(others));
            return false;
          });
      assertThat(sawThem).isTrue();
    }
  }

  /** Work that took memory for one thread was done by all there are. */
  @Test
  void slicesOfOneWorkRunOnNoMoreThreadsThanAsked() {
    try (var workers = new Workers("test", 4)) {
      var running = new AtomicInteger();
      var most = new AtomicInteger();
      var left = new AtomicInteger(1_000);
      workers.runInSlices(
          THREADS,
          () -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            Thread.yield();
            running.decrementAndGet();
            return left.decrementAndGet() > 0;
          });
      assertThat(left.get()).isLessThanOrEqualTo(0);
      assertThat(most.get()).isBetween(1, THREADS);
    }
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      return false;
    }
  }

  private static boolean endsUndisturbed(CountDownLatch begun, CountDownLatch mayEnd) {
    begun.countDown();
    try {
      mayEnd.await();
      return !Thread.currentThread().isInterrupted();
    } catch (InterruptedException e) {
      return false;
    }
  }
}
