package dev.codeintel.mcp;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.tool.Toolbox;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** What all clients of this server share. Safe for use by any thread. */
public final class Dispatcher {

  private static final String INSTRUCTIONS =
      """
      codeintel has this repository indexed. Use semantic_search first when you know what code does \
      but not what it is called, or when a name may stand in many places: it ranks whole functions by \
      meaning and by words, so one call replaces many greps. Ask in a full sentence and add the \
      identifiers you know. Use grep for exact strings and for a complete list of occurrences. \
      open_file reads exact line ranges, list_paths finds files by glob and language without what is \
      ignored. blame_range says which commit brought the lines you read, and why; file_history which \
      commits changed a file. Answers say when the index is still being built (embedded_share, pending_files): \
      results are then right but may be incomplete. Paths are relative to the repository, lines start \
      at 1.""";

  private final ToolCalls calls;
  private final Wire.ListToolsResult tools;
  private final Duration queryTimeout;
  private final Wire.Implementation server;

  /**
   * @param queryTimeout how long one tool call may take, waiting included
   */
  public Dispatcher(Toolbox toolbox, Duration queryTimeout) {
    this.calls = new ToolCalls(toolbox);
    this.tools =
        new Wire.ListToolsResult(toolbox.definitions().stream().map(Schemas::tool).toList());
    this.queryTimeout = queryTimeout;
    this.server = new Wire.Implementation("codeintel", version());
  }

  /** Begins the conversation with one client. */
  public Session open() {
    return new Session(this);
  }

  /** The version in the jar's manifest. */
  public static String version() {
    return Optional.ofNullable(Dispatcher.class.getPackage().getImplementationVersion())
        .orElse("development");
  }

  ToolCalls calls() {
    return calls;
  }

  CancelToken deadline() {
    return CancelToken.withDeadline(queryTimeout);
  }

  /** The client's revision where it is known here, else the latest: the client then decides. */
  Wire.InitializeResult initialize(Revision revision) {
    return new Wire.InitializeResult(
        revision.text(), Map.of("tools", Map.of()), server, INSTRUCTIONS);
  }

  /** All tools are on the one page. */
  Wire.ListToolsResult tools(Map<String, Object> params) {
    if (params.get("cursor") != null) {
      throw new RpcException(
          RpcError.invalidParams("cursor is not one that this server gave; leave it out."));
    }
    return tools;
  }
}
