package dev.codeintel.index;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.Log;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

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
  private final List<IndexRun> asked = new ArrayList<>(); // and not ended
  private int runsAsked;
  private boolean othersTurn; // the last try met another process

  private long outageNanos; // this and the next: of the indexing thread
  private String outage = "";

  /** A run that brings the index up to date. */
  @FunctionalInterface
  public interface Run {

    /**
     * @param full whether to read every file again
     * @return whether it ended before all was done, so that the next can see what was edited
     *     meanwhile
     */
    boolean run(boolean full, CancelToken cancel);
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
    wake();
  }

  /**
   * Asks for a run that begins from now on: at once, or when the one that is going on has ended, or
   * when no other process has the lock. Returns at once; who asks before it has begun shares it.
   *
   * @param full whether to read every file again
   */
  public synchronized IndexRun ask(boolean full) {
    if (closed) {
      throw closing();
    }
    var run =
        asked.stream()
            .filter(one -> one.stage != IndexRun.Stage.BEGUN)
            .findFirst()
            .orElseGet(this::add);
    run.full |= full;
    wake();
    return run;
  }

  private IndexRun add() {
    runsAsked++;
    var run = new IndexRun("%d-%d".formatted(ProcessHandle.current().pid(), runsAsked));
    if (othersTurn) {
      run.stage = IndexRun.Stage.PUT_OFF; // or each would make another try at the lock
    }
    asked.add(run);
    return run;
  }

  private static CodeintelException closing() {
    return new CodeintelException(
        ErrorCode.CANCELLED,
        "The server is ending. The next one, or codeintel index, does what is left.");
  }

  private synchronized void wake() {
    if (thread == null) {
      thread = Thread.ofPlatform().daemon().name("indexer").start(this::work);
    }
    notifyAll();
  }

  private void work() {
    while (awaitWork()) {
      var pause = run(begin());
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

  /** The runs that begin now, all as one. */
  private synchronized List<IndexRun> begin() {
    var begun = asked.stream().filter(run -> run.stage != IndexRun.Stage.BEGUN).toList();
    begun.forEach(run -> run.stage = IndexRun.Stage.BEGUN);
    return begun;
  }

  private synchronized void putOff(List<IndexRun> begun) {
    begun.forEach(run -> run.stage = IndexRun.Stage.PUT_OFF);
    othersTurn = true;
  }

  private synchronized void end(Consumer<IndexRun> how) {
    asked.stream().filter(run -> run.stage == IndexRun.Stage.BEGUN).forEach(how);
    asked.removeIf(run -> run.stage == IndexRun.Stage.BEGUN);
    asked.forEach(run -> run.stage = IndexRun.Stage.ASKED); // there is no other to wait for
    othersTurn = false;
  }

  private long nanosToNextRun() {
    if (asked.stream().anyMatch(run -> run.stage == IndexRun.Stage.ASKED)) {
      return 0;
    }
    var now = System.nanoTime();
    var fresh = !wanted ? NEVER_NANOS : everStarted ? startedNanos + freshNanos - now : 0;
    var left = pauseNanos == NEVER_NANOS ? NEVER_NANOS : endedNanos + pauseNanos - now;
    return Math.min(fresh, left);
  }

  /** How long until what is left can be tried again. */
  private long run(List<IndexRun> begun) {
    try {
      var more = indexer.run(begun.stream().anyMatch(run -> run.full), cancel);
      outage = "";
      outageNanos = 0;
      if (more) {
        return 0;
      }
      end(IndexRun::ended);
      return NEVER_NANOS;
    } catch (CodeintelException e) {
      if (e.code() == ErrorCode.BUSY) {
        putOff(begun);
        return retryNanos;
      }
      end(run -> run.ended(e));
      return switch (e.code()) {
        case CANCELLED -> NEVER_NANOS;
        case EMBEDDING_UNAVAILABLE -> {
          sayOnce(e.getMessage());
          outageNanos = Math.clamp(2 * outageNanos, retryNanos, RETRY_NANOS_MAX);
          yield outageNanos;
        }
        default -> failed(e);
      };
    } catch (RuntimeException | Error e) { // or nothing would be indexed any more
      end(run -> run.ended(e));
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
    begin();
    end(run -> run.ended(closing()));
  }
}
