package dev.codeintel.tool;

import dev.codeintel.ops.CancelToken;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * A few platform threads for work that keeps a processor or native code busy. Callers wait on their
 * own, virtual, threads; so a flood of searches cannot starve what is answered at once. Nothing is
 * ever interrupted: work looks at its token.
 */
final class Workers implements AutoCloseable {

  private static final long IDLE_SECONDS = 10;

  private final ExecutorService threads;

  /**
   * @param name of the threads, in dumps
   */
  Workers(String name, int count) {
    threads = threads(name, count);
  }

  private static ExecutorService threads(String name, int count) {
    var made =
        new ThreadPoolExecutor(
            count,
            count,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name(name + "-", 0).factory());
    made.allowCoreThreadTimeOut(true);
    return made;
  }

  /**
   * Does a piece of work, after those that were asked for before.
   *
   * @throws RuntimeException what the work throws
   */
  <T> T run(Supplier<T> work, CancelToken cancel) {
    var done =
        threads.submit(
            () -> {
              cancel.check(); // it may have waited for too long
              return work.get();
            });
    try {
      return done.get();
    } catch (ExecutionException e) {
      throw rethrown(e.getCause());
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a call", e);
    }
  }

  /**
   * Does work that is cut into slices, on several threads at once. Between two slices others have
   * their turn. Returns when no thread is at it any more.
   *
   * @param count most threads that are at it
   * @param slice does a slice, whichever is next; says whether there may be more
   * @throws RuntimeException what a slice throws
   */
  void runInSlices(int count, BooleanSupplier slice) {
    var slices = new ExecutorCompletionService<Boolean>(threads);
    for (var i = 0; i < count; i++) {
      slices.submit(slice::getAsBoolean);
    }
    var failure = Optional.<Throwable>empty();
    for (var running = count; running > 0; running--) {
      try {
        // Whichever ended first: another may take long, and this thread has time for more.
        if (slices.take().get() && failure.isEmpty()) {
          slices.submit(slice::getAsBoolean);
          running++;
        }
      } catch (ExecutionException e) {
        failure = Optional.of(e.getCause());
      } catch (InterruptedException e) {
        throw new IllegalStateException("nobody interrupts a call", e);
      }
    }
    if (failure.isPresent()) {
      throw rethrown(failure.get());
    }
  }

  private static RuntimeException rethrown(Throwable cause) {
    return switch (cause) {
      case RuntimeException known -> known;
      case Error error -> throw error;
      default -> new IllegalStateException(cause);
    };
  }

  /** Takes no more work; what was taken is finished, even if this thread is interrupted. */
  @Override
  public void close() {
    threads.shutdown(); // the executor's own close would pass an interrupt on
    var interrupted = false;
    while (!threads.isTerminated()) {
      try {
        threads.awaitTermination(1, TimeUnit.DAYS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
