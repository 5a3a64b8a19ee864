package dev.codeintel.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BackgroundIndexerTest {

  private static final Duration LONG = Duration.ofHours(1);

  private final AtomicInteger runs = new AtomicInteger();
  private final Semaphore started = new Semaphore(0);

  /** Who asked while a run was going on was forgotten when it ended. */
  @Test
  void aTouchDuringARunStartsAnother() throws InterruptedException {
    var goOn = new CountDownLatch(1);
    try (var indexer =
        new BackgroundIndexer(
            _ -> {
              started.release();
              await(goOn);
              return false;
            },
            Duration.ZERO,
            LONG)) {
      indexer.touch();
      awaitStart();
      indexer.touch();
      goOn.countDown();
      awaitStart();
    }
  }

  /** One text that overflowed the stack, and nothing was indexed until the next start. */
  @Test
  void anErrorEndsARunAndNotTheIndexer() throws InterruptedException {
    try (var indexer =
        new BackgroundIndexer(
            _ -> {
              started.release();
              throw new StackOverflowError("of this test");
            },
            Duration.ZERO,
            LONG)) {
      indexer.touch();
      awaitStart();
      indexer.touch();
      awaitStart();
    }
  }

  /** Every question made another try at a lock that another process had, or a server without. */
  @Test
  void touchesDoNotShortenThePauseBetweenTwoTries() throws InterruptedException {
    try (var indexer =
        new BackgroundIndexer(
            _ -> {
              runs.incrementAndGet();
              started.release();
              throw new CodeintelException(ErrorCode.BUSY, "Another run has the lock.");
            },
            LONG,
            Duration.ofMillis(200))) {
      indexer.touch();
      awaitStart();
      for (var i = 0; i < 1_000; i++) {
        indexer.touch();
      }
      awaitStart();
    }
    assertThat(runs.get()).isLessThan(100);
  }

  /** While 100,000 chunks were embedded, for an hour, no edit was seen. */
  @Test
  void aRunThatIsNotDoneGoesOnAtOnceUntilItIs() throws InterruptedException {
    try (var indexer =
        new BackgroundIndexer(
            _ -> {
              started.release();
              return runs.incrementAndGet() < 3;
            },
            LONG,
            LONG)) {
      indexer.touch();
      for (var i = 0; i < 3; i++) {
        awaitStart();
      }
    }
    assertThat(runs.get()).isEqualTo(3);
  }

  @Test
  void closeEndsTheRunThatIsGoingOnAndLaterTouchesDoNothing() throws InterruptedException {
    var indexer =
        new BackgroundIndexer(
            cancel -> {
              started.release();
              while (true) {
                cancel.check();
                Thread.onSpinWait();
              }
            },
            Duration.ZERO,
            Duration.ZERO);
    indexer.touch();
    awaitStart();
    indexer.close();
    indexer.touch();
    indexer.close();
    assertThat(started.availablePermits()).isZero();
  }

  private void awaitStart() throws InterruptedException {
    assertThat(started.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
