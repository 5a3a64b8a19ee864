package dev.codeintel.mcp;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.Pace;
import dev.codeintel.ops.Progress;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * Tells a client at intervals that its request is being worked on. What is told is the time: work
 * goes through phases that each begin at nothing, and the protocol wants one number that only
 * grows. How far the phase is stands in the message. Safe for use by any thread.
 */
final class ProgressNotes implements Progress, AutoCloseable {

  private static final String METHOD = "notifications/progress";
  private static final double SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Object token;
  private final BiConsumer<String, Object> notifications;
  private final long startedNanos = System.nanoTime();
  private final CountDownLatch ended = new CountDownLatch(1);

  private final Pace pace = new Pace(); // under itself: the telling may wait for its reader
  private volatile Optional<Step> step = Optional.empty();

  private record Step(String phase, long done, long total, String pace) {
    String text() {
      if (total < 0) {
        return "%s: %,d".formatted(phase, done);
      }
      var far = "%s: %,d of %,d".formatted(phase, done, total);
      return pace.isEmpty() ? far : far + ", " + pace;
    }
  }

  private ProgressNotes(Object token, BiConsumer<String, Object> notifications) {
    this.token = token;
    this.notifications = notifications;
  }

  /** Begins to tell, from a thread of its own. */
  static ProgressNotes start(Object token, BiConsumer<String, Object> notifications) {
    var notes = new ProgressNotes(token, notifications);
    Thread.startVirtualThread(notes::tell);
    return notes;
  }

  @Override
  public void at(String phase, long done, long total) {
    synchronized (pace) {
      var now = System.nanoTime();
      pace.at(phase, done, now);
      step = Optional.of(new Step(phase, done, total, pace.words(done, total, now)));
    }
  }

  private void tell() {
    try {
      while (!ended.await(Limits.PROGRESS_MILLIS, TimeUnit.MILLISECONDS)) {
        tellOnce();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the telling", e);
    }
  }

  /** Under the lock, so that nothing is told after the end. */
  private synchronized void tellOnce() {
    if (ended.getCount() == 0) {
      return;
    }
    var params = new LinkedHashMap<String, Object>();
    params.put("progressToken", token);
    params.put("progress", (System.nanoTime() - startedNanos) / SECOND_NANOS);
    params.put("message", step.map(Step::text));
    notifications.accept(METHOD, params);
  }

  /** Tells nothing more. */
  @Override
  public synchronized void close() {
    ended.countDown();
  }
}
