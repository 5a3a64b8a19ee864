package dev.codeintel.tool;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.repo.TextMatches;
import dev.codeintel.repo.TextPlace;
import dev.codeintel.repo.TextQuery;
import dev.codeintel.repo.Workspace;
import dev.codeintel.repo.text.TextPattern;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Times a search of a whole tree beside ripgrep, run by run in turn, so that what else the machine
 * does falls on both. Ours is what a warm server does for a call, from listing the files to the
 * first fifty matches and all counts; ripgrep counts lines, and the start of its process, timed on
 * an empty folder, is to be taken off.
 *
 * <p>Arguments: the tree, the ripgrep program, how many runs each.
 */
public final class TextBenchmark {

  private static final int THREADS = Runtime.getRuntime().availableProcessors();
  private static final int WARM_UP_RUNS = 30;
  private static final int MATCHES = 50;

  /** What is searched for; the first letters are r for an expression and i for any case. */
  private static final List<List<String>> QUESTIONS =
      List.of(
          List.of("", "ReplicaManager"),
          List.of("", "zzzqqq"),
          List.of("", "the"),
          List.of("i", "replicamanager"),
          List.of("i", "class"),
          List.of("i", "\u00e9tat"),
          List.of("r", "[A-Z][a-z]+Exception\\("),
          List.of("r", "(get|set)[A-Z]\\w+Partition"),
          List.of("r", "^import java\\.util\\.\\w+;$"),
          List.of("r", "[a-z]+_[0-9]+[a-z]*"),
          List.of("r", "\\w{5}[ \\t]+\\w{5}[ \\t]+\\w{5}"),
          List.of("ri", "(error|warning): .*failed"));

  private final Path tree;
  private final String ripgrep;
  private final Path nothing;
  private final int runs;
  private final Workspace workspace;
  private final Workers workers = new Workers("scan", THREADS);

  private TextBenchmark(Path tree, String ripgrep, int runs) throws IOException {
    this.tree = tree;
    this.ripgrep = ripgrep;
    this.nothing = Files.createTempDirectory("nothing");
    this.runs = runs;
    this.workspace = Workspace.open(tree);
  }

  public static void main(String[] arguments) throws Exception {
    var benchmark =
        new TextBenchmark(Path.of(arguments[0]), arguments[1], Integer.parseInt(arguments[2]));
    var results = new ArrayList<String>();
    for (var question : QUESTIONS) {
      results.add(benchmark.time(question));
    }
    var out = System.out;
    out.printf(
        "{\"processors\":%d,\"java\":\"%s\",\"runs\":%d,\"unit\":\"us\",\"questions\":[%n%s]}%n",
        Runtime.getRuntime().availableProcessors(),
        Runtime.version(),
        benchmark.runs,
        String.join(",\n", results));
    benchmark.close();
  }

  private void close() throws IOException {
    workers.close();
    workspace.close();
    Files.delete(nothing);
  }

  private String time(List<String> question) throws Exception {
    var kind = question.get(0);
    var text = question.get(1);
    var pattern = TextPattern.of(text, kind.contains("r"), !kind.contains("i"));
    for (var i = 0; i < WARM_UP_RUNS; i++) {
      search(pattern);
    }
    var ours = new long[runs];
    var theirs = new long[runs];
    var start = new long[runs];
    var lines = 0L;
    var ownLines = 0L;
    for (var i = 0; i < runs; i++) {
      var began = System.nanoTime();
      ownLines = search(pattern).total();
      ours[i] = (System.nanoTime() - began) / 1_000;
      began = System.nanoTime();
      lines = count(kind, text, tree);
      theirs[i] = (System.nanoTime() - began) / 1_000;
      began = System.nanoTime();

      count(kind, text, nothing);
      start[i] = (System.nanoTime() - began) / 1_000;
    }
    var net = median(theirs) - median(start);
    var leastNet = least(theirs) - least(start);
    System.err.printf(
        Locale.ROOT,
        "%-3s%-36s ours %7.1f (%7.1f)  ripgrep %7.1f (%7.1f)  ratio %.2f (%.2f)  lines %d, %d%n",
        kind,
        text,
        median(ours) / 1e3,
        least(ours) / 1e3,
        net / 1e3,
        leastNet / 1e3,
        median(ours) / (double) net,
        least(ours) / (double) leastNet,
        ownLines,
        lines);
    return "{\"kind\":\"%s\",\"query\":\"%s\",\"lines\":%d,\"lines_ripgrep\":%d,\"ours\":%s,\"ripgrep\":%s,\"ripgrep_start\":%s}"
        .formatted(kind, text.replace("\\", "\\\\"), ownLines, lines, json(ours), json(theirs), json(start));
  }

  private TextMatches search(TextPattern pattern) {
    var query = new TextQuery(pattern, _ -> true, TextPlace.START, 0, MATCHES);
    try (var scan = workspace.scan(query, CancelToken.create())) {
      workers.runInSlices(THREADS, scan::work);
      return scan.result();
    }
  }

  private long count(String kind, String text, Path folder) throws Exception {
    var command = new ArrayList<>(List.of(ripgrep, "--no-config", "--hidden", "--count"));
    if (!kind.contains("r")) {
      command.add("--fixed-strings");
    }
    if (kind.contains("i")) {
      command.add("--ignore-case");
    }
    command.addAll(List.of("-e", text.replace("\\w", "(?-u:\\w)"), folder.toString()));
    var process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output
        .lines()
        .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(':') + 1)))
        .sum();
  }

  private static long median(long[] times) {
    var sorted = times.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static long least(long[] times) {
    return Arrays.stream(times).min().orElseThrow();
  }

  private static String json(long[] times) {
    return Arrays.stream(times)
        .mapToObj(String::valueOf)
        .collect(Collectors.joining(",", "[", "]"));
  }
}
