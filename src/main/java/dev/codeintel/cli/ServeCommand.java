package dev.codeintel.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code codeintel serve}: MCP for a client. */
@Command(
    name = "serve",
    description = "Serve MCP to a client. Over stdio so far.",
    mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {

  @ParentCommand Cli cli;
  @Mixin Repository repository;

  @Option(names = "--stdio", required = true, description = "Talk over stdin and stdout.")
  boolean stdio;

  @Override
  public Integer call() {
    return StdioServing.run(cli.settings(), repository);
  }
}
