package dev.codeintel.transport;

import com.sun.net.httpserver.HttpExchange;
import dev.codeintel.config.Limits;
import dev.codeintel.mcp.HttpHead;
import dev.codeintel.mcp.HttpReply;
import dev.codeintel.mcp.Reply;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.Metrics;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.BiFunction;

/**
 * The protocol's endpoint: reads a message, and takes what it leads to back to the client. An
 * answer goes out as JSON when it comes soon and alone, else as a stream of events. Safe for use by
 * any thread.
 */
final class McpPost {

  private static final int OK = 200;

  private final BiFunction<HttpHead, byte[], HttpReply> endpoint;
  private final HttpOptions.Pace pace;
  private final Traffic traffic;
  private final Bodies bodies = new Bodies();
  private final StreamPlaces places = new StreamPlaces();
  private final Semaphore running = new Semaphore(Limits.HTTP_REQUESTS_MAX);

  McpPost(
      BiFunction<HttpHead, byte[], HttpReply> endpoint, HttpOptions.Pace pace, Traffic traffic) {
    this.endpoint = endpoint;
    this.pace = pace;
    this.traffic = traffic;
  }

  /** Refuses a request by its head. */
  static void check(HttpExchange exchange) throws Refusal {
    var headers = exchange.getRequestHeaders();
    MediaTypes.checkSent(
        headers.getOrDefault("Content-Type", List.of()),
        headers.getOrDefault("Content-Encoding", List.of()));
    Bodies.checkLength(headers.getOrDefault("Content-Length", List.of()));
  }

  /**
   * Serves a request that may be served.
   *
   * @param client who asks
   */
  void serve(HttpExchange exchange, String client, Response response) throws IOException, Refusal {
    var headers = exchange.getRequestHeaders();
    var accepted = MediaTypes.accepted(headers.getOrDefault("Accept", List.of()));
    var head = new HttpHead(name -> headers.getOrDefault(name, List.of()), client);
    if (!running.tryAcquire()) {
      throw Refusal.busy(
          "%,d requests are running, and no more are taken. Try again later."
              .formatted(Limits.HTTP_REQUESTS_MAX));
    }
    HttpReply reply;
    try (var room = bodies.room()) { // what is asked for with it may wait for long
      reply = endpoint.apply(head, room.read(exchange.getRequestBody()));
      switch (reply.reply()) {
        case Reply.None _ -> response.send(reply.status());
        case Reply.Now(var message) -> now(reply.status(), message, accepted, response);
        case Reply.Later work -> work(work, reply.endsWithClient(), accepted, response);
        case Reply.Open _ -> {} // below: it does not run, it only waits
      }
    } finally {
      running.release();
    }
    if (reply.reply() instanceof Reply.Open open) {
      keepOpen(open, client, response);
    }
  }

  private static void now(
      int status, byte[] message, MediaTypes.Accepted accepted, Response response)
      throws IOException {
    if (accepted.json() || status != OK) {
      response.send(status, MediaTypes.JSON, message);
    } else {
      var events = response.stream();
      events.send(message);
      events.close();
    }
  }

  private void work(
      Reply.Later work, boolean endsWithClient, MediaTypes.Accepted accepted, Response response)
      throws IOException, Refusal {
    var mailbox = new Mailbox();
    traffic.begin(work);
    Thread.startVirtualThread(() -> run(work, mailbox));
    try {
      if (accepted.events() && !(accepted.json() && mailbox.endsShortly(pace.holdBack()))) {
        stream(mailbox, endsWithClient ? pace.workingHeartbeat() : pace.heartbeat(), response);
      } else {
        var answer = mailbox.answer();
        if (answer.isEmpty()) {
          throw traffic.isStopping() ? Refusal.stopping() : Refusal.broken();
        }
        response.send(OK, MediaTypes.JSON, answer.get());
      }
    } catch (IOException e) {
      mailbox.abandon();
      if (endsWithClient) {
        work.cancel();
      }
      throw e;
    } finally {
      mailbox.awaitEnd(); // or work for clients that left would not count as running
      work.close();
    }
  }

  /** On a thread of its own: nobody who may be interrupted is inside a tool. */
  private void run(Reply.Later work, Mailbox mailbox) {
    try {
      work.run(mailbox);
    } catch (RuntimeException | Error e) {
      Log.error("Request failed", e);
      work.fail(mailbox);
    } finally {
      traffic.end(work);
      mailbox.end();
    }
  }

  private void stream(Mailbox mailbox, Duration heartbeat, Response response) throws IOException {
    try (var _ = Metrics.httpStream()) {
      var events = response.stream();
      while (!mailbox.isDone()) {
        var message = mailbox.next(heartbeat);
        if (message.isPresent()) {
          events.send(message.get());
        } else if (!mailbox.isDone()) {
          events.heartbeat();
        }
      }
      events.close();
    }
  }

  private void keepOpen(Reply.Open open, String client, Response response)
      throws IOException, Refusal {
    try (var _ = places.take(client);
        var _ = Metrics.httpStream()) {
      response.staysOpen();
      var events = response.stream();
      events.send(open.acknowledgement());
      while (!traffic.awaitStop(pace.heartbeat())) {
        events.heartbeat();
      }
      events.send(open.end());
      events.close();
    }
  }
}
