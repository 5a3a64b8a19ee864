package dev.codeintel.cli;

import dev.codeintel.index.IndexStatus;
import dev.codeintel.tool.CodeIntel;
import dev.codeintel.tool.IndexStatusTool;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code codeintel status}: what the index holds. */
@Command(
    name = "status",
    description = "Tell what the index holds and how fresh it is.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {

  @ParentCommand Cli cli;
  @Mixin Repository repository;

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  @Override
  public Integer call() {
    try (var codeintel = new CodeIntel(cli.settings(), () -> repository.open(cli.settings()))) {
      var status = codeintel.status();
      if (json) {
        Output.json(IndexStatusTool.values(status));
      } else {
        print(status, codeintel);
      }
      return switch (status.state()) {
        case ABSENT, DAMAGED -> ExitCode.NO_SOUND_INDEX;
        case INDEXING, READY -> ExitCode.DONE;
      };
    }
  }

  private static void print(IndexStatus status, CodeIntel codeintel) {
    line("repository", codeintel.workspace().root());
    line("state", status.state().name().toLowerCase(Locale.ROOT) + remedy(status.state()));
    line("files", "%,d, skipped %s".formatted(status.files(), status.skipped()));
    line(
        "chunks",
        "%,d, %.1f %% with a vector".formatted(status.chunks(), 100 * status.embeddedShare()));
    line("commit", status.commit().orElse("none"));
    line("generation", status.generation());
    var model = status.embedder();
    line("embedder", model.unavailable().orElse(model.identity()));
    line("on disk", "%.1f MB".formatted(status.diskBytes() / 1e6));
    status
        .progress()
        .ifPresent(run -> line("running", "%s (process %d)".formatted(run.words(), run.pid())));
  }

  private static String remedy(IndexStatus.State state) {
    return switch (state) {
      case ABSENT -> " (run codeintel index)";
      case DAMAGED -> " (run codeintel index --full)";
      case INDEXING, READY -> "";
    };
  }

  private static void line(String name, Object value) {
    System.out.printf("%-11s %s%n", name, value);
  }
}
