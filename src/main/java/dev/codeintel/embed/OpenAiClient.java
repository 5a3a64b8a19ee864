package dev.codeintel.embed;

import dev.codeintel.config.Limits;
import dev.codeintel.config.Settings;
import dev.codeintel.ops.CancelToken;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * HTTP to an OpenAI-compatible server: one request, one answer, a time limit over both, and errors
 * in the server's words. Retries once when the connection broke before an answer began, as it does
 * when the server closes an idle connection at that moment.
 */
final class OpenAiClient implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();
  private static final int ERROR_BYTES_MAX = 64 << 10;
  private static final int ERROR_CHARS_MAX = 400;
  private static final int WATCH_MILLIS = 50;

  private final String base;
  private final String shownBase;
  private final Optional<String> apiKey;
  private final Duration timeout;
  private final HttpClient http;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("embed-http-watch").factory());

  OpenAiClient(Settings settings) {
    var uri = settings.vllmUrl().orElseThrow();
    base = uri.toString().replaceFirst("/+$", "");
    shownBase = uri.getRawUserInfo() == null ? base : base.replace(uri.getRawUserInfo() + "@", "");
    apiKey = settings.vllmApiKey();
    timeout = settings.vllmTimeout();
    // uvicorn with httptools, as in vLLM's image, answers 400 to the upgrade to HTTP/2 that the
    // JDK tries by default, and loses the body.
    http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(Limits.EMBEDDING_CONNECT_SECONDS_MAX))
            .build();
  }

  /** The server's address, without credentials. */
  String address() {
    return shownBase;
  }

  /**
   * Answers with what {@code reader} makes of the body of {@code GET base + path}; empty when the
   * server has no such page.
   */
  <T> Optional<T> get(String path, CancelToken cancel, Function<InputStream, T> reader) {
    return exchange(request(path).GET().build(), cancel, reader);
  }

  /** Answers with what {@code reader} makes of the body of {@code POST base + path}. */
  <T> T post(String path, String json, CancelToken cancel, Function<InputStream, T> reader) {
    // Half a surrogate pair becomes a question mark here; as JSON the server would refuse it.
    var body = BodyPublishers.ofByteArray(json.getBytes(StandardCharsets.UTF_8));
    var request = request(path).header("Content-Type", "application/json").POST(body).build();
    return exchange(request, cancel, reader).orElseThrow();
  }

  private HttpRequest.Builder request(String path) {
    var builder =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(timeout)
            .header("Accept", "application/json");
    apiKey.ifPresent(key -> builder.header("Authorization", "Bearer " + key));
    return builder;
  }

  private <T> Optional<T> exchange(
      HttpRequest request, CancelToken cancel, Function<InputStream, T> reader) {
    cancel.check();
    try (var watch = new Watch(cancel)) {
      var response = send(request, watch);
      try (var body = watch.guard(response.body())) {
        if (response.statusCode() == 404 && request.method().equals("GET")) {
          return Optional.empty();
        }
        if (response.statusCode() != 200) {
          throw refused(response.statusCode(), body);
        }
        return Optional.of(reader.apply(new Bounded(body, Limits.EMBEDDING_RESPONSE_BYTES_MAX)));
      } catch (IOException | JacksonException | UncheckedIOException e) {
        watch.throwIfEnded();
        throw broken(e);
      }
    }
  }

  private HttpResponse<InputStream> send(HttpRequest request, Watch watch) {
    try {
      return watch.await(http.sendAsync(request, BodyHandlers.ofInputStream()));
    } catch (IOException first) {
      try {
        return watch.await(http.sendAsync(request, BodyHandlers.ofInputStream()));
      } catch (IOException second) {
        throw new EmbeddingException(
            "Cannot reach the embedding server at %s: %s. Start it or check VLLM_URL; lexical search still works."
                .formatted(shownBase, describe(second)),
            second);
      }
    }
  }

  private static String describe(Throwable thrown) {
    var message = thrown.getMessage();
    return message == null || message.isBlank() ? thrown.getClass().getSimpleName() : message;
  }

  private EmbeddingException broken(Exception e) {
    return new EmbeddingException(
        "The embedding server at %s gave no usable answer: %s. Check that VLLM_URL is an OpenAI-compatible server."
            .formatted(shownBase, firstLine(describe(e))),
        e);
  }

  private EmbeddingException refused(int status, InputStream body) throws IOException {
    var text = new String(body.readNBytes(ERROR_BYTES_MAX), StandardCharsets.UTF_8);
    return new EmbeddingException(
        "The embedding server at %s answered %d: %s. %s"
            .formatted(shownBase, status, errorMessage(text), remedy(status)));
  }

  /**
   * What the server says in one of four shapes: {@code error.message}, {@code error} as text,
   * {@code message} beside {@code "object":"error"}, or {@code detail}; else the body's first line.
   */
  static String errorMessage(String body) {
    try {
      var json = JSON.readTree(body);
      for (var pointer : new String[] {"/error/message", "/error", "/message", "/detail"}) {
        var found = json.at(pointer);
        if (!found.isMissingNode() && !found.isNull()) {
          return firstLine(asText(found));
        }
      }
    } catch (JacksonException e) {
      return firstLine(body);
    }
    return firstLine(body);
  }

  private static String asText(JsonNode node) {
    return node.isString() ? node.stringValue() : node.toString();
  }

  private static String firstLine(String text) {
    var line = text.strip().lines().findFirst().orElse("no message");
    line = line.length() > ERROR_CHARS_MAX ? line.substring(0, ERROR_CHARS_MAX) + "…" : line;
    return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
  }

  private static String remedy(int status) {
    return switch (status) {
      case 401, 403 -> "Check VLLM_API_KEY.";
      case 404 -> "Check VLLM_MODEL, and that VLLM_URL ends in /v1.";
      case 429, 503 -> "It is busy or still loading; try again later.";
      case 501 -> "Its model makes no embeddings: serve another and set VLLM_MODEL.";
      default -> "The server's log may say more.";
    };
  }

  /** Does not wait for an answer that nobody waits for any more. */
  @Override
  public void close() {
    http.shutdown();
    clock.shutdown();
  }

  /**
   * Looks at the cancel token and the time while the caller waits: ends the wait for an answer, and
   * closes its body under a reader that stands still. Nobody is interrupted.
   */
  private final class Watch implements AutoCloseable {

    private final CancelToken cancel;
    private final long startNanos = System.nanoTime();
    private final CompletableFuture<HttpResponse<InputStream>> ended = new CompletableFuture<>();
    private final Future<?> ticks;

    Watch(CancelToken cancel) {
      this.cancel = cancel;
      ticks =
          clock.scheduleWithFixedDelay(
              this::tick, WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void tick() {
      if (cancel.isCancelled() || isLate()) {
        ended.complete(null);
      }
    }

    private boolean isLate() {
      return System.nanoTime() - startNanos > timeout.toNanos();
    }

    HttpResponse<InputStream> await(CompletableFuture<HttpResponse<InputStream>> sent)
        throws IOException {
      try {
        var response = sent.applyToEither(ended, Function.identity()).join();
        if (response != null) {
          return response;
        }
        sent.thenAccept(late -> close(late.body()));
        throwIfEnded();
        throw new IllegalStateException("the watch ends for a reason");
      } catch (CompletionException e) {
        if (e.getCause() instanceof HttpTimeoutException) {
          throw tooLate();
        }
        if (e.getCause() instanceof IOException cause) {
          throw cause;
        }
        throw e;
      }
    }

    InputStream guard(InputStream body) {
      ended.thenRun(() -> close(body));
      return body;
    }

    private static void close(InputStream body) {
      try {
        body.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void throwIfEnded() {
      cancel.check();
      if (isLate()) {
        throw tooLate();
      }
    }

    private EmbeddingException tooLate() {
      return new EmbeddingException(
          "The embedding server at %s gave no answer in %d s. Raise VLLM_TIMEOUT_S or lower VLLM_BATCH_SIZE."
              .formatted(shownBase, timeout.toSeconds()));
    }

    @Override
    public void close() {
      ticks.cancel(false);
    }
  }

  /** Refuses to read on behind a limit: a broken server must not fill the memory. */
  private static final class Bounded extends FilterInputStream {

    private final int limit;
    private long read;

    Bounded(InputStream in, int limit) {
      super(in);
      this.limit = limit;
    }

    @Override
    public int read() throws IOException {
      var value = super.read();
      count(value < 0 ? 0 : 1);
      return value;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      var got = super.read(into, offset, length);
      count(Math.max(got, 0));
      return got;
    }

    private void count(int more) throws IOException {
      read += more;
      if (read > limit) {
        throw new IOException("it is longer than %,d bytes".formatted(limit));
      }
    }
  }
}
