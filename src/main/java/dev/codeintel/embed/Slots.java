package dev.codeintel.embed;

import java.net.http.HttpTimeoutException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A place for every request in flight, so many and no more. Queries go first: while one waits no
 * document gets a place, and where there are several places one is never a document's. Safe for use
 * by any thread.
 */
final class Slots {

  private final int most;
  private final int mostDocuments;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private int taken;
  private int documents;
  private int queriesWaiting;
  private boolean closed;

  Slots(int most) {
    this.most = most;
    this.mostDocuments = Math.max(1, most - 1);
  }

  /**
   * Waits for a place, which {@link #leave} gives back.
   *
   * @throws IllegalStateException after close
   */
  void enter(Lane lane, Wait wait) throws HttpTimeoutException {
    lock.lock();
    try {
      queriesWaiting += lane == Lane.QUERY ? 1 : 0;
      try {
        while (!isFree(lane)) {
          wait.check();
          await();
        }
      } finally {
        queriesWaiting -= lane == Lane.QUERY ? 1 : 0;
      }
      taken++;
      documents += lane == Lane.DOCUMENT ? 1 : 0;
    } finally {
      changed.signalAll();
      lock.unlock();
    }
  }

  private boolean isFree(Lane lane) {
    if (closed) {
      throw new IllegalStateException("The embedding client was closed.");
    }
    return taken < most && (lane == Lane.QUERY || queriesWaiting == 0 && documents < mostDocuments);
  }

  private void await() {
    try {
      changed.await(Wait.LOOK_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a call", e);
    }
  }

  /** Queries without a place. */
  int queriesWaiting() {
    lock.lock();
    try {
      return queriesWaiting;
    } finally {
      lock.unlock();
    }
  }

  void leave(Lane lane) {
    lock.lock();
    try {
      taken--;
      documents -= lane == Lane.DOCUMENT ? 1 : 0;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Gives no more places and waits until all are given back.
   *
   * @return how many those were
   */
  int close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
      var open = taken;
      while (taken > 0) {
        changed.awaitUninterruptibly();
      }
      return open;
    } finally {
      lock.unlock();
    }
  }
}
