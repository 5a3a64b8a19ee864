package dev.codeintel.mcp;

import dev.codeintel.config.Limits;
import dev.codeintel.mcp.Message.Malformed;
import dev.codeintel.mcp.Message.Notification;
import dev.codeintel.mcp.Message.Request;
import dev.codeintel.mcp.Message.Response;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** JSON-RPC 2.0 in plain values. */
final class Codec {

  /**
   * What one piece of input holds.
   *
   * @param batch whether it was an array
   */
  record Input(boolean batch, List<Message> messages) {}

  private static final String VERSION = "2.0";

  private Codec() {}

  /** Reads one piece of input; whatever the bytes are, the outcome is messages. */
  static Input read(byte[] bytes) {
    try {
      var value = Json.read(bytes);
      return Json.asList(value).map(Codec::batch).orElseGet(() -> single(message(value)));
    } catch (Json.NotJson e) {
      return single(
          malformed(
              e.isWellFormed()
                  ? RpcError.invalidRequest(e.getMessage())
                  : RpcError.parseError(e.getMessage())));
    }
  }

  static byte[] result(Object id, Object result) {
    var response = new LinkedHashMap<String, Object>();
    response.put("jsonrpc", VERSION);
    response.put("id", id);
    response.put("result", result);
    return Json.write(response);
  }

  static byte[] notification(String method, Object params) {
    var notification = new LinkedHashMap<String, Object>();
    notification.put("jsonrpc", VERSION);
    notification.put("method", method);
    notification.put("params", params);
    return Json.write(notification);
  }

  /**
   * @param id absent where the request's could not be read; it is never null on the wire
   */
  static byte[] error(Optional<Object> id, RpcError error) {
    var response = new LinkedHashMap<String, Object>();
    response.put("jsonrpc", VERSION);
    response.put("id", id);
    response.put("error", error);
    return Json.write(response);
  }

  private static Input batch(List<?> values) {
    if (values.isEmpty()) {
      return single(malformed(RpcError.invalidRequest("The batch is empty.")));
    }
    if (values.size() > Limits.BATCH_MESSAGES_MAX) {
      return single(
          malformed(
              RpcError.invalidRequest(
                  "The batch has %,d messages; at most %,d are allowed."
                      .formatted(values.size(), Limits.BATCH_MESSAGES_MAX))));
    }
    return new Input(true, values.stream().map(Codec::message).toList());
  }

  private static Input single(Message message) {
    return new Input(false, List.of(message));
  }

  private static Message message(Object value) {
    return Json.asObject(value)
        .map(Codec::message)
        .orElseGet(() -> malformed(RpcError.invalidRequest("A message is a JSON object.")));
  }

  private static Message message(Map<String, Object> object) {
    var id = object.get("id");
    var readable = isId(id) ? Optional.of(id) : Optional.empty();
    if (!VERSION.equals(object.get("jsonrpc"))) {
      return new Malformed(readable, RpcError.invalidRequest("jsonrpc must be \"2.0\"."));
    }
    if (!object.containsKey("method")
        && (object.containsKey("result") || object.containsKey("error"))) {
      return new Response();
    }
    if (!(object.get("method") instanceof String method)) {
      return new Malformed(readable, RpcError.invalidRequest("method must be a string."));
    }
    var params = Json.asObject(object.getOrDefault("params", Map.of()));
    if (!object.containsKey("id")) {
      return new Notification(method, params.orElse(Map.of()));
    }
    if (readable.isEmpty()) {
      return malformed(
          RpcError.invalidRequest(
              "id must be a string of at most %,d characters, or an integer."
                  .formatted(Limits.ID_CHARS_MAX)));
    }
    if (params.isEmpty()) {
      return new Malformed(readable, RpcError.invalidParams("params must be an object."));
    }
    return new Request(id, method, params.get());
  }

  private static boolean isId(Object value) {
    return value instanceof Long
        || value instanceof BigInteger
        || value instanceof String text && text.length() <= Limits.ID_CHARS_MAX;
  }

  private static Malformed malformed(RpcError error) {
    return new Malformed(Optional.empty(), error);
  }
}
