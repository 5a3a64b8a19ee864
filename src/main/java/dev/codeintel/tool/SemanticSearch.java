package dev.codeintel.tool;

import dev.codeintel.config.Limits;
import dev.codeintel.search.Finding;
import dev.codeintel.search.Mode;
import dev.codeintel.search.SearchRequest;
import dev.codeintel.search.SearchResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Finds code by what it does and by the words in it. */
public final class SemanticSearch implements Tool {

  private static final String QUERY = "query";
  private static final String LIMIT = "limit";
  private static final String MODE = "mode";

  private static final ToolDefinition DEFINITION =
      new ToolDefinition(
          "semantic_search",
          "Search by meaning",
          "Find code and documentation by meaning and by words, best first, as whole functions or"
              + " sections with exact lines. Prefer it to grep when you know what code does but not"
              + " its name. One full question with the identifiers you know works best.",
          parameters(),
          List.of(
              new Key("findings", Kind.OBJECTS),
              new Key("total", Kind.WHOLE),
              new Key("total_is_lower_bound", Kind.FLAG),
              new Key("truncated", Kind.FLAG),
              new Key("index", Kind.OBJECT),
              new Key("scope", Kind.OBJECT),
              new Key("notes", Kind.TEXTS)),
          true);

  private static List<Parameter> parameters() {
    var parameters = new ArrayList<Parameter>();
    parameters.add(
        Parameter.requiredText(
            QUERY, "", 1, Limits.QUERY_CHARS_MAX, "where is the retry delay computed"));
    parameters.add(Parameter.whole(LIMIT, "", 10, 1, Limits.FINDINGS_MAX));
    parameters.add(Parameter.choice(MODE, "lexical: words only", "hybrid", "semantic", "lexical"));
    parameters.addAll(Scope.PARAMETERS);
    return parameters;
  }

  @Override
  public ToolDefinition definition() {
    return DEFINITION;
  }

  @Override
  public Result call(Backend backend, Arguments arguments, Call call) {
    var query = arguments.text(QUERY);
    if (query.isBlank()) {
      throw new InvalidArgument(
          QUERY, query, "a question, not only blanks", "where is the retry delay computed");
    }
    var scope = Scope.of(arguments, backend, call);
    var limit = arguments.whole(LIMIT);
    var mode = Mode.valueOf(arguments.text(MODE).toUpperCase(Locale.ROOT));
    var request = new SearchRequest(query, limit, mode, scope.globs(), scope.languages());
    return Ranked.of(backend.search(request, call.cancel()), scope, limit);
  }

  /** A whole answer under the keys of the tool, for the command line. */
  public static Map<String, Object> values(SearchResult found, SearchRequest request) {
    var scope = new Scope(request.scope(), new TreeSet<>(request.languages()));
    var all = Ranked.of(found, scope, request.limit());
    return all.at(all.largest()).values();
  }

  /**
   * Sizes are findings without their text first, then lines of every finding's snippet.
   *
   * @param longest lines of the longest snippet
   */
  private record Ranked(SearchResult found, Scope scope, int limit, int longest) implements Result {

    private static final double SCORE_STEPS = 10_000;

    static Ranked of(SearchResult found, Scope scope, int limit) {
      var longest = found.findings().stream().mapToInt(Snippet::lines).max().orElse(0);
      return new Ranked(found, scope, limit, longest);
    }

    @Override
    public int largest() {
      return found.findings().size() + longest;
    }

    @Override
    public Answer at(int size) {
      var count = Math.min(size, found.findings().size());
      var snippetLines = size - count;
      var findings = found.findings().subList(0, count);
      var notes = notes(count, snippetLines, size < largest());
      return new Answer(
          values(findings, snippetLines, notes, size < largest()),
          text(findings, snippetLines, notes));
    }

    private List<String> notes(int count, int snippetLines, boolean truncated) {
      var notes = new ArrayList<>(found.notes());
      var all = found.findings().size();
      if (count < all) {
        notes.add(
            "%,d of %,d findings fit; raise max_tokens or lower limit.".formatted(count, all));
      } else if (truncated) {
        notes.add(
            "Snippets are cut to %s to fit max_tokens; open_file shows the rest."
                .formatted(snippetLines == 1 ? "1 line" : "%,d lines".formatted(snippetLines)));
      }
      return notes;
    }

    private Map<String, Object> values(
        List<Finding> findings, int snippetLines, List<String> notes, boolean truncated) {
      var values = new LinkedHashMap<String, Object>();
      values.put("findings", findings.stream().map(one -> values(one, snippetLines)).toList());
      values.put("total", found.findings().size());
      if (found.findings().size() >= limit) {
        values.put("total_is_lower_bound", true);
      }
      values.put("truncated", truncated);
      values.put("index", found.index());
      if (!scope.isAll()) {
        values.put("scope", scope.shown());
      }
      if (!notes.isEmpty()) {
        values.put("notes", notes);
      }
      return values;
    }

    private static Map<String, Object> values(Finding finding, int snippetLines) {
      var values = new LinkedHashMap<String, Object>();
      values.put("path", finding.path());
      values.put("start_line", finding.startLine());
      values.put("end_line", finding.endLine());
      values.put("symbol", finding.symbol());
      values.put(
          "language", Optional.of(finding.language()).filter(language -> !language.isEmpty()));
      values.put("score", rounded(finding.score()));
      if (finding.stale()) {
        values.put("stale", true);
      }
      if (snippetLines > 0) {
        var channels = new LinkedHashMap<String, Object>();
        finding.why().channels().forEach((name, score) -> channels.put(name, rounded(score)));
        var why = new LinkedHashMap<String, Object>();
        why.put("channels", channels);
        why.put("terms", finding.why().terms());
        values.put("why", why);
        var snippet = Snippet.of(finding, snippetLines);
        if (snippet.isCut()) {
          values.put("snippet_start_line", snippet.startLine());
        }
        values.put("snippet", snippet.text());
      }
      return values;
    }

    private String text(List<Finding> findings, int snippetLines, List<String> notes) {
      var text = new StringBuilder();
      if (findings.isEmpty()) {
        text.append("Nothing found.\n");
      }
      for (var finding : findings) {
        text.append("%s:%d-%d".formatted(finding.path(), finding.startLine(), finding.endLine()));
        finding.symbol().ifPresent(symbol -> text.append(' ').append(symbol));
        text.append(String.format(Locale.ROOT, " %.3f", finding.score()))
            .append(finding.stale() ? " stale\n" : "\n");
        if (snippetLines > 0) {
          var snippet = Snippet.of(finding, snippetLines);
          text.append(snippet.isCut() ? "line %d:\n".formatted(snippet.startLine()) : "")
              .append(snippet.text())
              .append(snippet.text().endsWith("\n") ? "\n" : "\n\n");
        }
      }
      for (var note : notes) {
        text.append("note: ").append(note).append('\n');
      }
      if (!scope.isAll()) {
        text.append(scope.words()).append('\n');
      }
      var index = found.index();
      if (index.embeddedShare() < 1 && index.model().isPresent() || index.pendingFiles() > 0) {
        text.append(
            String.format(
                Locale.ROOT,
                "index: %.0f %% embedded, %,d files pending\n",
                Math.floor(index.embeddedShare() * 100),
                index.pendingFiles()));
      }
      return text.toString().stripTrailing();
    }

    private static double rounded(double score) {
      return Math.round(score * SCORE_STEPS) / SCORE_STEPS;
    }
  }
}
