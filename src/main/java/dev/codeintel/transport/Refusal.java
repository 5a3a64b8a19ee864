package dev.codeintel.transport;

import dev.codeintel.mcp.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A request that is not served. The message is for whoever sent it.
 *
 * <p>Its body has the form of a JSON-RPC error without an id: whose it would be was not read.
 */
final class Refusal extends Exception {

  private static final long serialVersionUID = 1L;

  private static final int INVALID_REQUEST = -32600;
  private static final int INTERNAL_ERROR = -32603;

  private final int status;
  private final String reason;
  private final transient Map<String, String> headers;

  private Refusal(int status, String reason, Map<String, String> headers, String message) {
    super(message, null, false, false);
    this.status = status;
    this.reason = reason;
    this.headers = headers;
  }

  /**
   * @param reason one of a few words, for the metrics
   */
  static Refusal of(int status, String reason, String message) {
    return new Refusal(status, reason, Map.of(), message);
  }

  static Refusal methodNotAllowed(String allowed) {
    return new Refusal(
        405, "method", Map.of("Allow", allowed), "Only " + allowed + " is served here.");
  }

  /**
   * @param scheme the challenge: what a client must bring
   */
  static Refusal unauthorized(String challenge, String message) {
    return new Refusal(401, "token", Map.of("WWW-Authenticate", challenge), message);
  }

  static Refusal tooMany(long retrySeconds) {
    return new Refusal(
        429,
        "rate",
        retryAfter(retrySeconds),
        "Too many requests of one client; see RATE_LIMIT_QPS. Try again in %d s."
            .formatted(retrySeconds));
  }

  static Refusal tooLarge(int bytesMax) {
    return of(413, "size", "The body is larger than %,d bytes.".formatted(bytesMax));
  }

  /** Nothing is wrong with the request: it may be sent again. */
  static Refusal busy(String message) {
    return new Refusal(503, "busy", retryAfter(1), message);
  }

  static Refusal stopping() {
    return new Refusal(503, "stopping", retryAfter(1), "The server is being stopped.");
  }

  static Refusal broken() {
    return of(500, "internal", "Something went wrong inside codeintel; its log says what.");
  }

  private static Map<String, String> retryAfter(long seconds) {
    return Map.of("Retry-After", Long.toString(seconds));
  }

  int status() {
    return status;
  }

  String reason() {
    return reason;
  }

  Map<String, String> headers() {
    return headers;
  }

  /** What is sent: JSON in UTF-8. */
  byte[] body() {
    var error = new LinkedHashMap<String, Object>();
    var isOurs = status >= 500 || status == 429;
    error.put("code", isOurs ? INTERNAL_ERROR : INVALID_REQUEST);
    error.put("message", getMessage());
    var response = new LinkedHashMap<String, Object>();
    response.put("jsonrpc", "2.0");
    response.put("error", error);
    return Json.write(response);
  }
}
