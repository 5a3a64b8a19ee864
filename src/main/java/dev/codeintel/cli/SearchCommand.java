package dev.codeintel.cli;

import dev.codeintel.config.Limits;
import dev.codeintel.index.IndexStatus;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.Progress;
import dev.codeintel.repo.Globs;
import dev.codeintel.repo.Languages;
import dev.codeintel.search.Finding;
import dev.codeintel.search.Mode;
import dev.codeintel.search.SearchRequest;
import dev.codeintel.search.SearchResult;
import dev.codeintel.tool.CodeIntel;
import dev.codeintel.tool.SemanticSearch;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code codeintel search}: asks a question. */
@Command(
    name = "search",
    description = "Find the places that answer a question. Indexes on first use.",
    mixinStandardHelpOptions = true)
final class SearchCommand implements Callable<Integer> {

  /**
   * How long a first search may keep a person waiting for vectors; it answers by words after that.
   */
  private static final Duration FIRST_EMBEDDING = Duration.ofSeconds(60);

  /** The same for a search that finds an index, mostly to embed what was just edited. */
  private static final Duration LATER_EMBEDDING = Duration.ofSeconds(2);

  private static final int SNIPPET_LINES = 6;

  @ParentCommand Cli cli;
  @Mixin Repository repository;

  @Parameters(
      paramLabel = "QUERY",
      arity = "1..*",
      description = "A question, a name, or a text to find.")
  List<String> query;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "10",
      description = "Most findings (default: ${DEFAULT-VALUE}).")
  int limit;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      defaultValue = "hybrid",
      description = "hybrid, semantic or lexical (default: ${DEFAULT-VALUE}).")
  Mode mode;

  @Option(
      names = "--include",
      paramLabel = "GLOB",
      description = "Only paths that match, such as 'src/**/*.java'.")
  List<String> include = List.of();

  @Option(names = "--exclude", paramLabel = "GLOB", description = "No paths that match.")
  List<String> exclude = List.of();

  @Option(names = "--language", paramLabel = "L", description = "Only files in this language.")
  List<String> languages = List.of();

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  @Override
  public Integer call() {
    var request = request();
    try (var stop = new Interruption();
        var codeintel = new CodeIntel(cli.settings(), () -> repository.open(cli.settings()))) {
      update(codeintel, stop.token());
      var result = codeintel.search(request, stop.token());
      if (json) {
        Output.json(SemanticSearch.values(result, request));
      } else {
        print(result);
      }
      result.notes().forEach(this::note);
      if (result.findings().isEmpty()) {
        note("nothing found; try other words, or fewer filters.");
        return ExitCode.NOTHING_FOUND;
      }
      return ExitCode.DONE;
    }
  }

  private SearchRequest request() {
    var text = String.join(" ", query);
    if (text.isBlank() || text.length() > Limits.QUERY_CHARS_MAX) {
      throw invalid(
          "The query has %d characters; it must have 1 to %d.",
          text.length(), Limits.QUERY_CHARS_MAX);
    }
    if (limit < 1 || limit > Limits.FINDINGS_MAX) {
      throw invalid("--limit is %d; it must be 1 to %d.", limit, Limits.FINDINGS_MAX);
    }
    var unknown =
        languages.stream().filter(language -> !Languages.ids().contains(language)).toList();
    if (!unknown.isEmpty()) {
      throw invalid(
          "--language %s is not known. Known are: %s.",
          unknown.getFirst(), String.join(", ", Languages.ids()));
    }
    return new SearchRequest(text, limit, mode, Globs.of(include, exclude), Set.copyOf(languages));
  }

  private static CodeintelException invalid(String format, Object... values) {
    return new CodeintelException(ErrorCode.INVALID_ARGUMENT, format.formatted(values));
  }

  /**
   * Looks for changes first; while another process does that, what it has committed is good enough.
   */
  private void update(CodeIntel codeintel, CancelToken cancel) {
    var first = codeintel.status().state() == IndexStatus.State.ABSENT;
    var embedding =
        mode == Mode.LEXICAL ? Duration.ZERO : first ? FIRST_EMBEDDING : LATER_EMBEDDING;
    try (var bar = ProgressBar.onStderr()) {
      codeintel.index(
          false, Optional.of(embedding), cancel, first && !cli.quiet() ? bar : Progress.NONE);
    } catch (CodeintelException e) {
      if (e.code() != ErrorCode.BUSY && e.code() != ErrorCode.EMBEDDING_UNAVAILABLE) {
        throw e;
      }
      Log.info("Index not updated before the search", "reason", e.getMessage());
    }
  }

  private void note(String note) {
    if (!cli.quiet()) {
      System.err.println("note: " + note);
    }
  }

  private static void print(SearchResult result) {
    for (var finding : result.findings()) {
      System.out.println(heading(finding));
      System.out.println(snippet(finding));
    }
  }

  private static String heading(Finding finding) {
    return "%s:%d-%d%s  %.3f%s"
        .formatted(
            finding.path(),
            finding.startLine(),
            finding.endLine(),
            finding.symbol().map(symbol -> "  " + symbol).orElse(""),
            finding.score(),
            finding.stale() ? "  (changed since it was indexed)" : "");
  }

  private static String snippet(Finding finding) {
    return finding
        .snippet()
        .lines()
        .limit(SNIPPET_LINES)
        .map(line -> "    " + line)
        .collect(Collectors.joining("\n", "", "\n"));
  }
}
