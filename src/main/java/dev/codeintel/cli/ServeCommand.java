package dev.codeintel.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code codeintel serve}: MCP for clients. */
@Command(
    name = "serve",
    description = "Serve MCP to clients: over HTTP, or to one client over stdio.",
    mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {

  private static final int PORT_MAX = 65_535;

  @ParentCommand Cli cli;
  @Mixin Repository repository;
  @Spec CommandSpec spec;

  @Option(names = "--stdio", description = "Talk over stdin and stdout.")
  boolean stdio;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description =
          "Where to listen (default: 127.0.0.1). localhost also takes IPv6; others than this machine need CODEINTEL_TOKEN.")
  String host;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Port to listen on (default: 8080); 0 takes any that is free, and prints it.")
  Integer port;

  @Override
  public Integer call() {
    if (stdio) {
      if (host != null || port != null) {
        throw wrong("--stdio excludes --host and --port");
      }
      return StdioServing.run(cli.settings(), repository);
    }
    var wanted = Optional.ofNullable(port).orElse(8_080);
    if (wanted < 0 || wanted > PORT_MAX) {
      throw wrong("--port is %d; it must be from 0 to %d".formatted(wanted, PORT_MAX));
    }
    return HttpServing.run(cli, repository, Optional.ofNullable(host).orElse("127.0.0.1"), wanted);
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
