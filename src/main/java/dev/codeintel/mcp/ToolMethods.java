package dev.codeintel.mcp;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.Log;
import dev.codeintel.tool.Answer;
import dev.codeintel.tool.Arguments;
import dev.codeintel.tool.Call;
import dev.codeintel.tool.InvalidArgument;
import dev.codeintel.tool.Result;
import dev.codeintel.tool.Tool;
import dev.codeintel.tool.Toolbox;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Lists tools, runs them, and turns whatever comes of it, errors too, into tool results. */
final class ToolMethods {

  private static final int ERROR_ID_CHARS = 8;

  private final Toolbox toolbox;
  private final Wire.ListToolsResult list;

  ToolMethods(Toolbox toolbox) {
    this.toolbox = toolbox;
    this.list =
        new Wire.ListToolsResult(toolbox.definitions().stream().map(Schemas::tool).toList());
  }

  Work list(Asked asked) {
    Methods.requireFirstPage(asked);
    return new Work.Done(list);
  }

  Work call(Asked asked) {
    Prepared prepared;
    try {
      prepared = prepare(asked.params());
    } catch (CodeintelException e) {
      return new Work.Done(failure(e));
    }
    var session = asked.session(); // and no more of it: the job may wait for long
    return (Work.Job) task -> run(prepared, task, session);
  }

  /** A call whose arguments are in order. */
  private record Prepared(Tool tool, Arguments arguments) {}

  /**
   * Checks a call without doing anything.
   *
   * @throws RpcException when there is no such tool or the request is not well formed
   * @throws InvalidArgument when an argument is wrong
   */
  private Prepared prepare(Map<String, Object> params) {
    if (!(params.get("name") instanceof String name)) {
      throw new RpcException(RpcError.invalidParams("params.name must be the name of a tool."));
    }
    var tool =
        toolbox
            .find(name)
            .orElseThrow(() -> new RpcException(RpcError.invalidParams(noTool(name))));
    var given = params.get("arguments");
    var arguments = given == null ? Optional.of(Map.<String, Object>of()) : Json.asObject(given);
    return new Prepared(
        tool,
        Arguments.check(
            tool.definition(),
            arguments.orElseThrow(
                () ->
                    new RpcException(
                        RpcError.invalidParams("params.arguments must be an object.")))));
  }

  /** Runs a prepared call; throws nothing. */
  private Wire.CallToolResult run(Prepared prepared, Task task, Optional<String> session) {
    var tool = prepared.tool();
    var arguments = prepared.arguments();
    try {
      task.memory().take(tool.bytesMax(arguments), task.cancel());
      var call = new Call(task.cancel(), task.progress(), session);
      return success(fit(toolbox.call(tool, arguments, call), prepared));
    } catch (CodeintelException e) {
      return failure(e);
    } catch (RuntimeException | Error e) { // also what native code and deep recursion throw
      return internal(tool, e);
    }
  }

  private static Wire.CallToolResult failure(CodeintelException e) {
    var detail = e instanceof InvalidArgument invalid ? invalid.detail() : Map.<String, Object>of();
    if (e.code() == ErrorCode.INTERNAL) {
      Log.error("Tool failed", e);
    }
    return error(e.code(), e.getMessage(), detail);
  }

  static Wire.CallToolResult busy(String why) {
    return error(ErrorCode.BUSY, why, Map.of());
  }

  private static Wire.CallToolResult internal(Tool tool, Throwable e) {
    var id = UUID.randomUUID().toString().substring(0, ERROR_ID_CHARS);
    Log.error("Tool failed", e, "tool", tool.definition().name(), "error_id", id);
    return error(
        ErrorCode.INTERNAL,
        "Something went wrong inside codeintel. The server's log has it under %s. Other calls still work."
            .formatted(id),
        Map.of("error_id", id));
  }

  private static Wire.CallToolResult error(
      ErrorCode code, String message, Map<String, Object> detail) {
    return new Wire.CallToolResult(
        List.of(Wire.TextContent.of(code.text() + ": " + message)),
        new Json.Snake(Map.of("error", new Wire.ToolError(code.text(), message, detail))),
        Optional.of(true));
  }

  private static Wire.CallToolResult success(Answer answer) {
    return new Wire.CallToolResult(
        List.of(Wire.TextContent.of(answer.text())),
        new Json.Snake(answer.values()),
        Optional.empty());
  }

  /** The largest answer of which text and values each stay within {@code max_tokens}. */
  private static Answer fit(Result result, Prepared call) {
    var bytesMax = call.arguments().maxTokens() * Limits.TOKEN_BYTES;
    var whole = result.at(result.largest());
    if (result.largest() == 0 || fits(whole, bytesMax)) {
      return whole;
    }
    var fitting = result.at(0); // the least there is; goes out even when it is too long
    var low = 1;
    var high = result.largest() - 1;
    while (low <= high) {
      var middle = (low + high) >>> 1;
      var candidate = result.at(middle);
      if (fits(candidate, bytesMax)) {
        fitting = candidate;
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return fitting;
  }

  private static boolean fits(Answer answer, int bytesMax) {
    return Json.size(answer.text()) <= bytesMax
        && Json.size(new Json.Snake(answer.values())) <= bytesMax;
  }

  private String noTool(String name) {
    return "There is no tool %s. There are: %s."
        .formatted(
            RpcError.clip(name),
            String.join(", ", toolbox.definitions().stream().map(tool -> tool.name()).toList()));
  }
}
