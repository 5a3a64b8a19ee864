package dev.codeintel.transport;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.codeintel.mcp.Json;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** A client of any server of MCP, over one connection that it keeps: greets once, then calls tools. */
final class SpeedClient implements AutoCloseable {

  private static final String REVISION = "2025-06-18";
  private static final String SESSION = "mcp-session-id";

  private final RawHttp connection;
  private final String headers;

  SpeedClient(int port) throws IOException {
    connection = new RawHttp(port);
    var greeting =
        message(
            "initialize",
            Map.of(
                "protocolVersion", REVISION,
                "capabilities", Map.of(),
                "clientInfo", Map.of("name", "benchmark", "version", "1")));
    var greeted = post(RawHttp.JSON_HEADERS, greeting);
    require(greeted.status() == 200, greeted);
    var session = Optional.ofNullable(greeted.headers().get(SESSION)).map((SESSION + ": %s\n")::formatted);
    headers = RawHttp.JSON_HEADERS + "MCP-Protocol-Version: " + REVISION + "\n" + session.orElse("");
    var told = post(headers, Json.write(Map.of("jsonrpc", "2.0", "method", "notifications/initialized")));
    require(told.status() == 202, told);
  }

  /** A call as it is sent. */
  static byte[] call(String tool, Map<String, Object> arguments) {
    return message("tools/call", Map.of("name", tool, "arguments", arguments));
  }

  private static byte[] message(String method, Map<String, Object> params) {
    return Json.write(Map.of("jsonrpc", "2.0", "id", 1, "method", method, "params", params));
  }

  /**
   * Sends a call and waits for its answer.
   *
   * @return the message, as JSON, whether it came alone or as an event
   * @throws IllegalStateException where it is an error
   */
  String ask(byte[] call) throws IOException {
    var answer = post(headers, call);
    require(answer.status() == 200 && answer.body().contains("\"result\":{"), answer);
    require(!answer.body().contains("\"isError\":true"), answer);
    return answer.body().substring(answer.body().indexOf('{')).strip();
  }

  /** Whether the connection is still there and the server well. */
  boolean isAlive() {
    try {
      return connection.ask("GET", FrontDoor.HEALTH, "Host: localhost\n").answer().status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** In one write: with two a server is woken twice. */
  private RawHttp.Answer post(String headers, byte[] body) throws IOException {
    var head = "POST /mcp HTTP/1.1\n%sContent-Length: %d\n\n".formatted(headers, body.length);
    return connection.send(head + new String(body, UTF_8)).answer();
  }

  private static void require(boolean isSo, RawHttp.Answer answer) {
    if (!isSo) {
      throw new IllegalStateException("no answer to that: %.500s".formatted(answer));
    }
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
