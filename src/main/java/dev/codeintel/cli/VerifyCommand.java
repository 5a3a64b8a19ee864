package dev.codeintel.cli;

import dev.codeintel.index.IndexStatus;
import dev.codeintel.tool.CodeIntel;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code codeintel verify}: reads every byte of the index. */
@Command(
    name = "verify",
    description = "Check every file of the index. Exit 0 when it is sound, 4 when it is damaged.",
    mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {

  @ParentCommand Cli cli;
  @Mixin Repository repository;

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  @Override
  public Integer call() {
    try (var codeintel = new CodeIntel(cli.settings(), () -> repository.open(cli.settings()))) {
      var findings = codeintel.verify();
      var absent = codeintel.status().state() == IndexStatus.State.ABSENT;
      if (json) {
        Output.json(Map.of("sound", findings.isEmpty(), "findings", findings));
      } else if (findings.isEmpty()) {
        System.out.println(
            absent ? "There is no index yet; nothing to verify." : "The index is sound.");
      } else {
        findings.forEach(System.out::println);
        System.out.println("Run codeintel index --full to repair it.");
      }
      return findings.isEmpty() ? ExitCode.DONE : ExitCode.NO_SOUND_INDEX;
    }
  }
}
