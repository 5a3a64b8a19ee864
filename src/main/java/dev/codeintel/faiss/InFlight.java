package dev.codeintel.faiss;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Keeps a native object alive while calls use it. Calls that read share it, a call that changes it
 * has it alone, and close waits for all of them. After close nothing enters.
 */
final class InFlight {

  private final String name;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private volatile boolean closing;

  /** Guarded by the write lock. */
  private boolean freed;

  /**
   * @param name what is guarded, for the words of the error after close
   */
  InFlight(String name) {
    this.name = name;
  }

  /** A call on its way; closing it, on the thread that entered, ends the call. */
  interface Flight extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Enters a call that runs beside other such calls.
   *
   * @throws IllegalStateException after close
   */
  Flight shared() {
    return enter(lock.readLock());
  }

  /**
   * Enters a call that runs alone: FAISS lets nobody search while vectors come or go.
   *
   * @throws IllegalStateException after close
   */
  Flight exclusive() {
    refuseInsideCall("changed");
    return enter(lock.writeLock());
  }

  /** Waits for calls in flight, then frees; a second close does nothing. */
  void close(Runnable free) {
    refuseInsideCall("closed");
    closing = true; // before the wait, so that no later call delays it
    lock.writeLock().lock();
    try {
      if (!freed) {
        freed = true;
        free.run();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  private Flight enter(Lock kind) {
    refuseAfterClose();
    kind.lock();
    if (closing) {
      kind.unlock();
      refuseAfterClose();
    }
    return kind::unlock;
  }

  private void refuseAfterClose() {
    if (closing) {
      throw new IllegalStateException(name + " is closed.");
    }
  }

  /** A callback of a call that reads would wait for its own caller for ever. */
  private void refuseInsideCall(String what) {
    if (lock.getReadHoldCount() > 0) {
      throw new IllegalStateException(name + " cannot be " + what + " from inside a call on it.");
    }
  }
}
