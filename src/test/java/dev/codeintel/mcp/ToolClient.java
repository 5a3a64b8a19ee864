package dev.codeintel.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.tool.Backend;
import dev.codeintel.tool.Toolbox;
import dev.codeintel.tool.Tools;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Calls the shipped tools as a client does. */
final class ToolClient {

  private final Toolbox toolbox;
  private final Session session;

  ToolClient(Backend backend) {
    toolbox = new Toolbox(Tools.all(), () -> backend);
    session = new Dispatcher(toolbox, Duration.ofSeconds(30)).open();
  }

  Wire.ListToolsResult tools() {
    return new Wire.ListToolsResult(toolbox.definitions().stream().map(Schemas::tool).toList());
  }

  /** The whole result of a call, errors too. */
  Map<String, Object> call(String tool, Map<String, ?> arguments) {
    var request =
        Map.of(
            "jsonrpc",
            "2.0",
            "id",
            1,
            "method",
            "tools/call",
            "params",
            Map.of("name", tool, "arguments", arguments));
    var answer = new ArrayList<byte[]>();
    switch (session.receive(Json.write(request))) {
      case Reply.Now(var message) -> answer.add(message);
      case Reply.Later work -> work.run(answer::add);
      case Reply.None _, Reply.Open _ -> throw new AssertionError("no answer");
    }
    try {
      return child(Json.asObject(Json.read(answer.getFirst())).orElseThrow(), "result");
    } catch (Json.NotJson e) {
      throw new AssertionError(e);
    }
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
