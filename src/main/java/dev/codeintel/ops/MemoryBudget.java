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

  private final long bytesMax;
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Condition> waiting = new ArrayDeque<>(); // this and below: by the lock
  private long left;

  /**
   * @param bytesMax what all work together may take, but for what is too little to be counted
   */
  public MemoryBudget(long bytesMax) {
    this.bytesMax = bytesMax;
    this.left = bytesMax;
  }

  /**
   * An empty share, for one piece of work.
   *
   * @param littleBytes up to so much it is not counted, and never waits
   */
  public Share share(long littleBytes) {
    return new Share(littleBytes);
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

  /** What one piece of work takes. Used by one thread at a time. */
  public final class Share implements AutoCloseable {

    private final long littleBytes;
    private long bytes;
    private long counted;

    private Share(long littleBytes) {
      this.littleBytes = littleBytes;
    }

    /** What it takes now. */
    public long bytes() {
      return bytes;
    }

    /**
     * Takes more. A share that is counted already does not wait: others may wait for what it has.
     *
     * @throws CodeintelException {@code cancelled} and {@code timeout} while it waits, {@code busy}
     *     where it must not wait; nothing more is taken then
     */
    public void take(long more, CancelToken cancel) {
      var all = bytes + more;
      if (all > littleBytes || counted > 0) {
        count(all, cancel);
      }
      bytes = all;
    }

    private void count(long all, CancelToken cancel) {
      if (counted == 0) {
        counted = await(Math.min(all, bytesMax), cancel);
      } else if (takeNow(all - counted)) {
        counted = all;
      } else {
        throw new CodeintelException(
            ErrorCode.BUSY,
            "There is not enough memory for this beside the rest of its batch. Ask for it by itself.");
      }
    }

    /** Gives back all but so much. */
    public void shrink(long most) {
      bytes = Math.min(bytes, most);
      if (counted > bytes) {
        giveBack(counted - bytes);
        counted = bytes;
      }
    }

    /** Gives back all. */
    @Override
    public void close() {
      shrink(0);
    }
  }

  private long await(long bytes, CancelToken cancel) {
    var turn = lock.newCondition();
    lock.lock();
    try {
      waiting.addLast(turn);
      while (waiting.getFirst() != turn || left < bytes) {
        cancel.check();
        turn.awaitNanos(POLL_NANOS); // a token has no way to wake anybody
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

  private boolean takeNow(long bytes) {
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

  private void giveBack(long bytes) {
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
