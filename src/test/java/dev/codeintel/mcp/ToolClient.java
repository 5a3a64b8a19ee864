package dev.codeintel.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.MemoryBudget;
import dev.codeintel.ops.Progress;
import dev.codeintel.tool.Backend;
import dev.codeintel.tool.Call;
import dev.codeintel.tool.Toolbox;
import dev.codeintel.tool.Tools;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Calls the shipped tools as a client does. */
final class ToolClient {

  private static final Duration QUERY_TIMEOUT = Duration.ofSeconds(30);

  private static final long MEMORY_BYTES = 1 << 30;

  private final Toolbox toolbox;
  private final Caller caller;

  private interface Caller {
    /** Gives the message that answers. */
    byte[] call(Map<String, Object> params);
  }

  /** One over stdio, after {@code initialize}. */
  ToolClient(Backend backend) {
    this(backend, QUERY_TIMEOUT);
  }

  ToolClient(Backend backend, Duration queryTimeout) {
    toolbox = new Toolbox(Tools.all(), () -> backend);
    var session = new Dispatcher(toolbox, queryTimeout).open();
    caller = params -> send(session, params);
  }

  private ToolClient(Toolbox toolbox, Caller caller) {
    this.toolbox = toolbox;
    this.caller = caller;
  }

  /** Another client of the same server, in a conversation that has a name. */
  ToolClient in(String session) {
    return with(CancelToken.withDeadline(QUERY_TIMEOUT), Progress.NONE, Optional.of(session));
  }

  /** Another client of the same server, whose calls each stand alone. */
  ToolClient alone() {
    return with(CancelToken.withDeadline(QUERY_TIMEOUT), Progress.NONE, Optional.empty());
  }

  /** Another client of the same server, with all that belongs to a call. */
  ToolClient with(CancelToken cancel, Progress progress, Optional<String> session) {
    return new ToolClient(toolbox, params -> run(params, new Call(cancel, progress, session)));
  }

  Wire.ListToolsResult tools() {
    return new Wire.ListToolsResult(toolbox.definitions().stream().map(Schemas::tool).toList());
  }

  /** The whole result of a call, errors too. */
  Map<String, Object> call(String tool, Map<String, ?> arguments) {
    try {
      var answer = caller.call(Map.of("name", tool, "arguments", arguments));
      return child(Json.asObject(Json.read(answer)).orElseThrow(), "result");
    } catch (Json.NotJson e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] send(Session session, Map<String, Object> params) {
    var request = Map.of("jsonrpc", "2.0", "id", 1, "method", "tools/call", "params", params);
    var answer = new ArrayList<byte[]>();
    switch (session.receive(Json.write(request))) {
      case Reply.Now(var message) -> answer.add(message);
      case Reply.Later work -> {
        try (work) {
          work.run(answer::add);
        }
      }
      case Reply.None _, Reply.Open _ -> throw new AssertionError("no answer");
    }
    return answer.getFirst();
  }

  private byte[] run(Map<String, Object> params, Call call) {
    var asked =
        new Asked(Revision.LATEST_WITH_HANDSHAKE, Methods.CALL_TOOL, params, call.session());
    var result =
        switch (new ToolMethods(toolbox).call(asked)) {
          case Work.Done(var done) -> done;
          case Work.Job job ->
              job.run(
                  new Task(
                      call.cancel(),
                      new MemoryBudget(MEMORY_BYTES).share(),
                      call.progress(),
                      (_, _) -> {}));
          case Work.Wait _ -> throw new AssertionError("no answer");
        };
    return Codec.result(1, result);
  }

  /** What programs see of a call that succeeds. */
  Map<String, Object> values(String tool, Map<String, ?> arguments) {
    var result = call(tool, arguments);
    assertThat(result).as(text(result)).doesNotContainKey("isError");
    return child(result, "structuredContent");
  }

  /** The same, and that neither form takes more than was allowed. */
  Map<String, Object> bounded(String tool, Map<String, ?> arguments, int tokens) {
    var result = call(tool, arguments);
    assertThat(Json.size(result.get("structuredContent"))).isLessThanOrEqualTo(tokens * 4);
    assertThat(Json.size(text(result))).isLessThanOrEqualTo(tokens * 4);
    assertThat(result).doesNotContainKey("isError");
    return child(result, "structuredContent");
  }

  /** The error of a call that is refused. */
  Map<String, Object> error(String tool, Map<String, ?> arguments) {
    var result = call(tool, arguments);
    assertThat(result).as(text(result)).containsEntry("isError", true);
    return child(child(result, "structuredContent"), "error");
  }

  static String text(Map<String, Object> result) {
    return (String) ((Map<?, ?>) ((List<?>) result.get("content")).getFirst()).get("text");
  }

  static Map<String, Object> child(Map<String, Object> parent, String key) {
    return Json.asObject(parent.get(key)).orElseThrow(() -> new AssertionError(parent));
  }
}
