package dev.codeintel.index;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.Log;
import java.util.function.Consumer;

/**
 * Keeps an index up to date while a server runs: a run when it is asked for, and again every few
 * seconds while another process has the lock, so that a killed indexer's work is finished by the
 * next. One thread of its own; safe for use by any other.
 */
public final class BackgroundIndexer implements AutoCloseable {

  /** While another process indexes, or the model cannot be had, how long until the next try. */
  private static final long RETRY_MILLIS = 2_000;

  /** How old a finished run may be before a question asks for another. */
  private static final long FRESH_MILLIS = 5_000;

  private final Consumer<CancelToken> indexer;
  private final CancelToken cancel = CancelToken.create();
  private Thread thread;
  private boolean wanted;
  private boolean pending;
  private boolean closed;
  private long finishedMillis;
  private String outage = ""; // of the indexing thread

  /**
   * @param indexer brings the index up to date, on the indexing thread
   */
  public BackgroundIndexer(Consumer<CancelToken> indexer) {
    this.indexer = indexer;
  }

  /** Asks for a run, unless one just ended. Returns at once. */
  public synchronized void touch() {
    if (closed || System.currentTimeMillis() - finishedMillis < FRESH_MILLIS) {
      return;
    }
    wanted = true;
    if (thread == null) {
      thread = Thread.ofPlatform().daemon().name("indexer").start(this::work);
    }
    notifyAll();
  }

  private void work() {
    while (awaitWork()) {
      var again = run();
      synchronized (this) {
        pending = again;
        wanted = false;
        finishedMillis = again ? 0 : System.currentTimeMillis();
      }
    }
  }

  private synchronized boolean awaitWork() {
    try {
      if (pending && !closed) {
        wait(RETRY_MILLIS);
      }
      while (!closed && !wanted && !pending) {
        wait();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the indexer", e);
    }
    return !closed;
  }

  /** Whether there is work left that can be tried again soon. */
  private boolean run() {
    try {
      indexer.accept(cancel);
      outage = "";
      return false;
    } catch (CodeintelException e) {
      return switch (e.code()) {
        case BUSY -> true;
        case CANCELLED -> false;
        case EMBEDDING_UNAVAILABLE -> {
          sayOnce(e.getMessage());
          yield true;
        }
        default -> {
          Log.error("Background indexing failed", e);
          yield false;
        }
      };
    } catch (RuntimeException e) {
      Log.error("Background indexing failed", e);
      return false;
    }
  }

  /** A server may be away for hours, and each try would say so. */
  private void sayOnce(String reason) {
    if (!reason.equals(outage)) {
      outage = reason;
      Log.warning("Vectors wait for the embedding model", "reason", reason);
    }
  }

  /** Ends the run that is going on; what it made so far is kept. Waits for it. */
  @Override
  public void close() {
    Thread running;
    synchronized (this) {
      closed = true;
      cancel.cancel();
      notifyAll();
      running = thread;
    }
    if (running != null) {
      try {
        running.join();
      } catch (InterruptedException e) {
        throw new IllegalStateException("nobody interrupts a close", e);
      }
    }
  }
}
