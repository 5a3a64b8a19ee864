package dev.codeintel.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.testkit.Jar;
import dev.codeintel.testkit.Seeded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who has to wait for memory, and for whom. */
@Timeout(60)
class MemoryBudgetTest {

  private static final long ALL = 100;

  private final MemoryBudget budget = new MemoryBudget(ALL);
  private final CancelToken wanted = CancelToken.create();

  /** Has passed: whoever would wait fails. */
  private final CancelToken late = CancelToken.withDeadline(Duration.ofNanos(-1));

  private MemoryBudget.Share taken(long bytes) {
    var share = budget.share(0);
    share.take(bytes, late);
    return share;
  }

  private void assertLeft(long bytes) {
    taken(bytes).close();
    assertCode(ErrorCode.TIMEOUT, () -> taken(bytes + 1));
  }

  private static void assertCode(ErrorCode code, Runnable work) {
    assertThatThrownBy(work::run)
        .isInstanceOfSatisfying(
            CodeintelException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  private void awaitWaiting(int count) {
    Jar.await("%d that wait".formatted(count), () -> budget.waiting() == count);
  }

  /** Whoever needed little overtook whoever needed much, which then never had enough. */
  @Test
  void thoseThatWaitHaveTheirTurnInOrder() throws Exception {
    var turns = new LinkedBlockingQueue<Integer>();
    var first = taken(ALL);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var i = 0; i < 5; i++) {
        var number = i;
        threads.submit(
            () -> {
              try (var share = budget.share(0)) {
                share.take(number == 0 ? ALL : 60, wanted);
                turns.add(number);
              }
            });
        awaitWaiting(i + 1);
      }
      first.shrink(90);
      assertCode(ErrorCode.TIMEOUT, () -> taken(10)); // there is enough, and others were first
      first.close();
    }
    assertThat(turns).containsExactly(0, 1, 2, 3, 4);
    assertThat(budget.waiting()).isZero();
    first.close(); // which may be done twice
    assertThat(taken(ALL).bytes()).isEqualTo(ALL);
  }

  @Test
  void whatIsLittleNeitherCountsNorWaits() {
    var all = taken(ALL);
    try (var little = budget.share(10)) {
      little.take(4, late);
      little.take(6, late);
      assertThat(little.bytes()).isEqualTo(10);
      assertCode(ErrorCode.TIMEOUT, () -> little.take(1, late));
      assertThat(little.bytes()).isEqualTo(10);
      all.close();
      little.take(1, late);
      assertLeft(ALL - 11); // then all of it counts
      little.shrink(5);
      assertLeft(ALL - 5);
    }
    assertThat(taken(ALL).bytes()).isEqualTo(ALL);
  }

  /** An answer that could need more than there is would have waited for ever. */
  @Test
  void whatNeedsMoreThanThereIsRunsAlone() {
    var one = taken(1);
    assertCode(ErrorCode.TIMEOUT, () -> taken(3 * ALL));
    one.close();
    try (var huge = taken(3 * ALL)) {
      assertThat(huge.bytes()).isEqualTo(3 * ALL);
      assertCode(ErrorCode.TIMEOUT, () -> taken(1));
      huge.shrink(2 * ALL);
      assertCode(ErrorCode.TIMEOUT, () -> taken(1));
      huge.shrink(30);
      assertLeft(ALL - 30);
    }
    assertThat(taken(ALL).bytes()).isEqualTo(ALL);
  }

  /** Two batches that each had half would have waited for each other. */
  @Test
  void whatHasSomeNeverWaits() {
    var other = taken(50);
    try (var batch = taken(20)) {
      assertCode(ErrorCode.BUSY, () -> batch.take(31, wanted));
      assertThat(batch.bytes()).isEqualTo(20);
      batch.take(30, wanted);
      assertCode(ErrorCode.BUSY, () -> batch.take(1, wanted));
      other.close();
      batch.take(50, wanted);
      assertCode(ErrorCode.BUSY, () -> batch.take(1, wanted)); // or it would grow beyond all
    }
    assertThat(taken(ALL).bytes()).isEqualTo(ALL);
  }

  /** Those behind one that was cancelled waited on, though there was enough for them. */
  @Test
  void whoeverLeavesTheQueueLetsTheNextOneTry() throws Exception {
    var token = CancelToken.create();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        var half = taken(50)) {
      var large = threads.submit(() -> budget.share(0).take(ALL, token));
      awaitWaiting(1);
      var small = threads.submit(() -> budget.share(0).take(50, wanted));
      awaitWaiting(2);
      token.cancel();
      small.get();
      assertThatThrownBy(large::get)
          .cause()
          .isInstanceOfSatisfying(
              CodeintelException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
      assertThat(half.bytes()).isEqualTo(50);
    }
    assertLeft(50);
  }

  @Test
  void manyNeverTakeMoreThanThereIs() throws Exception {
    var seeds = Seeded.random();
    var used = new AtomicLong();
    var most = new AtomicLong();
    var done = new ArrayList<Future<?>>();
    var begin = new CountDownLatch(1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var i = 0; i < 500; i++) {
        var bytes = 1 + seeds.nextInt((int) ALL);
        var kept = seeds.nextInt(bytes);
        var token = CancelToken.withDeadline(Duration.ofMillis(seeds.nextInt(20)));
        var impatient = seeds.nextInt(4) == 0;
        done.add(
            threads.submit(
                () -> {
                  begin.await();
                  try (var share = budget.share(0)) {
                    share.take(bytes, impatient ? token : wanted);
                    most.accumulateAndGet(used.addAndGet(bytes), Math::max);
                    Thread.yield();
                    used.addAndGet(kept - bytes);
                    share.shrink(kept);
                    Thread.yield();
                    used.addAndGet(-kept);
                  } catch (CodeintelException e) {
                    assertThat(List.of(impatient, e.code()))
                        .isEqualTo(List.of(true, ErrorCode.TIMEOUT));
                  }
                  return bytes;
                }));
      }
      begin.countDown();
    }
    for (var one : done) {
      assertThat(one.resultNow()).isNotNull();
    }
    assertThat(most.get()).isBetween(1L, ALL);
    assertThat(budget.waiting()).isZero();
    assertThat(taken(ALL).bytes()).isEqualTo(ALL);
  }
}
