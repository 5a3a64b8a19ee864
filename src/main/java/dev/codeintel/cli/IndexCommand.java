package dev.codeintel.cli;

import dev.codeintel.index.RunPlan;
import dev.codeintel.index.RunReport;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.Pace;
import dev.codeintel.ops.Progress;
import dev.codeintel.tool.CodeIntel;
import dev.codeintel.tool.Reindex;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code codeintel index}: brings the index of a repository up to date. */
@Command(
    name = "index",
    description = "Bring the index of a repository up to date. Ctrl-C keeps what was done so far.",
    mixinStandardHelpOptions = true)
final class IndexCommand implements Callable<Integer> {

  private static final long FOLLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  @ParentCommand Cli cli;
  @Mixin Repository repository;

  @Option(
      names = "--full",
      description = "Read every file again. Vectors of texts that are known are kept.")
  boolean full;

  @Option(names = "--incremental", description = "Read only what changed (the default).")
  boolean incremental;

  @Option(
      names = "--merge",
      description = "Merge new vectors into the index on disk. There is nothing to merge so far.")
  boolean merge;

  @Option(
      names = "--dry-run",
      description =
          "Tell what there is to index and about how long it takes; no index is written."
              + " The model is tried for a few seconds.")
  boolean dryRun;

  @Option(names = "--json", description = "With --dry-run: print one JSON object.")
  boolean json;

  @Override
  public Integer call() {
    if (json && !dryRun) {
      throw new CodeintelException(
          ErrorCode.INVALID_ARGUMENT, "--json goes with --dry-run; see also status --json.");
    }
    if (Stream.of(full, incremental, merge).filter(given -> given).count() > 1) {
      throw new CodeintelException(
          ErrorCode.INVALID_ARGUMENT,
          "--full, --incremental and --merge exclude each other; give one.");
    }
    if (merge) {
      if (!cli.quiet()) {
        System.err.println(Reindex.NOTHING_TO_MERGE);
      }
      return ExitCode.DONE;
    }
    try (var stop = new Interruption();
        var codeintel = new CodeIntel(cli.settings(), () -> repository.open(cli.settings()))) {
      if (dryRun) {
        print(plan(codeintel, stop.token()));
        return ExitCode.DONE;
      }
      var started = System.nanoTime();
      var report = run(codeintel, stop.token());
      if (!cli.quiet()) {
        System.err.println(summary(report, codeintel, (System.nanoTime() - started) / 1e9));
      }
      return ExitCode.DONE;
    }
  }

  private RunPlan plan(CodeIntel codeintel, CancelToken cancel) {
    try (var bar = cli.quiet() ? null : ProgressBar.onStderr()) {
      return codeintel.plan(cancel, bar == null ? Progress.NONE : bar);
    }
  }

  private void print(RunPlan plan) {
    if (json) {
      Output.json(values(plan));
      return;
    }
    line("files", "%,d, skipped %s".formatted(plan.files(), plan.skipped()));
    line("chunks", "%,d, %,d with a vector".formatted(plan.chunks(), plan.embeddedChunks()));
    line(
        "to embed",
        "%,d texts, %,d of %,d tokens"
            .formatted(plan.textsToEmbed(), plan.tokensToEmbed(), plan.tokens()));
    plan.speed()
        .ifPresent(
            speed ->
                line(
                    "model",
                    String.format(
                        Locale.ROOT,
                        "%,.0f tokens/s, tried with %,d texts",
                        speed.tokensPerSecond(),
                        speed.sampleTexts())));
    line("time", plan.estimatedSeconds().map(Pace::duration).orElse("no model to wait for"));
  }

  private static void line(String name, Object value) {
    System.out.printf(Locale.ROOT, "%-11s %s%n", name, value);
  }

  private static Map<String, Object> values(RunPlan plan) {
    var values = new LinkedHashMap<String, Object>();
    values.put("files", plan.files());
    values.put("skipped", plan.skipped());
    values.put("chunks", plan.chunks());
    values.put("tokens", plan.tokens());
    values.put("embedded_chunks", plan.embeddedChunks());
    values.put("texts_to_embed", plan.textsToEmbed());
    values.put("tokens_to_embed", plan.tokensToEmbed());
    plan.speed().ifPresent(speed -> values.put("tokens_per_second", speed.tokensPerSecond()));
    plan.estimatedSeconds().ifPresent(seconds -> values.put("estimated_seconds", seconds));
    return values;
  }

  private RunReport run(CodeIntel codeintel, CancelToken cancel) {
    try (var bar = cli.quiet() ? null : ProgressBar.onStderr()) {
      var progress = bar == null ? Progress.NONE : bar;
      for (var others = false; ; others = true) {
        try {
          return codeintel.index(full, Optional.empty(), cancel, progress);
        } catch (CodeintelException e) {
          if (e.code() != ErrorCode.BUSY) {
            throw e;
          }
        }
        if (!others && !cli.quiet()) {
          System.err.println(following(codeintel));
        }
        follow(codeintel, cancel, progress);
      }
    }
  }

  private static String following(CodeIntel codeintel) {
    var who = codeintel.status().progress().map(run -> "process " + run.pid());
    return "Already being indexed by %s; following it.".formatted(who.orElse("another process"));
  }

  /** Shows how far the run is that has the lock. */
  private static void follow(CodeIntel codeintel, CancelToken cancel, Progress progress) {
    cancel.check();
    codeintel
        .status()
        .progress()
        .ifPresent(run -> progress.at(run.phase(), run.done(), run.total()));
    LockSupport.parkNanos(FOLLOW_NANOS);
  }

  private static String summary(RunReport report, CodeIntel codeintel, double seconds) {
    var status = codeintel.status();
    if (report.changedNothing()) {
      return "Nothing changed: %,d files, %,d chunks.".formatted(status.files(), status.chunks());
    }
    return String.format(
        Locale.ROOT,
        "%,d files (%,d new, %,d changed, %,d gone), %,d chunks, %,d embedded, %,d vectors reused, in %.1f s.",
        status.files(),
        report.added(),
        report.changed(),
        report.deleted(),
        report.chunks(),
        report.embedded(),
        report.reused(),
        seconds);
  }
}
