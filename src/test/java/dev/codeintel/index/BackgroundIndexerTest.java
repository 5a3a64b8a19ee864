package dev.codeintel.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.testkit.Seeded;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class BackgroundIndexerTest {

  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration WAIT = Duration.ofSeconds(60);

  private final AtomicInteger runs = new AtomicInteger();
  private final Semaphore started = new Semaphore(0);

  /** Who asked while a run was going on was forgotten when it ended. */
  @Test
  void aTouchDuringARunStartsAnother() throws InterruptedException {
    var goOn = new CountDownLatch(1);
    try (var indexer =
        new BackgroundIndexer(
            (_, _) -> {
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
            (_, _) -> {
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

  /** The same of those who asked for runs: a loop of them took a processor. */
  @Test
  void noAskingShortensThePauseBetweenTwoTriesAtTheLock() throws InterruptedException {
    try (var indexer =
        new BackgroundIndexer(
            (_, _) -> {
              runs.incrementAndGet();
              started.release();
              throw new CodeintelException(ErrorCode.BUSY, "Another run has the lock.");
            },
            LONG,
            Duration.ofMillis(200))) {
      indexer.ask(true);
      awaitStart();
      for (var i = 0; i < 100_000; i++) {
        indexer.ask(false);
      }
      awaitStart();
    }
    assertThat(runs.get()).isLessThan(100);
  }

  /** Every question made another try at a lock that another process had, or a server without. */
  @Test
  void touchesDoNotShortenThePauseBetweenTwoTries() throws InterruptedException {
    try (var indexer =
        new BackgroundIndexer(
            (_, _) -> {
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
            (_, _) -> {
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
            (_, cancel) -> {
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

  /** Who had just changed a file was told that all was done, by a run that had not seen it. */
  @Test
  void anAskedRunBeginsAtOnceHoweverFreshTheLastIs() throws InterruptedException {
    try (var indexer = counting(LONG)) {
      indexer.touch();
      awaitStart();
      var run = indexer.ask(false);
      assertThat(run.await(WAIT)).isTrue();
      assertThat(runs.get()).isEqualTo(2);
      assertThat(indexer.ask(false).id()).isNotEqualTo(run.id());
    }
  }

  /** Ten agents that asked made ten runs, one after the other. */
  @Test
  void whoAsksBeforeARunBeginsSharesIt() throws InterruptedException {
    var goOn = new CountDownLatch(1);
    var full = new CopyOnWriteArrayList<Boolean>();
    try (var indexer =
        new BackgroundIndexer(
            (isFull, _) -> {
              full.add(isFull);
              started.release();
              await(goOn);
              return false;
            },
            LONG,
            LONG)) {
      var first = indexer.ask(false);
      awaitStart();
      var second = indexer.ask(false);
      assertThat(indexer.ask(true)).isSameAs(second).isNotSameAs(first);
      assertThat(indexer.ask(false)).isSameAs(second);
      assertThat(first.await(Duration.ZERO)).isFalse();
      goOn.countDown();
      assertThat(second.await(WAIT)).isTrue();
      assertThat(first.await(Duration.ZERO)).isTrue();
      assertThat(full).containsExactly(false, true);
    }
  }

  /** Done was said when the files were read, and the vectors were missing. */
  @Test
  void anAskedRunIsOverWhenNothingIsLeftAndReadsEveryFileOnce() {
    var full = new CopyOnWriteArrayList<Boolean>();
    try (var indexer =
        new BackgroundIndexer(
            (isFull, _) -> {
              full.add(isFull);
              return full.size() < 3;
            },
            LONG,
            LONG)) {
      assertThat(indexer.ask(true).await(WAIT)).isTrue();
      assertThat(full).containsExactly(true, false, false);
    }
  }

  /** A run that met another process was forgotten, or was no longer a full one. */
  @Test
  void anAskedRunBeginsWhenTheOtherProcessHasEnded() throws InterruptedException {
    var full = new CopyOnWriteArrayList<Boolean>();
    var otherIsThere = new CountDownLatch(1);
    try (var indexer =
        new BackgroundIndexer(
            (isFull, _) -> {
              full.add(isFull);
              started.release();
              if (otherIsThere.getCount() > 0) {
                throw new CodeintelException(ErrorCode.BUSY, "Another run has the lock.");
              }
              return false;
            },
            LONG,
            Duration.ofMillis(20))) {
      var run = indexer.ask(true);
      awaitStart();
      awaitStart();
      var later = indexer.ask(false);
      assertThat(run.await(Duration.ZERO)).isFalse();
      otherIsThere.countDown();
      assertThat(run.await(WAIT)).isTrue();
      assertThat(later.await(WAIT)).isTrue();
      assertThat(full.subList(0, 2)).containsOnly(true);
    }
  }

  /** Who waited for a run that failed waited for ever. */
  @Test
  void whatEndsARunIsToldToWhoWaits() {
    try (var indexer =
        new BackgroundIndexer(
            (isFull, _) -> {
              if (isFull) {
                throw new StackOverflowError("of this test");
              }
              throw new CodeintelException(ErrorCode.INDEX_DAMAGED, "of this test");
            },
            LONG,
            LONG)) {
      assertThatThrownBy(() -> indexer.ask(true).await(WAIT))
          .hasRootCauseInstanceOf(StackOverflowError.class);
      assertThatThrownBy(() -> indexer.ask(false).await(WAIT))
          .isInstanceOfSatisfying(
              CodeintelException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.INDEX_DAMAGED));
    }
  }

  @Test
  void closeTellsWhoWaits() throws InterruptedException {
    var indexer =
        new BackgroundIndexer(
            (_, cancel) -> {
              started.release();
              while (true) {
                cancel.check();
                Thread.onSpinWait();
              }
            },
            LONG,
            LONG);
    var going = indexer.ask(false);
    awaitStart();
    var waiting = indexer.ask(false);
    indexer.close();
    for (var run : List.of(going, waiting)) {
      assertThatThrownBy(() -> run.await(WAIT))
          .isInstanceOfSatisfying(
              CodeintelException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
    }
    assertThatThrownBy(() -> indexer.ask(false)).hasMessageContaining("ending");
  }

  /** Two runs at once broke the index. */
  @RepeatedTest(3)
  void howeverManyAskOneRunGoesOnAndItBeginsAfterTheyAsked() throws Exception {
    var seed = Seeded.random().nextLong();
    var going = new AtomicInteger();
    var most = new AtomicInteger();
    var lastFull = new AtomicInteger();
    try (var indexer =
            new BackgroundIndexer(
                (isFull, _) -> {
                  most.accumulateAndGet(going.incrementAndGet(), Math::max);
                  var number = runs.incrementAndGet();
                  Thread.yield();
                  going.decrementAndGet();
                  if (number % 5 == 0) {
                    throw new CodeintelException(ErrorCode.BUSY, "Another run has the lock.");
                  }
                  lastFull.set(isFull ? number : lastFull.get());
                  return number % 3 == 0;
                },
                Duration.ZERO,
                Duration.ofMillis(1));
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var asking =
          IntStream.range(0, 16)
              .<Callable<Void>>mapToObj(
                  number ->
                      () -> {
                        var random = new Random(seed + number);
                        for (var i = 0; i < 100; i++) {
                          var isFull = random.nextInt(4) == 0;
                          var before = runs.get();
                          assertThat(indexer.ask(isFull).await(WAIT)).isTrue();
                          assertThat(runs.get()).isGreaterThan(before);
                          assertThat(lastFull.get()).isGreaterThan(isFull ? before : -1);
                          if (random.nextInt(4) == 0) {
                            indexer.touch();
                          }
                        }
                        return null;
                      })
              .toList();
      for (var one : threads.invokeAll(asking)) {
        one.get();
      }
    }
    assertThat(most.get()).isEqualTo(1);
  }

  private BackgroundIndexer counting(Duration fresh) {
    return new BackgroundIndexer(
        (_, _) -> {
          runs.incrementAndGet();
          started.release();
          return false;
        },
        fresh,
        LONG);
  }

  private void awaitStart() throws InterruptedException {
    assertThat(started.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
