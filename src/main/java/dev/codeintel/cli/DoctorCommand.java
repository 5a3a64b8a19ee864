package dev.codeintel.cli;

import dev.codeintel.embed.Embedder;
import dev.codeintel.faiss.FaissLibrary;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.tool.CodeIntel;
import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code codeintel doctor}: what works, what does not, what to do. */
@Command(
    name = "doctor",
    description = "Tell what works here, what does not, and what to do about it.",
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {

  @ParentCommand Cli cli;
  @Mixin Repository repository;

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  /** How a check ended. */
  private enum Health {
    OK,
    LIMITED,
    BROKEN
  }

  /**
   * A line of the report.
   *
   * @param says what was found, and what to do where something is wrong
   */
  private record Check(String name, Health health, String says) {}

  @Override
  public Integer call() {
    try (var codeintel = new CodeIntel(cli.settings(), () -> repository.open(cli.settings()))) {
      var checks = new ArrayList<Check>();
      checks.add(
          new Check(
              "java", Health.OK, System.getProperty("java.vm.name") + " " + Runtime.version()));
      checks.add(new Check("aot cache", Health.OK, aotCache()));
      checks.add(guarded("faiss", Health.LIMITED, () -> faiss(codeintel.faiss())));
      checks.add(guarded("model", Health.LIMITED, () -> model(codeintel)));
      checks.add(new Check("git", Health.OK, git()));
      checks.add(new Check("data folder", Health.OK, cli.settings().dataDirectory().toString()));
      checks.add(guarded("repository", Health.LIMITED, () -> repository(codeintel)));
      checks.add(guarded("index", Health.BROKEN, () -> index(codeintel)));
      report(checks);
      return checks.stream().anyMatch(check -> check.health == Health.BROKEN)
          ? ExitCode.FAILED
          : ExitCode.DONE;
    }
  }

  private static Check guarded(String name, Health onError, Supplier<Check> check) {
    try {
      return check.get();
    } catch (CodeintelException e) {
      return new Check(name, onError, e.getMessage());
    }
  }

  private static String aotCache() {
    var flags = java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments();
    return flags.stream()
        .filter(flag -> flag.startsWith("-XX:AOTCache="))
        .findFirst()
        .map(flag -> flag.substring(flag.indexOf('=') + 1))
        .orElse("not used; scripts/codeintel makes one, for a faster start");
  }

  private static Check faiss(FaissLibrary library) {
    return library
        .facts()
        .map(
            facts ->
                new Check(
                    "faiss",
                    Health.OK,
                    "FAISS %s, %s kernels, BLAS core %s, %d threads, %s"
                        .formatted(
                            facts.version(),
                            orUnknown(facts.simdLevel()),
                            orUnknown(facts.blasCore()),
                            facts.threads(),
                            facts.file())))
        .orElseGet(() -> new Check("faiss", Health.LIMITED, library.reason()));
  }

  private static String orUnknown(String text) {
    return text.isEmpty() ? "unknown" : text;
  }

  private static Check model(CodeIntel codeintel) {
    var embedder = codeintel.embedder();
    if (embedder.isEmpty()) {
      return new Check(
          "model",
          Health.LIMITED,
          "None: search is by words alone (EMBEDDER=none, or the model cannot run here).");
    }
    return new Check(
        "model",
        Health.OK,
        "%s, %.1f ms a query".formatted(embedder.get().identity(), milliseconds(embedder.get())));
  }

  private static double milliseconds(Embedder model) {
    try (var arena = Arena.ofShared()) {
      var vector = arena.allocate(ValueLayout.JAVA_FLOAT, model.dimension());
      model.embedQuery("warm up", vector, CancelToken.create());
      var started = System.nanoTime();
      model.embedQuery("where is the configuration read", vector, CancelToken.create());
      return (System.nanoTime() - started) / 1e6;
    }
  }

  /** Only looked for: codeintel reads repositories by itself and starts no program. */
  private static String git() {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, "git"))
        .filter(Files::isExecutable)
        .findFirst()
        .map(Path::toString)
        .orElse("not found; not needed");
  }

  private static Check repository(CodeIntel codeintel) {
    var workspace = codeintel.workspace();
    var head = workspace.headCommit().map(commit -> "commit " + commit).orElse("no commit");
    return new Check(
        "repository",
        Health.OK,
        workspace.root() + ", " + (workspace.isGit() ? head : "not under git"));
  }

  private static Check index(CodeIntel codeintel) {
    var status = codeintel.status();
    var says =
        "%s, %,d files, %,d chunks, %.0f %% with a vector"
            .formatted(
                status.state().name().toLowerCase(Locale.ROOT),
                status.files(),
                status.chunks(),
                100 * status.embeddedShare());
    return switch (status.state()) {
      case ABSENT -> new Check("index", Health.LIMITED, "none yet; run codeintel index");
      case DAMAGED -> new Check("index", Health.BROKEN, says + "; run codeintel index --full");
      case INDEXING, READY -> new Check("index", Health.OK, says);
    };
  }

  private void report(List<Check> checks) {
    if (json) {
      Output.json(Map.of("checks", checks));
      return;
    }
    for (var check : checks) {
      System.out.printf(
          "%-8s %-12s %s%n", check.health.name().toLowerCase(Locale.ROOT), check.name, check.says);
    }
  }
}
