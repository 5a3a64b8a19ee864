package dev.codeintel.index;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.Log;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Keeps an index up to date while a server runs: a run when it is asked for, and again every few
 * seconds while another process has the lock, so that a killed indexer's work is finished by the
 * next. One thread of its own; safe for use by any other.
 */
public final class BackgroundIndexer implements AutoCloseable {

  /** While another process indexes, or the model cannot be had, how long until the next try. */
  private static final Duration RETRY = Duration.ofSeconds(2);

  /** The same after many tries to have the model: each costs the server a request. */
  private static final long RETRY_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);

  /** How long after the beginning of a run a question starts no other. */
  private static final Duration FRESH = Duration.ofSeconds(5);

  private static final long NEVER_NANOS = Long.MAX_VALUE;

  private final Run indexer;
  private final long retryNanos;
  private final long freshNanos;
  private final CancelToken cancel = CancelToken.create();

  private Thread thread; // this and the next: under this
  private boolean closed;
  private boolean wanted;
  private long startedNanos; // of the newest run; when there was one
  private boolean everStarted;
  private long pauseNanos = NEVER_NANOS; // until what is left is tried again
  private long endedNanos;

  private long outageNanos; // this and the next: of the indexing thread
  private String outage = "";

  /** A run that brings the index up to date. */
  @FunctionalInterface
  public interface Run {

    /**
     * @return whether it ended before all was done, so that the next can see what was edited
     *     meanwhile
     */
    boolean run(CancelToken cancel);
  }

  /**
   * @param indexer brings the index up to date, on the indexing thread
   */
  public BackgroundIndexer(Run indexer) {
    this(indexer, FRESH, RETRY);
  }

  BackgroundIndexer(Run indexer, Duration fresh, Duration retry) {
    this.indexer = indexer;
    this.freshNanos = fresh.toNanos();
    this.retryNanos = retry.toNanos();
  }

  /**
   * Asks for a run: now, or as soon as the last one is old enough, since what it has read may have
   * changed behind it. Returns at once.
   */
  public synchronized void touch() {
    if (closed) {
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
      var pause = run();
      synchronized (this) {
        pauseNanos = pause;
        endedNanos = System.nanoTime();
      }
    }
  }

  private synchronized boolean awaitWork() {
    try {
      for (var left = nanosToNextRun(); !closed && left > 0; left = nanosToNextRun()) {
        if (left == NEVER_NANOS) {
          wait();
        } else {
          TimeUnit.NANOSECONDS.timedWait(this, left);
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the indexer", e);
    }
    wanted = false; // who asks from now on asks for another run
    everStarted = true;
    startedNanos = System.nanoTime();
    return !closed;
  }

  private long nanosToNextRun() {
    var now = System.nanoTime();
    var asked = !wanted ? NEVER_NANOS : everStarted ? startedNanos + freshNanos - now : 0;
    var left = pauseNanos == NEVER_NANOS ? NEVER_NANOS : endedNanos + pauseNanos - now;
    return Math.min(asked, left);
  }

  /** How long until what is left can be tried again. */
  private long run() {
    try {
      var more = indexer.run(cancel);
      outage = "";
      outageNanos = 0;
      return more ? 0 : NEVER_NANOS;
    } catch (CodeintelException e) {
      return switch (e.code()) {
        case BUSY -> retryNanos;
        case CANCELLED -> NEVER_NANOS;
        case EMBEDDING_UNAVAILABLE -> {
          sayOnce(e.getMessage());
          outageNanos = Math.clamp(2 * outageNanos, retryNanos, RETRY_NANOS_MAX);
          yield outageNanos;
        }
        default -> failed(e);
      };
    } catch (RuntimeException | Error e) { // or nothing would be indexed any more
      return failed(e);
    }
  }

  private static long failed(Throwable e) {
    Log.error("Background indexing failed", e);
    return NEVER_NANOS;
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
