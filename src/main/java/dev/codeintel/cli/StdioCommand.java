package dev.codeintel.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code codeintel stdio}: short for {@code serve --stdio}. */
@Command(name = "stdio", description = "Short for serve --stdio.", mixinStandardHelpOptions = true)
final class StdioCommand implements Callable<Integer> {

  @ParentCommand Cli cli;
  @Mixin Repository repository;

  @Override
  public Integer call() {
    return StdioServing.run(cli.settings(), repository);
  }
}
