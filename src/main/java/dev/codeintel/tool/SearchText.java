package dev.codeintel.tool;

import dev.codeintel.config.Limits;
import dev.codeintel.repo.PathOrder;
import dev.codeintel.repo.SkipReason;
import dev.codeintel.repo.SourceFile;
import dev.codeintel.repo.TextMatch;
import dev.codeintel.repo.TextMatches;
import dev.codeintel.repo.TextPlace;
import dev.codeintel.repo.TextQuery;
import dev.codeintel.repo.Workspace;
import dev.codeintel.repo.text.PatternException;
import dev.codeintel.repo.text.TextPattern;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds lines by a text or a regular expression, in the files as they lie on disk. An entry is a
 * line, however often it matches. The pages of one question go through the first lines of all
 * files, then the second ones, and so on; within a page lines are in the order of path and number.
 */
public final class SearchText implements Tool {

  private static final String QUERY = "query";
  private static final String REGEX = "regex";
  private static final String CASE_SENSITIVE = "case_sensitive";
  private static final String PATHS = "paths";
  private static final String CONTEXT_LINES = "context_lines";
  private static final String MAX_RESULTS = "max_results";

  /** So many as are wanted are kept several times over, and made into an answer. */
  private static final int MATCH_COPIES_MAX = 8;

  /** What the longest line that is shown takes, of letters that take two bytes each. */
  private static final int LINE_BYTES_MAX = 2 * Limits.PREVIEW_CHARS_MAX + 100;

  private static final Pattern POSITION = Pattern.compile("(\\d{1,9}):(.+)", Pattern.DOTALL);

  private static final ToolDefinition DEFINITION =
      new ToolDefinition(
          "search_text",
          "Search text",
          "Lines that hold a text or match an RE2 regular expression, in the files as they are on"
              + " disk, every file getting its share; total counts all. Classes such as \\w and \\b"
              + " are of ASCII. No match spans lines.",
          parameters(),
          List.of(
              new Key("matches", Kind.OBJECTS),
              new Key("total", Kind.WHOLE),
              new Key("total_is_lower_bound", Kind.FLAG),
              new Key("truncated", Kind.FLAG),
              new Key("next_cursor", Kind.TEXT),
              new Key("files_matching", Kind.WHOLE),
              new Key("files_searched", Kind.WHOLE),
              new Key("files_skipped", Kind.WHOLE),
              new Key("scope", Kind.OBJECT),
              new Key("notes", Kind.TEXTS)),
          true);

  private static List<Parameter> parameters() {
    var parameters = new ArrayList<Parameter>();
    parameters.add(
        Parameter.requiredText(QUERY, "", 1, Limits.TEXT_QUERY_CHARS_MAX, "parseConfig("));
    parameters.add(Parameter.flag(REGEX, "", false));
    parameters.add(Parameter.flag(CASE_SENSITIVE, "", false));
    parameters.add(Parameter.texts(PATHS, "Only in these files and folders", "src"));
    parameters.addAll(Scope.PARAMETERS);
    parameters.add(Parameter.whole(CONTEXT_LINES, "", 0, 0, Limits.CONTEXT_LINES_MAX));
    parameters.add(Parameter.whole(MAX_RESULTS, "", 50, 1, Limits.TEXT_MATCHES_MAX));
    parameters.add(Cursor.PARAMETER);
    return parameters;
  }

  @Override
  public ToolDefinition definition() {
    return DEFINITION;
  }

  /** Matches are kept for answers that may not have room for them. */
  @Override
  public long bytesMax(Arguments arguments) {
    var lines = arguments.whole(MAX_RESULTS) * (1 + 2 * arguments.whole(CONTEXT_LINES));
    return Tool.super.bytesMax(arguments) + (long) lines * MATCH_COPIES_MAX * LINE_BYTES_MAX;
  }

  @Override
  public Result call(Backend backend, Arguments arguments, Call call) {
    var pattern = pattern(arguments);
    var scope = Scope.of(arguments, backend, call);
    var paths = Paths.of(backend.workspace(), arguments.texts(PATHS));
    var question = question(arguments, scope);
    var after =
        arguments.optionalText(Cursor.PARAMETER.name()).map(cursor -> place(question, cursor));
    var query =
        new TextQuery(
            pattern,
            file -> paths.test(file) && scope.matches(file.path(), file.language()),
            after.orElse(TextPlace.START),
            arguments.whole(CONTEXT_LINES),
            arguments.whole(MAX_RESULTS));
    var found = backend.find(query, call.cancel());
    return new Page(found, scope, question, paths.unlisted());
  }

  private static TextPattern pattern(Arguments arguments) {
    var query = arguments.text(QUERY);
    var isRegex = arguments.flag(REGEX);
    try {
      return TextPattern.of(query, isRegex, arguments.flag(CASE_SENSITIVE));
    } catch (PatternException e) {
      var expected =
          isRegex
              ? "a regular expression (%s)".formatted(e.problem())
              : "text of one line (%s)".formatted(e.problem());
      throw new InvalidArgument(QUERY, query, expected, isRegex ? "load\\w*\\(" : "parseConfig(");
    }
  }

  private static List<?> question(Arguments arguments, Scope scope) {
    return List.of(
        DEFINITION.name(),
        scope.filters(),
        arguments.text(QUERY),
        arguments.flag(REGEX),
        arguments.flag(CASE_SENSITIVE),
        arguments.texts(PATHS));
  }

  private static TextPlace place(List<?> question, String cursor) {
    var position = POSITION.matcher(Cursor.position(question, cursor));
    if (!position.matches()) {
      throw Cursor.unknown(cursor);
    }
    return new TextPlace(Integer.parseInt(position.group(1)), position.group(2));
  }

  /**
   * The files and folders that were asked for.
   *
   * @param prefixes what the paths of files in each folder start with
   * @param files paths, each with whether the listing has it; any thread may have found it
   */
  private record Paths(boolean all, List<String> prefixes, Map<String, Boolean> files)
      implements Predicate<SourceFile> {

    static Paths of(Workspace workspace, List<String> given) {
      var prefixes = new ArrayList<String>();
      var files = new ConcurrentHashMap<String, Boolean>();
      for (var path : given) {
        ShownPath.onDisk(workspace, path);
        var real = workspace.resolve(path);
        var relative = workspace.root().relativize(real).toString();
        if (!Files.isDirectory(real)) {
          files.put(relative, false);
        } else {
          prefixes.add(relative.isEmpty() ? "" : relative + "/");
        }
      }
      return new Paths(given.isEmpty(), prefixes, files);
    }

    @Override
    public boolean test(SourceFile file) {
      if (files.computeIfPresent(file.path(), (_, _) -> true) != null) {
        return true;
      }
      return all || prefixes.stream().anyMatch(prefix -> file.path().startsWith(prefix));
    }

    /** How many files no listing has. */
    int unlisted() {
      return (int) files.values().stream().filter(isListed -> !isListed).count();
    }
  }

  /** Sizes are matches, in the order in which pages go through them. */
  private record Page(TextMatches found, Scope scope, List<?> question, int unlisted)
      implements Result {

    @Override
    public int largest() {
      return found.matches().size();
    }

    @Override
    public Answer at(int size) {
      var first = found.matches().subList(0, size);
      var left = found.following() - size;
      var next =
          left > 0 && size > 0 ? Optional.of(cursor(first.getLast())) : Optional.<String>empty();
      var shown =
          first.stream()
              .sorted(
                  Comparator.comparing(TextMatch::path, PathOrder.INSTANCE)
                      .thenComparingInt(TextMatch::line))
              .toList();
      var notes = notes();
      return new Answer(values(shown, left, next, notes), text(shown, left, next, notes));
    }

    private String cursor(TextMatch last) {
      return Cursor.of(question, "%d:%s".formatted(last.place().rank(), last.path()));
    }

    private Map<String, Object> values(
        List<TextMatch> shown, long left, Optional<String> next, List<String> notes) {
      var values = new LinkedHashMap<String, Object>();
      values.put("matches", shown.stream().map(Page::values).toList());
      values.put("total", found.total());
      if (found.timeUp()) {
        values.put("total_is_lower_bound", true);
      }
      values.put("truncated", left > 0 || found.timeUp());
      values.put("next_cursor", next);
      values.put("files_matching", found.matchingFiles());
      values.put("files_searched", found.searched());
      values.put("files_skipped", sum(found.skipped()));
      if (!scope.isAll()) {
        values.put("scope", scope.shown());
      }
      if (!notes.isEmpty()) {
        values.put("notes", notes);
      }
      return values;
    }

    private static Map<String, Object> values(TextMatch match) {
      var values = new LinkedHashMap<String, Object>();
      values.put("path", match.path());
      values.put("line", match.line());
      values.put("column", match.columns().getFirst());
      if (match.columns().size() > 1) {
        values.put("more_columns", match.columns().subList(1, match.columns().size()));
      }
      values.put("preview", match.preview());
      if (!match.before().isEmpty()) {
        values.put("before", match.before());
      }
      if (!match.after().isEmpty()) {
        values.put("after", match.after());
      }
      return values;
    }

    private List<String> notes() {
      var notes = new ArrayList<String>();
      if (found.timeUp()) {
        notes.add(
            "The time was up when %,d files were searched. Narrow the search by paths or globs."
                .formatted(found.searched()));
      }
      if (!found.skipped().isEmpty()) {
        notes.add("Not searched: %s.".formatted(counts(found.skipped())));
      }
      var never = new TreeMap<>(found.unlisted());
      never
          .keySet()
          .retainAll(List.of(SkipReason.TOO_LARGE, SkipReason.UNREADABLE, SkipReason.TOO_MANY));
      if (!never.isEmpty()) {
        notes.add("Never searched in this repository: %s.".formatted(counts(never)));
      }
      if (unlisted > 0 && !found.timeUp()) {
        notes.add(
            "Of the files in paths %,d are ignored or too large and were not searched; open_file reads them."
                .formatted(unlisted));
      }
      return notes;
    }

    private static int sum(Map<SkipReason, Integer> counts) {
      return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    private static String counts(Map<SkipReason, Integer> counts) {
      return new TreeMap<>(counts)
          .entrySet().stream()
              .map(entry -> "%,d %s".formatted(entry.getValue(), entry.getKey().text()))
              .collect(Collectors.joining(", "));
    }

    private String text(
        List<TextMatch> shown, long left, Optional<String> next, List<String> notes) {
      var text = new StringBuilder();
      text.append(
          "%,d of %s%,d lines, %,d of %,d files"
              .formatted(
                  shown.size(),
                  found.timeUp() ? "at least " : "",
                  found.total(),
                  found.matchingFiles(),
                  found.searched()));
      if (!scope.isAll()) {
        text.append('\n').append(scope.words());
      }
      for (var file : byFile(shown)) {
        text.append('\n').append(file.getFirst().path());
        append(file, text);
      }
      for (var note : notes) {
        text.append("\nnote: ").append(note);
      }
      if (left > 0) {
        text.append("\n%,d more: ".formatted(left))
            .append(next.map(cursor -> "cursor " + cursor).orElse("raise max_tokens"));
      }
      return text.toString();
    }

    private static List<List<TextMatch>> byFile(List<TextMatch> shown) {
      return List.copyOf(
          shown.stream()
              .collect(
                  Collectors.groupingBy(TextMatch::path, LinkedHashMap::new, Collectors.toList()))
              .values());
    }

    /** The lines of one file, each once, as grep shows them: a match is marked by a colon. */
    private static void append(List<TextMatch> file, StringBuilder text) {
      var lines = new TreeMap<Integer, String>();
      for (var match : file) {
        var first = match.line() - match.before().size();
        for (var i = 0; i < match.before().size(); i++) {
          lines.putIfAbsent(first + i, "- " + match.before().get(i));
        }
        for (var i = 0; i < match.after().size(); i++) {
          lines.putIfAbsent(match.line() + 1 + i, "- " + match.after().get(i));
        }
      }
      for (var match : file) {
        lines.put(match.line(), ":%d: %s".formatted(match.columns().getFirst(), match.preview()));
      }
      var isContext = lines.size() > file.size();
      var last = 0;
      for (var line : lines.entrySet()) {
        if (isContext && last > 0 && line.getKey() > last + 1) {
          text.append("\n--");
        }
        text.append('\n').append(line.getKey()).append(line.getValue());
        last = line.getKey();
      }
    }
  }
}
