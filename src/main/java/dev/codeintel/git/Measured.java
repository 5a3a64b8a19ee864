package dev.codeintel.git;

import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.Metrics;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Says how long work on git took: a log event and a metric. What was refused or cancelled is logged
 * as well, but not measured, because it would make the rest look fast; what failed or ran out of
 * time is both measured and warned of.
 */
final class Measured {

  private static final long MILLI_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final double TENTHS = 10;

  /** Those that are nobody's fault but the caller's are the rest. */
  private static final Set<ErrorCode> FAILURES =
      Set.of(ErrorCode.GIT_OPERATION_FAILED, ErrorCode.TIMEOUT, ErrorCode.INTERNAL);

  private Measured() {}

  /**
   * Does the work.
   *
   * @param operation what for, one of a few words, such as {@code blame_range}
   * @param path of the file or folder, relative to the root
   * @throws RuntimeException what the work throws
   */
  static <T> T timed(String operation, String path, Supplier<T> work) {
    var started = System.nanoTime();
    try {
      var result = work.get();
      var nanos = System.nanoTime() - started;
      Metrics.gitOperation(operation, nanos);
      Log.info(
          "Git operation completed",
          "operation",
          operation,
          "path",
          path,
          "duration_ms",
          millis(nanos));
      return result;
    } catch (RuntimeException | Error e) { // also what a deep recursion throws
      failed(operation, path, System.nanoTime() - started, e);
      throw e;
    }
  }

  private static void failed(String operation, String path, long nanos, Throwable e) {
    var code = e instanceof CodeintelException known ? known.code() : ErrorCode.INTERNAL;
    var fields =
        new Object[] {
          "operation",
          operation,
          "path",
          path,
          "duration_ms",
          millis(nanos),
          "code",
          code.text(),
          "reason",
          String.valueOf(e.getMessage())
        };
    if (FAILURES.contains(code)) {
      Metrics.gitOperation(operation, nanos);
      Log.warning("Git operation failed", fields);
    } else {
      Log.info("Git operation refused", fields);
    }
  }

  private static double millis(long nanos) {
    return Math.round(nanos * TENTHS / MILLI_NANOS) / TENTHS;
  }
}
