package dev.codeintel.transport;

import com.sun.net.httpserver.HttpExchange;
import dev.codeintel.config.Limits;
import dev.codeintel.mcp.HttpHead;
import dev.codeintel.mcp.HttpReply;
import dev.codeintel.mcp.Json;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.Metrics;
import dev.codeintel.tool.Readiness;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** Serves many clients over HTTP, each request on a virtual thread of its own. */
public final class HttpTransport implements AutoCloseable {

  private static final String TEXT = "text/plain; charset=utf-8";

  /** How long cancelled work may take to notice. */
  private static final Duration LAST_WORK = Duration.ofSeconds(2);

  private final HttpOptions options;
  private final Supplier<Readiness> readiness;
  private final HttpListeners listeners;
  private final WriteGuard guard;
  private final Traffic traffic = new Traffic();
  private final FrontDoor door;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * @param endpoint what a POST leads to; called by many threads at once
   * @param readiness asked by each request for it
   * @throws CodeintelException {@code invalid-argument} when there is no such host, and when others
   *     than this machine could ask without a token
   */
  public HttpTransport(
      HttpOptions options,
      BiFunction<HttpHead, byte[], HttpReply> endpoint,
      Supplier<Readiness> readiness) {
    HttpTuning.apply();
    this.options = options;
    this.readiness = readiness;
    this.listeners = new HttpListeners(options.host());
    if (!listeners.areLocal() && options.tokens().isEmpty()) {
      throw new CodeintelException(
          ErrorCode.INVALID_ARGUMENT,
          "Others could reach %s and read the repository. Set CODEINTEL_TOKEN, which every request must then carry, or listen on 127.0.0.1."
              .formatted(options.host()));
    }
    var names = new ArrayList<>(options.allowedHosts());
    names.add(listeners.name());
    this.guard = new WriteGuard(options.pace().write(), Limits.HTTP_WRITE_BYTES_A_SECOND_MIN);
    this.door =
        new FrontDoor(
            new AllowedHosts(names),
            new Admission(
                options.tokens(),
                new RateLimiter(
                    options.rateLimitQps(), options.rateLimitBurst(), System::nanoTime)),
            traffic,
            guard,
            Map.of(
                FrontDoor.MCP,
                new McpPost(endpoint, options.pace(), traffic)::serve,
                FrontDoor.HEALTH,
                HttpTransport::health,
                "/readyz",
                this::ready,
                "/metrics",
                HttpTransport::metrics,
                "/",
                this::home));
  }

  /**
   * Begins to serve.
   *
   * @throws CodeintelException when the port cannot be had
   */
  public void start() {
    listeners.start(options.port(), door, threads);
    Log.info("Serving MCP over HTTP", "url", url(), "tokens", !options.tokens().isEmpty());
  }

  /** Where the protocol is found, seen from this machine; once started. */
  public URI url() {
    return listeners.url();
  }

  /** Waits until the server is closed. */
  public void awaitClose() {
    try {
      closed.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the server", e);
    }
  }

  /**
   * Stops in order: takes nothing new, ends streams that stay open, lets requests in flight finish
   * for a while, then cancels them. May be called twice.
   */
  @Override
  public void close() {
    traffic.stop();
    if (traffic.awaitQuiet(options.pace().grace()) > 0) {
      traffic.cancel();
      var left = traffic.awaitQuiet(LAST_WORK);
      if (left > 0) {
        Log.warning("Requests were cut off", "requests", left);
      }
    }
    listeners.stop();
    threads.shutdown();
    guard.close();
    closed.countDown();
  }

  private static void health(HttpExchange exchange, String client, Response response)
      throws IOException {
    send(response, 200, TEXT, "ok\n".getBytes(StandardCharsets.UTF_8));
  }

  private void ready(HttpExchange exchange, String client, Response response) throws IOException {
    var now = readiness.get();
    send(response, now.ready() ? 200 : 503, MediaTypes.JSON, Json.write(new Json.Snake(now)));
  }

  private static void metrics(HttpExchange exchange, String client, Response response)
      throws IOException {
    send(response, 200, Metrics.CONTENT_TYPE, Metrics.text());
  }

  private void home(HttpExchange exchange, String client, Response response) throws IOException {
    response.header("Content-Security-Policy", HomePage.POLICY);
    send(response, 200, HomePage.CONTENT_TYPE, HomePage.of(url(), !options.tokens().isEmpty()));
  }

  private static void send(Response response, int status, String type, byte[] body)
      throws IOException {
    response.header("Cache-Control", "no-store");
    response.send(status, type, body);
  }
}
