package dev.codeintel.embed;

import dev.codeintel.config.Limits;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Keeps an outage from being paid for by every call: behind a failure calls fail at once, with its
 * words. After a pause one of them looks whether the server is well again; while it is not, the
 * pauses get longer. Safe for use by any thread.
 */
final class Circuit {

  private static final Duration PAUSE_MIN = Duration.ofMillis(Limits.EMBEDDING_OUTAGE_MILLIS_MIN);
  private static final Duration PAUSE_MAX = Duration.ofMillis(Limits.EMBEDDING_OUTAGE_MILLIS_MAX);

  private final LongSupplier nanoTime;
  private ServerException failure; // absent while all is well; all under the lock of this
  private Duration pause = PAUSE_MIN;
  private long pauseEndsNanos;
  private boolean probing;

  Circuit() {
    this(System::nanoTime);
  }

  /** For tests, which cannot wait. */
  Circuit(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Lets a call pass, or fails.
   *
   * @param probe asks whether the server is well; run by one caller at a time
   * @throws ServerException the failure that all have to do with
   */
  void enter(Runnable probe) {
    synchronized (this) {
      check();
      if (failure == null) {
        return;
      }
      if (probing) {
        throw failure.again();
      }
      probing = true;
    }
    try {
      probe.run();
      passed();
    } catch (ServerException e) {
      failed(e);
      throw e;
    } finally {
      endProbe();
    }
  }

  /**
   * Fails while the server is not to be asked; for whoever asks it then in a way of its own.
   *
   * @throws ServerException the failure that all have to do with
   */
  synchronized void check() {
    if (failure != null && nanoTime.getAsLong() - pauseEndsNanos < 0) {
      throw failure.again();
    }
  }

  private synchronized void endProbe() {
    probing = false;
  }

  /** The server answered as it should. */
  synchronized void passed() {
    failure = null;
    pause = PAUSE_MIN;
  }

  /** The server failed, for a reason that the next call would meet too. */
  synchronized void failed(ServerException e) {
    pause = failure == null ? PAUSE_MIN : shorter(pause.multipliedBy(2), PAUSE_MAX);
    var asked = shorter(e.retryAfter().orElse(pause), PAUSE_MAX);
    pause = asked.compareTo(pause) > 0 ? asked : pause;
    failure = e;
    pauseEndsNanos = nanoTime.getAsLong() + pause.toNanos();
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
