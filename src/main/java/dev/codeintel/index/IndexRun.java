package dev.codeintel.index;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A run of the {@link BackgroundIndexer} that somebody asked for. It goes on whether anybody waits
 * for it or not. Safe for use by any thread.
 */
public final class IndexRun {

  /** How far it is; {@code PUT_OFF} when another process had the lock. */
  enum Stage {
    ASKED,
    PUT_OFF,
    BEGUN
  }

  private final String id;
  private final CompletableFuture<Void> end = new CompletableFuture<>();

  Stage stage = Stage.ASKED; // this and the next: under the indexer
  boolean full;

  IndexRun(String id) {
    this.id = id;
  }

  /** Names it among all runs of all processes. */
  public String id() {
    return id;
  }

  void ended() {
    end.complete(null);
  }

  void ended(Throwable reason) {
    end.completeExceptionally(reason);
  }

  /**
   * Waits for its end.
   *
   * @return whether it has come to it
   * @throws RuntimeException what ended it before all was done, such as {@code
   *     embedding-unavailable}
   */
  public boolean await(Duration atMost) {
    try {
      end.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw switch (e.getCause()) {
        case RuntimeException known -> known;
        default -> new IllegalStateException("An index run failed", e.getCause());
      };
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a call", e);
    }
  }
}
