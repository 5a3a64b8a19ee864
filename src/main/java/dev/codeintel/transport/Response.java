package dev.codeintel.transport;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;

/**
 * The answer to one request, written by one thread. After an IOException the connection is of no
 * use: its handler must end with one, for the server to forget the connection.
 */
final class Response {

  private static final int NO_BODY = -1;
  private static final int CHUNKED = 0;

  private final HttpExchange exchange;
  private final WriteGuard guard;
  private boolean begun;
  private boolean open;

  Response(HttpExchange exchange, WriteGuard guard) {
    this.exchange = exchange;
    this.guard = guard;
    header("X-Content-Type-Options", "nosniff");
  }

  void header(String name, String value) {
    exchange.getResponseHeaders().set(name, value);
  }

  /** Ends the connection with this answer. */
  void closeAfterwards() {
    header("Connection", "close");
  }

  /** Whether anything was sent. */
  boolean isBegun() {
    return begun;
  }

  /** Says that this answer lasts for as long as both sides want: its time tells nothing. */
  void staysOpen() {
    open = true;
  }

  boolean isOpen() {
    return open;
  }

  /** The status that was sent; -1 before. */
  int status() {
    return exchange.getResponseCode();
  }

  /** Answers without a body. */
  void send(int status) throws IOException {
    begun = true;
    Bodies.drain(exchange.getRequestBody());
    guard.write(() -> exchange.sendResponseHeaders(status, NO_BODY));
  }

  /** Answers with a body of known length; only its head where that is all that was asked for. */
  void send(int status, String contentType, byte[] body) throws IOException {
    header("Content-Type", contentType);
    if (exchange.getRequestMethod().equals("HEAD")) {
      header("Content-Length", Integer.toString(body.length));
      send(status);
      return;
    }
    begun = true;
    guard.write(() -> exchange.sendResponseHeaders(status, body.length));
    var out = exchange.getResponseBody();
    guard.write(out, body);
    guard.write(out::flush);
    // Bytes that lie unread when a connection is closed take the answer with them.
    Bodies.drain(exchange.getRequestBody());
    guard.write(out::close);
  }

  void refuse(Refusal refusal) throws IOException {
    refusal.headers().forEach(this::header);
    send(refusal.status(), MediaTypes.JSON, refusal.body());
  }

  /** Begins a stream of events, and lets the client see that. */
  EventStream stream() throws IOException {
    header("Content-Type", MediaTypes.EVENTS);
    header("Cache-Control", "no-cache, no-transform");
    header("X-Accel-Buffering", "no");
    begun = true;
    guard.write(
        () -> {
          exchange.sendResponseHeaders(200, CHUNKED);
          exchange.getResponseBody().flush();
        });
    return new EventStream(exchange.getResponseBody(), guard);
  }
}
