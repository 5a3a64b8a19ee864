package dev.codeintel.transport;

import dev.codeintel.mcp.Reply;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What a server is busy with, so that it can be stopped in order. Safe for use by any thread. */
final class Traffic {

  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Set<Reply.Later> works = ConcurrentHashMap.newKeySet();
  private int exchanges;

  synchronized void enter() {
    exchanges++;
  }

  synchronized void leave() {
    exchanges--;
    notifyAll();
  }

  void begin(Reply.Later work) {
    works.add(work);
  }

  void end(Reply.Later work) {
    works.remove(work);
  }

  /** From now on nothing new is taken, and streams that stay open end. */
  void stop() {
    stopping.countDown();
  }

  boolean isStopping() {
    return stopping.getCount() == 0;
  }

  /** Waits until the server is being stopped, or time is up; gives whether it is. */
  boolean awaitStop(Duration most) {
    try {
      return stopping.await(most.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupts are for writes only", e);
    }
  }

  /** Asks all work to end early. */
  void cancel() {
    works.forEach(Reply.Later::cancel);
  }

  /** Waits until no request is left, or time is up; gives how many are left. */
  synchronized int awaitQuiet(Duration most) {
    var end = System.nanoTime() + most.toNanos();
    try {
      for (var left = most.toNanos(); exchanges > 0 && left > 0; left = end - System.nanoTime()) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a shutdown", e);
    }
    return exchanges;
  }
}
