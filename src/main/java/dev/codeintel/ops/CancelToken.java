package dev.codeintel.ops;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Says that a piece of work is no longer wanted. Loops, readers and callbacks look at it; no thread
 * is ever interrupted, because an interrupt inside JGit, Lucene or a FileChannel closes what others
 * share. Safe for use by any thread.
 */
public final class CancelToken {

  private static final long NEVER_NANOS = Long.MAX_VALUE;

  private final AtomicBoolean cancelled = new AtomicBoolean();
  private final long startNanos = System.nanoTime();
  private final long allowedNanos;

  private CancelToken(long allowedNanos) {
    this.allowedNanos = allowedNanos;
  }

  /** A token that only {@link #cancel()} ends. */
  public static CancelToken create() {
    return new CancelToken(NEVER_NANOS);
  }

  /** A token that also ends by itself after the given time. */
  public static CancelToken withDeadline(Duration allowed) {
    return new CancelToken(allowed.toNanos());
  }

  public void cancel() {
    cancelled.set(true);
  }

  public boolean isCancelled() {
    return cancelled.get() || isLate();
  }

  /**
   * @throws CodeintelException {@code cancelled}, or {@code timeout} when the deadline has passed
   */
  public void check() {
    if (cancelled.get()) {
      throw new CodeintelException(ErrorCode.CANCELLED, "The work was cancelled.");
    }
    if (isLate()) {
      throw new CodeintelException(
          ErrorCode.TIMEOUT,
          "The query took longer than QUERY_TIMEOUT_S allows. Narrow it, or raise the setting.");
    }
  }

  private boolean isLate() {
    return allowedNanos != NEVER_NANOS && System.nanoTime() - startNanos > allowedNanos;
  }
}
