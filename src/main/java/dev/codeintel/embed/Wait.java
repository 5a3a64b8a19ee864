package dev.codeintel.embed;

import dev.codeintel.ops.CancelToken;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How long somebody waits for a server: until the token ends or the time is up. Both are looked at
 * every few milliseconds; nobody is interrupted. Safe for use by any thread.
 */
final class Wait {

  static final long LOOK_MILLIS = 50;
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS);

  private final CancelToken cancel;
  private final Duration most;
  private final long startNanos = System.nanoTime();

  Wait(CancelToken cancel, Duration most) {
    this.cancel = cancel;
    this.most = most;
  }

  /** A wait of the same caller, from now on. */
  Wait atMost(Duration other) {
    return new Wait(cancel, leftNanos() < other.toNanos() ? Duration.ofNanos(leftNanos()) : other);
  }

  Duration most() {
    return most;
  }

  private long leftNanos() {
    return most.toNanos() - (System.nanoTime() - startNanos);
  }

  /**
   * @throws dev.codeintel.ops.CodeintelException {@code cancelled} or {@code timeout}, by the token
   * @throws HttpTimeoutException when the time is up
   */
  void check() throws HttpTimeoutException {
    cancel.check();
    if (leftNanos() <= 0) {
      throw new HttpTimeoutException("waited for " + most);
    }
  }

  /**
   * Does nothing for a while.
   *
   * @return false, at once, when the time would be up before
   */
  boolean pause(Duration time) {
    var endNanos = System.nanoTime() + time.toNanos();
    if (time.toNanos() >= leftNanos()) {
      return false;
    }
    for (var left = time.toNanos(); left > 0; left = endNanos - System.nanoTime()) {
      cancel.check();
      LockSupport.parkNanos(Math.min(left, LOOK_NANOS));
    }
    return true;
  }
}
