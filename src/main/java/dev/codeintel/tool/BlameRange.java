package dev.codeintel.tool;

import dev.codeintel.config.Limits;
import dev.codeintel.git.Blame;
import dev.codeintel.git.BlamedLine;
import dev.codeintel.git.Commit;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.repo.Workspace;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * Says who last changed each line of a file. All pages of one question about a commit are of that
 * commit, which the cursor names; pages about the file on disk are of the file as it is by then.
 */
public final class BlameRange implements Tool {

  private static final String NOT_COMMITTED = "00000000";
  private static final String NOBODY = "Not Committed Yet";

  /** What the shortest line of an answer takes: one that is not committed. */
  private static final int LINE_BYTES_MIN = 60;

  private static final Pattern POSITION =
      Pattern.compile("(\\d{1,9})\\.(\\d{1,9})-(\\d{1,9})@(.+)");

  private static final ToolDefinition DEFINITION =
      new ToolDefinition(
          "blame_range",
          "Blame lines",
          "Commit, author, date and message of each line, renames followed. Of the file on disk"
              + " unless a revision is given: line numbers are those of open_file, lines not yet"
              + " committed are marked. Give the lines you read: a few cost less than git blame.",
          LineRange.parameters(""),
          List.of(
              new Key("blame", Kind.OBJECTS),
              new Key("total", Kind.WHOLE),
              new Key("total_lines", Kind.WHOLE),
              new Key(Revision.NAME, Kind.TEXT),
              new Key("truncated", Kind.FLAG),
              new Key("next_cursor", Kind.TEXT),
              new Key("notes", Kind.TEXTS)),
          true);

  @Override
  public ToolDefinition definition() {
    return DEFINITION;
  }

  @Override
  public Result call(Backend backend, Arguments arguments, Call call) {
    // More lines than an answer can hold are not worth looking for.
    var linesMax = arguments.maxTokens() * Limits.TOKEN_BYTES / LINE_BYTES_MIN;
    var cursor = arguments.optionalText(Cursor.PARAMETER.name());
    return cursor.isPresent()
        ? continued(backend, arguments, cursor.get(), linesMax, call.cancel())
        : begun(backend, arguments, linesMax, call.cancel());
  }

  private static Result begun(
      Backend backend, Arguments arguments, int linesMax, CancelToken cancel) {
    var lines = LineRange.of(arguments).requireOrdered();
    var revision = arguments.text(Revision.NAME);
    var path = path(backend.workspace(), arguments.text("path"), revision);
    var blame = backend.blame(path, lines.first(), lines.last(), linesMax, revision, cancel);
    return new Page(path, blame, lines.start(), lines.last().orElse(blame.totalLines()), linesMax);
  }

  private static Result continued(
      Backend backend, Arguments arguments, String cursor, int linesMax, CancelToken cancel) {
    var at = Position.of(arguments.text("path"), cursor);
    var path = path(backend.workspace(), arguments.text("path"), at.revision());
    var first = OptionalInt.of(at.next());
    var last = OptionalInt.of(at.end());
    try {
      var blame = backend.blame(path, first, last, linesMax, at.revision(), cancel);
      return new Page(path, blame, at.first(), at.end(), linesMax);
    } catch (CodeintelException e) {
      throw e.code() == ErrorCode.INVALID_ARGUMENT ? Cursor.outdated(e) : e;
    }
  }

  private static String path(Workspace workspace, String given, String revision) {
    return revision.equals(Revision.WORKTREE)
        ? ShownPath.onDisk(workspace, given)
        : ShownPath.of(workspace, given);
  }

  /**
   * Where an earlier answer ended.
   *
   * @param first line of the question
   * @param next line that was not shown
   * @param end last line of the question
   */
  private record Position(int first, int next, int end, String revision) {

    static Position of(String path, String cursor) {
      var position = POSITION.matcher(Cursor.position(question(path), cursor));
      if (!position.matches()) {
        throw Cursor.unknown(cursor);
      }
      var first = Integer.parseInt(position.group(1));
      var next = Integer.parseInt(position.group(2));
      var end = Integer.parseInt(position.group(3));
      if (first < 1 || next < first || end < next) {
        throw Cursor.unknown(cursor);
      }
      return new Position(first, next, end, position.group(4));
    }

    String cursor(String path) {
      return Cursor.of(question(path), "%d.%d-%d@%s".formatted(first, next, end, revision));
    }

    private static List<String> question(String path) {
      return List.of(DEFINITION.name(), Workspace.checked(path));
    }
  }

  /**
   * Sizes are lines.
   *
   * @param first line of the question
   * @param end last line of the question; less than the first when the file is empty
   */
  private record Page(String path, Blame blame, int first, int end, int linesMax)
      implements Result {

    @Override
    public int largest() {
      return Math.min(blame.lines().size(), linesMax);
    }

    @Override
    public Answer at(int size) {
      var lines = blame.lines().subList(0, size);
      var next = lines.isEmpty() ? end + 1 : lines.getLast().line() + 1;
      var truncated = lines.isEmpty() ? !blame.lines().isEmpty() : next <= end;
      var cursor =
          next <= end
              ? Optional.of(new Position(first, next, end, blame.revision()).cursor(path))
              : Optional.<String>empty();
      return new Answer(values(lines, truncated, cursor), text(lines, truncated, cursor));
    }

    private Map<String, Object> values(
        List<BlamedLine> lines, boolean truncated, Optional<String> cursor) {
      var values = new LinkedHashMap<String, Object>();
      values.put("blame", lines.stream().map(Page::values).toList());
      values.put("total", end - first + 1);
      values.put("total_lines", blame.totalLines());
      values.put(Revision.NAME, blame.revision());
      values.put("truncated", truncated);
      values.put("next_cursor", cursor);
      if (!blame.notes().isEmpty()) {
        values.put("notes", blame.notes());
      }
      return values;
    }

    private static Map<String, Object> values(BlamedLine line) {
      var values = new LinkedHashMap<String, Object>();
      values.put("line", line.line());
      if (line.commit().isEmpty()) {
        values.put("commit", NOT_COMMITTED);
        values.put("author", NOBODY);
        return values;
      }
      var commit = line.commit().get();
      values.put("commit", CommitFields.shortId(commit.id()));
      values.put("author", CommitFields.author(commit));
      values.put("date", CommitFields.date(commit));
      values.put("message", CommitFields.message(commit));
      values.put("full_commit", commit.id());
      values.put("email", CommitFields.email(commit));
      values.put("original_path", line.path());
      values.put("original_line", line.originalLine());
      return values;
    }

    private String text(List<BlamedLine> lines, boolean truncated, Optional<String> cursor) {
      var text = new StringBuilder(heading(lines));
      var told = new HashSet<String>();
      for (var from = 0; from < lines.size(); ) {
        var to = from + 1;
        while (to < lines.size() && isOfOneOrigin(lines.get(from), lines.get(to))) {
          to++;
        }
        text.append('\n').append(lines.get(from).line());
        if (to - from > 1) {
          text.append('-').append(lines.get(to - 1).line());
        }
        text.append(' ').append(origin(lines.get(from), told));
        from = to;
      }
      for (var note : blame.notes()) {
        text.append("\nnote: ").append(note);
      }
      if (truncated) {
        text.append("\nmore: ")
            .append(cursor.map(next -> "cursor " + next).orElse("raise max_tokens"));
      }
      return text.toString();
    }

    private String heading(List<BlamedLine> lines) {
      var revision = Revision.shown(blame.revision());
      return lines.isEmpty()
          ? "%s, %,d lines%s".formatted(path, blame.totalLines(), revision)
          : "%s lines %d-%d of %d%s"
              .formatted(
                  path,
                  lines.getFirst().line(),
                  lines.getLast().line(),
                  blame.totalLines(),
                  revision);
    }

    private static boolean isOfOneOrigin(BlamedLine one, BlamedLine other) {
      return one.commit().map(Commit::id).equals(other.commit().map(Commit::id))
          && one.path().equals(other.path());
    }

    /** A commit's author and message are told once. */
    private String origin(BlamedLine line, HashSet<String> told) {
      if (line.commit().isEmpty()) {
        return NOT_COMMITTED + " " + NOBODY;
      }
      var commit = line.commit().get();
      var words =
          told.add(commit.id()) ? CommitFields.line(commit) : CommitFields.shortId(commit.id());
      return line.path().equals(path) ? words : words + " (" + line.path() + ")";
    }
  }
}
