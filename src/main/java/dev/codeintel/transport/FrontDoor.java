package dev.codeintel.transport;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.Metrics;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Every request comes in here: is counted, checked by its head, handed to the page that it asks
 * for, and answered whatever goes wrong. Safe for use by any thread.
 */
final class FrontDoor implements HttpHandler {

  static final String MCP = "/mcp";
  static final String HEALTH = "/healthz";

  /** Serves a request that may be served. */
  interface Page {
    void serve(HttpExchange exchange, String client, Response response) throws IOException, Refusal;
  }

  private final AllowedHosts hosts;
  private final Admission admission;
  private final Traffic traffic;
  private final WriteGuard guard;
  private final Map<String, Page> pages;

  /**
   * @param pages by exact path; that of {@link #MCP} takes messages, all others are read
   */
  FrontDoor(
      AllowedHosts hosts,
      Admission admission,
      Traffic traffic,
      WriteGuard guard,
      Map<String, Page> pages) {
    this.hosts = hosts;
    this.admission = admission;
    this.traffic = traffic;
    this.guard = guard;
    this.pages = Map.copyOf(pages);
  }

  /**
   * @throws IOException where the connection is of no use any more: the server then closes it
   */
  @Override
  public void handle(HttpExchange exchange) throws IOException {
    var started = System.nanoTime();
    var path = path(exchange);
    var response = new Response(exchange, guard);
    traffic.enter();
    try {
      answer(exchange, path, response);
    } finally {
      traffic.leave();
      var page = pages.containsKey(path) ? path : "other";
      Metrics.httpRequest(page, response.status());
      if (!response.isOpen()) {
        Metrics.httpDuration(page, System.nanoTime() - started);
      }
    }
  }

  private void answer(HttpExchange exchange, String path, Response response) throws IOException {
    if (traffic.isStopping()) {
      response.closeAfterwards();
    }
    try {
      serve(exchange, path, response);
    } catch (Refusal refusal) {
      refuse(refusal, response);
    } catch (RuntimeException | Error e) { // the JDK's server would close without a word
      Log.error("HTTP request failed", e, "path", path);
      refuse(Refusal.broken(), response);
    }
  }

  private static void refuse(Refusal refusal, Response response) throws IOException {
    if (response.isBegun()) {
      throw new IOException("the answer broke off", refusal);
    }
    Log.debug("HTTP request refused", "status", refusal.status(), "reason", refusal.reason());
    Metrics.httpRefused(refusal.reason());
    response.refuse(refusal);
  }

  private void serve(HttpExchange exchange, String path, Response response)
      throws IOException, Refusal {
    var page = pages.get(path);
    if (page == null) {
      throw Refusal.of(404, "path", "There is nothing here. The protocol is served at /mcp.");
    }
    if (path.equals(HEALTH)) { // asked by whoever watches processes, under any name
      checkMethod(exchange, "GET", "HEAD");
      page.serve(exchange, "", response);
      return;
    }
    var headers = exchange.getRequestHeaders();
    hosts.check(headers.getOrDefault("Host", List.of()), headers.getOrDefault("Origin", List.of()));
    admission.checkProxied(headers);
    if (path.equals(MCP)) {
      checkMethod(exchange, "POST");
      McpPost.check(exchange);
    } else {
      checkMethod(exchange, "GET", "HEAD");
    }
    var client = admission.admit(exchange);
    if (traffic.isStopping()) {
      throw Refusal.stopping();
    }
    page.serve(exchange, client, response);
  }

  private static void checkMethod(HttpExchange exchange, String... allowed) throws Refusal {
    if (!List.of(allowed).contains(exchange.getRequestMethod())) {
      throw Refusal.methodNotAllowed(String.join(", ", allowed));
    }
  }

  /** As it was sent; empty where it is no plain path. The query is nobody's business. */
  private static String path(HttpExchange exchange) {
    var uri = exchange.getRequestURI();
    return uri.getRawAuthority() == null && uri.getRawPath() != null ? uri.getRawPath() : "";
  }
}
