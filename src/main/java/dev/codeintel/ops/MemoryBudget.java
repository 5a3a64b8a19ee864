package dev.codeintel.ops;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bounds the memory that much work at the same time may take. Before it begins, each piece of work
 * takes as much as it can at most need, and gives it back when nothing of it is left. Where there
 * is not enough it waits: in order, on its own thread, until its token ends. What would need more
 * than there is at all runs when everything else was given back. Safe for use by any thread.
 */
public final class MemoryBudget {

  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Of those that wait behind another there may be thousands. */
  private static final long POLL_BEHIND_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final long bytesMax;
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Condition> waiting = new ArrayDeque<>(); // this and below: by the lock
  private long left;

  /**
   * @param bytesMax what all work together may take
   */
  public MemoryBudget(long bytesMax) {
    this.bytesMax = bytesMax;
    this.left = bytesMax;
  }

  /** An empty share, for one piece of work. */
  public MemoryShare share() {
    return new MemoryShare(_ -> this);
  }

  /** How much work waits. */
  int waiting() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes memory, in turn.
   *
   * @return what was taken: no more than there is at all
   * @throws CodeintelException {@code cancelled} and {@code timeout} while it waits
   */
  long await(long wanted, CancelToken cancel) {
    var bytes = Math.min(wanted, bytesMax);
    var turn = lock.newCondition();
    lock.lock();
    try {
      waiting.addLast(turn);
      while (waiting.getFirst() != turn || left < bytes) {
        cancel.check();
        // A token has no way to wake anybody.
        turn.awaitNanos(waiting.getFirst() == turn ? POLL_NANOS : POLL_BEHIND_NANOS);
      }
      left -= bytes;
      return bytes;
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts work that waits", e);
    } finally {
      waiting.remove(turn);
      wakeFirst();
      lock.unlock();
    }
  }

  /** Takes memory where it is there, whoever waits. */
  boolean takeNow(long bytes) {
    lock.lock();
    try {
      if (left < bytes) {
        return false;
      }
      left -= bytes;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Gives memory back.
   *
   * @param bytes negative for what is in use already, whether it was there or not
   */
  void giveBack(long bytes) {
    lock.lock();
    try {
      left += bytes;
      wakeFirst();
    } finally {
      lock.unlock();
    }
  }

  private void wakeFirst() {
    if (!waiting.isEmpty()) {
      waiting.getFirst().signal();
    }
  }
}
