package dev.codeintel.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.codeintel.mcp.HttpHead;
import dev.codeintel.mcp.HttpReply;
import dev.codeintel.mcp.Reply;
import dev.codeintel.mcp.Sink;
import dev.codeintel.ops.Metrics;
import dev.codeintel.tool.Readiness;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A server in this process, over an endpoint that does what a test tells it to. */
final class HttpRig implements AutoCloseable {

  static final Duration SOON = Duration.ofMillis(30);
  static final Duration LATE = Duration.ofSeconds(60);

  /** Waits that a test waits for are short, those that it must not run into are long. */
  static final HttpOptions.Pace PACE = new HttpOptions.Pace(LATE, SOON, SOON, LATE, LATE);

  final HttpTransport transport;
  volatile Readiness readiness = new Readiness(true, List.of());

  HttpRig(BiFunction<HttpHead, byte[], HttpReply> endpoint) {
    this(endpoint, options -> options);
  }

  HttpRig(BiFunction<HttpHead, byte[], HttpReply> endpoint, UnaryOperator<HttpOptions> configure) {
    var usual =
        new HttpOptions(
            "127.0.0.1",
            0,
            Tokens.load(Optional.empty(), Optional.empty()),
            List.of(),
            1,
            20,
            PACE);
    transport = new HttpTransport(configure.apply(usual), endpoint, () -> readiness);
    transport.start();
  }

  static HttpOptions at(HttpOptions options, HttpOptions.Pace pace) {
    return new HttpOptions(
        options.host(),
        options.port(),
        options.tokens(),
        options.allowedHosts(),
        options.rateLimitQps(),
        options.rateLimitBurst(),
        pace);
  }

  static HttpOptions withToken(HttpOptions options, String token) {
    return new HttpOptions(
        options.host(),
        options.port(),
        Tokens.load(Optional.of(token), Optional.empty()),
        List.of("code.example.org"),
        options.rateLimitQps(),
        options.rateLimitBurst(),
        options.pace());
  }

  int port() {
    return transport.url().getPort();
  }

  RawHttp client() throws IOException {
    return new RawHttp(port());
  }

  /** Says back what it was sent. */
  static HttpReply echo(HttpHead head, byte[] body) {
    return new HttpReply(200, new Reply.Now(body), true);
  }

  static HttpReply later(boolean endsWithClient, Consumer<Sink> work, Runnable onCancel) {
    return later(endsWithClient, work, onCancel, () -> {});
  }

  static HttpReply later(
      boolean endsWithClient, Consumer<Sink> work, Runnable onCancel, Runnable onClose) {
    return new HttpReply(
        200,
        new Reply.Later() {
          @Override
          public void run(Sink sink) {
            work.accept(sink);
          }

          @Override
          public void fail(Sink sink) {
            sink.send(bytes("failed"));
          }

          @Override
          public void cancel() {
            onCancel.run();
          }

          @Override
          public void close() {
            onClose.run();
          }
        },
        endsWithClient);
  }

  /** A stream that stays open. */
  static HttpReply open() {
    return new HttpReply(200, new Reply.Open(bytes("acknowledged"), bytes("ended")), true);
  }

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  /** As it stands on the wire of HTTP. */
  static byte[] latin(String text) {
    return text.getBytes(ISO_8859_1);
  }

  /** The sum of this process's samples whose line begins so. */
  static double metric(String start) {
    return metric(new String(Metrics.text(), UTF_8), start);
  }

  /** The sum of the samples whose line begins so, in what a server's metrics page said. */
  static double metric(String page, String start) {
    return page.lines()
        .filter(line -> line.startsWith(start))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  static void await(CountDownLatch latch) {
    try {
      if (!latch.await(60, TimeUnit.SECONDS)) {
        throw new AssertionError("what was awaited did not come");
      }
    } catch (InterruptedException e) {
      throw new AssertionError("somebody interrupts work", e);
    }
  }

  /** The same as to close it, for those who go on. */
  void stop() {
    transport.close();
  }

  @Override
  public void close() {
    stop();
  }
}
