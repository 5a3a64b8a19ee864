package dev.codeintel.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A request as a client posts it, in one of both eras of the protocol, and what must be true of its
 * answer.
 */
public final class Question {

  /** The code of an answer that is no error. */
  public static final String OK = "ok";

  private static final String EVENT = "event: message\ndata: ";
  private static final List<Revision> WITH_HANDSHAKE =
      Stream.of(Revision.values()).filter(revision -> !revision.isStateless()).toList();
  private static final Set<String> ONLY_WITH_HANDSHAKE = Set.of("initialize", "ping");
  private static final Set<String> ONLY_STATELESS = Set.of("server/discover", "subscriptions/listen");

  /** What is asked, in whatever revision. */
  public record Asked(String method, Map<String, Object> params) {}

  /**
   * What came of it.
   *
   * @param code {@link #OK}, or that of the error, of a tool or of the protocol
   * @param values what a tool gives to programs; else the result; else the error
   */
  public record Answered(String code, Map<String, Object> values) {}

  private final Revision revision;
  private final String id;
  private final String method;
  private final Map<String, Object> params;

  private Question(Revision revision, Random random, Asked asked) {
    this.revision = revision;
    this.id = new UUID(random.nextLong(), random.nextLong()).toString();
    this.method = asked.method();
    this.params = new LinkedHashMap<>(asked.params());
    var meta = new LinkedHashMap<String, Object>(Map.of("progressToken", id));
    if (revision.isStateless()) {
      meta.put(Meta.PROTOCOL_VERSION, revision.text());
      meta.put(Meta.CLIENT_CAPABILITIES, Map.of());
    }
    params.put(Meta.KEY, meta);
  }

  /** One in either era, if both have it. */
  public static Question of(Random random, Asked asked) {
    var isStateless =
        ONLY_STATELESS.contains(asked.method())
            || !ONLY_WITH_HANDSHAKE.contains(asked.method()) && random.nextBoolean();
    return isStateless ? new Question(Revision.V2026_07_28, random, asked) : conversing(random, asked);
  }

  /** One in a revision that begins with {@code initialize}. */
  public static Question conversing(Random random, Asked asked) {
    return new Question(WITH_HANDSHAKE.get(random.nextInt(WITH_HANDSHAKE.size())), random, asked);
  }

  /** The tool, else the method. */
  public String name() {
    return method.equals(Methods.CALL_TOOL) ? String.valueOf(params.get("name")) : method;
  }

  /** A line each; those that every message has are not among them. */
  public String headers() {
    var headers = "MCP-Protocol-Version: %s\nMcp-Method: %s\n".formatted(revision.text(), method);
    var named = params.get(method.equals(Methods.READ_RESOURCE) ? "uri" : "name");
    return named == null ? headers : headers + "Mcp-Name: %s\n".formatted(named);
  }

  public byte[] body() {
    return Json.write(Map.of("jsonrpc", "2.0", "id", id, "method", method, "params", params));
  }

  /**
   * Reads a whole response, as JSON or as events.
   *
   * @throws AssertionError where it does not keep to the protocol
   */
  public Answered read(int status, Map<String, String> headers, String body) {
    assertThat(status).as(body).isIn(200, 404);
    var isStream = headers.getOrDefault("content-type", "").startsWith("text/event-stream");
    var message = parsed(isStream ? lastEvent(body) : body);
    assertThat(message).containsEntry("jsonrpc", "2.0").containsEntry("id", id);
    if (message.containsKey("error")) {
      assertThat(message).doesNotContainKey("result");
      var error = object(message.get("error"));
      var isUnknown = error.get("code").equals((long) RpcError.METHOD_NOT_FOUND);
      assertThat(status).isEqualTo(isUnknown && revision.isStateless() ? 404 : 200);
      assertThat(error.get("message")).isInstanceOf(String.class);
      return new Answered(String.valueOf(error.get("code")), error);
    }
    assertThat(status).isEqualTo(200);
    var result = object(message.get("result"));
    assertThat(result.get("resultType")).isEqualTo(revision.isStateless() ? "complete" : null);
    return method.equals(Methods.CALL_TOOL) ? ofTool(result) : new Answered(OK, result);
  }

  private static Answered ofTool(Map<String, Object> result) {
    var values = object(result.get("structuredContent"));
    assertThat(ToolClient.text(result)).isNotBlank();
    return !Boolean.TRUE.equals(result.get("isError"))
        ? new Answered(OK, values)
        : new Answered((String) object(values.get("error")).get("code"), values);
  }

  /** What goes before the answer tells of its progress, or says nothing. */
  private String lastEvent(String body) {
    var events = Stream.of(body.split("\n\n")).filter(event -> !event.equals(":")).toList();
    assertThat(events).allMatch(event -> event.startsWith(EVENT));
    var messages = events.stream().map(event -> event.substring(EVENT.length())).toList();
    for (var message : messages.subList(0, messages.size() - 1)) {
      var progress = parsed(message);
      assertThat(progress).containsEntry("method", "notifications/progress");
      assertThat(object(progress.get("params"))).containsEntry("progressToken", id);
    }
    return messages.getLast();
  }

  private static Map<String, Object> parsed(String json) {
    try {
      return object(Json.read(json.getBytes(StandardCharsets.UTF_8)));
    } catch (Json.NotJson e) {
      throw new AssertionError(e.getMessage() + ": " + json, e);
    }
  }

  private static Map<String, Object> object(Object value) {
    return Json.asObject(value).orElseThrow(() -> new AssertionError("no object: " + value));
  }

  @Override
  public String toString() {
    return "%s of %s with %s".formatted(name(), revision.text(), params);
  }
}
