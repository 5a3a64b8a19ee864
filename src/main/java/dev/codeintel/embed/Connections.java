package dev.codeintel.embed;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.Metrics;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The one HTTP client of the process: connections are kept and used again, and there are never more
 * requests in flight than was said. One request an exchange; whether to send it again is not
 * decided here. Safe for use by any thread.
 */
final class Connections implements AutoCloseable {

  /** To end an exchange: of the futures of java.net.http no thread is interrupted by it. */
  private static final boolean EXCHANGE_TOO = true;

  private final Slots slots;
  private final HttpClient http;
  private boolean closed; // under the lock of this

  /**
   * @param most requests at the same time
   * @param idle connections that are kept for the next request; for all clients of this process,
   *     and only if none was made before
   */
  Connections(int most, int idle) {
    slots = new Slots(most);
    // The JDK's client reads these when its classes are loaded, and has no other way to say so.
    setUnlessSet("jdk.httpclient.connectionPoolSize", idle);
    setUnlessSet("jdk.httpclient.keepalive.timeout", Limits.EMBEDDING_IDLE_SECONDS_MAX);
    // uvicorn with httptools, as in vLLM's image, answers 400 to the upgrade to HTTP/2 that the
    // JDK tries by default, and loses the body.
    http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(Limits.EMBEDDING_CONNECT_SECONDS_MAX))
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
  }

  private static void setUnlessSet(String property, int value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, Integer.toString(value));
    }
  }

  /**
   * Sends a request and waits, on this thread, until the handler has all of the answer.
   *
   * @throws IOException what happened to the connection, or a {@link
   *     java.net.http.HttpTimeoutException} when the time is up
   * @throws IllegalStateException after close
   */
  <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler, Lane lane, Wait wait)
      throws IOException {
    slots.enter(lane, wait);
    Metrics.embeddingRequestStarted();
    try {
      return await(http.sendAsync(request, handler), wait);
    } finally {
      Metrics.embeddingRequestEnded();
      slots.leave(lane);
    }
  }

  private static <T> T await(CompletableFuture<T> sent, Wait wait) throws IOException {
    try {
      while (true) {
        wait.check();
        try {
          return sent.get(Wait.LOOK_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
          continue;
        }
      }
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException cause -> throw cause;
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        default -> throw new IllegalStateException(e.getCause());
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a call", e);
    } catch (CancellationException e) {
      throw new IllegalStateException("only whoever waits cancels", e);
    } finally {
      sent.cancel(EXCHANGE_TOO); // the server need not work on; nothing where it has ended
    }
  }

  /** Takes no more requests, lets those in flight finish, and closes every connection. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    var open = slots.close();
    http.shutdown();
    Log.info("Closed VLLMClient HTTP connections", "open_connections", open);
  }
}
