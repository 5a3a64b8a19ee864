package dev.codeintel.mcp;

import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Tools that send log messages to their client, which the shipped server never does. */
final class LogFixture {

  private static final List<String> LEVELS =
      List.of("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency");

  private static final String LEVEL_OF_REQUEST = "io.modelcontextprotocol/logLevel";

  /** One for all clients: without sessions nobody knows whose it is. */
  private volatile String level = "info";

  Work setLevel(Asked asked) {
    level = known(asked.params().get("level"));
    return new Work.Done(Map.of());
  }

  /** Tells where the level that was set allows it. */
  Fixture toldByLevel() {
    return Fixture.tool(
        "test_tool_with_logging", _ -> (Work.Job) task -> tell(task, () -> allowsInfo(level)));
  }

  /** Tells only a request that asked for it. */
  Fixture toldByRequest() {
    return Fixture.tool(
        "test_logging_tool",
        asked -> {
          var wanted = asked.meta().get(LEVEL_OF_REQUEST);
          var allowed = wanted != null && allowsInfo(known(wanted));
          return (Work.Job) task -> tell(task, () -> allowed);
        });
  }

  private static Object tell(Task task, BooleanSupplier allowed) {
    for (var text :
        List.of("Tool execution started", "Tool processing data", "Tool execution completed")) {
      if (allowed.getAsBoolean()) {
        task.notifications().accept("notifications/message", Map.of("level", "info", "data", text));
      }
      ContentFixtures.pause();
    }
    return Map.of("content", List.of(Wire.TextContent.of("It is told.")));
  }

  private static boolean allowsInfo(String level) {
    return LEVELS.indexOf(level) <= LEVELS.indexOf("info");
  }

  private static String known(Object level) {
    if (level instanceof String text && LEVELS.contains(text)) {
      return text;
    }
    throw new RpcException(RpcError.invalidParams("level must be one of %s.".formatted(LEVELS)));
  }
}
