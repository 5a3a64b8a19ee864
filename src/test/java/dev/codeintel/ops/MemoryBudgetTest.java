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

  private MemoryShare taken(long bytes) {
    var share = budget.share();
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
              try (var share = budget.share()) {
                share.take(number == 0 ? ALL : 60, wanted);
                turns.add(number);
              }
            });
        awaitWaiting(i + 1);
      }
      first.settle(90);
      assertCode(ErrorCode.TIMEOUT, () -> taken(10)); // there is enough, and others were first
      first.close();
    }
    assertThat(turns).containsExactly(0, 1, 2, 3, 4);
    assertThat(budget.waiting()).isZero();
    first.close(); // which may be done twice
    assertThat(taken(ALL).bytes()).isEqualTo(ALL);
  }

  /** Large answers took what there was, and small ones waited behind them. */
  @Test
  void theFirstThatIsTakenSaysOfWhichBudget() {
    var small = new MemoryBudget(10);
    var all = taken(ALL);
    try (var share = new MemoryShare(bytes -> bytes <= 4 ? small : budget)) {
      share.take(4, late);
      share.take(6, late);
      assertThat(share.bytes()).isEqualTo(10);
      assertCode(ErrorCode.BUSY, () -> share.take(1, late));
      share.settle(0);
      assertCode(ErrorCode.TIMEOUT, () -> share.take(5, late));
      all.close();
      share.take(5, late);
      assertLeft(ALL - 5);
      assertThat(share.bytes()).isEqualTo(5);
    }
    assertThat(taken(ALL).bytes()).isEqualTo(ALL);
  }

  /** Answers that took nothing before they were made counted nothing when they were there. */
  @Test
  void whatIsThereIsCountedWhetherThereWasRoomOrNot() {
    var other = taken(60);
    try (var share = budget.share()) {
      share.settle(70);
      assertThat(share.bytes()).isEqualTo(70);
      assertCode(ErrorCode.TIMEOUT, () -> taken(1));
      other.settle(35);
      assertCode(ErrorCode.TIMEOUT, () -> taken(1));
      other.close();
      assertLeft(30);
      share.settle(50);
      assertLeft(50);
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
      huge.settle(30);
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
      var large = threads.submit(() -> budget.share().take(ALL, token));
      awaitWaiting(1);
      var small = threads.submit(() -> budget.share().take(50, wanted));
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
                  try (var share = budget.share()) {
                    share.take(bytes, impatient ? token : wanted);
                    most.accumulateAndGet(used.addAndGet(bytes), Math::max);
                    Thread.yield();
                    used.addAndGet(kept - bytes);
                    share.settle(kept);
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
