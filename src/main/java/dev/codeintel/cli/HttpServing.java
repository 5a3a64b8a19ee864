package dev.codeintel.cli;

import dev.codeintel.config.Settings;
import dev.codeintel.mcp.Dispatcher;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.LogLevel;
import dev.codeintel.tool.CodeIntel;
import dev.codeintel.tool.Readiness;
import dev.codeintel.tool.Toolbox;
import dev.codeintel.tool.Tools;
import dev.codeintel.transport.ClientSnippet;
import dev.codeintel.transport.HttpOptions;
import dev.codeintel.transport.HttpTransport;

/** Serves many clients over HTTP until the process is stopped. */
final class HttpServing {

  private HttpServing() {}

  /**
   * @throws CodeintelException when the address cannot be had, or must not be
   */
  static int run(Cli cli, Repository repository, String host, int port) {
    var settings = cli.settings();
    var usual = settings.logLevel().orElse(LogLevel.INFO);
    Log.configure(cli.verbose() ? LogLevel.DEBUG : usual, settings.logJson(), System.err);
    var options = HttpOptions.of(settings.http(), host, port);
    var toolbox =
        new Toolbox(Tools.all(), () -> new CodeIntel(settings, () -> repository.open(settings)));
    var endpoint = new Dispatcher(toolbox, settings.queryTimeout()).http();
    var transport = new HttpTransport(options, endpoint::post, () -> Readiness.of(toolbox));
    transport.start();
    Shutdown.closing(() -> stop(transport, toolbox));
    greet(cli, transport, !options.tokens().isEmpty());
    noteWhatCannotBeServed(repository, settings);
    transport.awaitClose();
    return ExitCode.DONE;
  }

  /** On SIGTERM and Ctrl-C: what is in flight is finished, and the index is let go. */
  private static void stop(HttpTransport transport, Toolbox toolbox) {
    try (toolbox) {
      transport.close();
    }
  }

  private static void greet(Cli cli, HttpTransport transport, boolean token) {
    System.out.println(transport.url());
    if (!cli.quiet()) {
      System.out.println();
      System.out.println("For an MCP client:");
      System.out.println();
      System.out.println(ClientSnippet.of(transport.url(), token));
      System.out.println();
      System.out.println("Ctrl-C stops the server.");
    }
  }

  /** Its calls would say so too, but to an agent, and later. */
  private static void noteWhatCannotBeServed(Repository repository, Settings settings) {
    try {
      repository.open(settings).close();
    } catch (CodeintelException e) {
      Log.warning(
          "The repository cannot be served, so calls of tools will fail", "reason", e.getMessage());
    }
  }
}
