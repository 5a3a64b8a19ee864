package dev.codeintel.tool;

import dev.codeintel.config.Limits;
import dev.codeintel.git.FileHistory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Lists the commits that changed a file or folder. All pages of one question begin at one commit,
 * which the cursor names; so they join without gaps, whatever is committed in between.
 */
public final class FileHistoryTool implements Tool {

  private static final String LIMIT = "limit";
  private static final String FOLLOW = "follow";
  private static final int LIMIT_DEFAULT = 50;

  /** What the shortest commit of an answer takes: one without words. */
  private static final int COMMIT_BYTES_MIN = 150;

  private static final Pattern POSITION = Pattern.compile("(\\d{1,9})@(.+)");

  private static final ToolDefinition DEFINITION =
      new ToolDefinition(
          "file_history",
          "History of a file",
          "Commits that changed a file or folder, newest first, with its path at each; renames are"
              + " followed, deleted files too. In pages, where git log prints all.",
          List.of(
              Parameter.text(
                  "path", "Whole repository when absent", Limits.PATH_CHARS_MAX, "src/main.py"),
              Parameter.whole(LIMIT, "", LIMIT_DEFAULT, 1, Limits.COMMITS_MAX),
              Parameter.flag(FOLLOW, "Follow renames of a file", true),
              Revision.parameter("", Revision.HEAD),
              Cursor.PARAMETER),
          List.of(
              new Key("commits", Kind.OBJECTS),
              new Key("total", Kind.WHOLE),
              new Key("total_is_lower_bound", Kind.FLAG),
              new Key("truncated", Kind.FLAG),
              new Key("next_cursor", Kind.TEXT),
              new Key("shallow", Kind.FLAG),
              new Key(Revision.NAME, Kind.TEXT),
              new Key("notes", Kind.TEXTS)),
          true);

  @Override
  public ToolDefinition definition() {
    return DEFINITION;
  }

  @Override
  public Result call(Backend backend, Arguments arguments, Call call) {
    var path = ShownPath.of(backend.workspace(), arguments.optionalText("path").orElse(""));
    var follow = arguments.flag(FOLLOW);
    var question = List.of(DEFINITION.name(), path, follow);
    var at =
        arguments
            .optionalText(Cursor.PARAMETER.name())
            .map(cursor -> Position.of(question, cursor))
            .orElse(new Position(0, revision(arguments)));
    var fitting = arguments.maxTokens() * Limits.TOKEN_BYTES / COMMIT_BYTES_MIN;
    var limit = Math.min(arguments.whole(LIMIT), fitting);
    return new Page(
        path,
        question,
        at.skip(),
        backend.history(path, follow, at.revision(), at.skip(), limit, call.cancel()));
  }

  /** What is not committed has no history: the work tree's is that of its commit. */
  private static String revision(Arguments arguments) {
    var revision = arguments.text(Revision.NAME);
    return revision.equals(Revision.WORKTREE) ? Revision.HEAD : revision;
  }

  /**
   * Where an earlier answer ended.
   *
   * @param skip commits that were shown
   * @param revision at which the first page begins
   */
  private record Position(int skip, String revision) {

    static Position of(List<?> question, String cursor) {
      var position = POSITION.matcher(Cursor.position(question, cursor));
      if (!position.matches()) {
        throw Cursor.unknown(cursor);
      }
      return new Position(Integer.parseInt(position.group(1)), position.group(2));
    }

    String cursor(List<?> question) {
      return Cursor.of(question, "%d@%s".formatted(skip, revision));
    }
  }

  /**
   * Sizes are commits.
   *
   * @param question of which all pages are
   * @param skipped commits of the pages before
   */
  private record Page(String path, List<?> question, int skipped, FileHistory history)
      implements Result {

    @Override
    public int largest() {
      return history.entries().size();
    }

    @Override
    public Answer at(int size) {
      var shown = history.entries().subList(0, size);
      var truncated = history.more() || size < largest();
      var cursor =
          truncated && size > 0
              ? Optional.of(new Position(skipped + size, history.revision()).cursor(question))
              : Optional.<String>empty();
      return new Answer(values(shown, truncated, cursor), text(shown, truncated, cursor));
    }

    /** How many there are at least. */
    private int total() {
      return history.total().orElse(skipped + largest() + (history.more() ? 1 : 0));
    }

    private Map<String, Object> values(
        List<FileHistory.Entry> shown, boolean truncated, Optional<String> cursor) {
      var values = new LinkedHashMap<String, Object>();
      values.put("commits", shown.stream().map(Page::values).toList());
      values.put("total", total());
      if (history.total().isEmpty()) {
        values.put("total_is_lower_bound", true);
      }
      values.put("truncated", truncated);
      values.put("next_cursor", cursor);
      if (history.shallow()) {
        values.put("shallow", true);
      }
      values.put(Revision.NAME, Optional.of(history.revision()).filter(id -> !id.isEmpty()));
      if (!history.notes().isEmpty()) {
        values.put("notes", history.notes());
      }
      return values;
    }

    private static Map<String, Object> values(FileHistory.Entry entry) {
      var commit = entry.commit();
      var values = new LinkedHashMap<String, Object>();
      values.put("sha", CommitFields.shortId(commit.id()));
      values.put("full_sha", commit.id());
      values.put("author", CommitFields.author(commit));
      values.put("email", CommitFields.email(commit));
      values.put("date", CommitFields.date(commit));
      values.put("message", CommitFields.message(commit));
      values.put("path", entry.path());
      return values;
    }

    private String text(List<FileHistory.Entry> shown, boolean truncated, Optional<String> cursor) {
      var text =
          new StringBuilder(
              "%s: %,d of %s%,d commits%s"
                  .formatted(
                      path.isEmpty() ? "Repository" : path,
                      shown.size(),
                      history.total().isEmpty() ? "at least " : "",
                      total(),
                      Revision.shown(history.revision())));
      for (var entry : shown) {
        text.append('\n').append(CommitFields.line(entry.commit()));
        if (!entry.path().equals(path)) {
          text.append(" (").append(entry.path()).append(')');
        }
      }
      if (history.shallow()) {
        text.append("\nshallow: the clone ends before the history does");
      }
      for (var note : history.notes()) {
        text.append("\nnote: ").append(note);
      }
      if (truncated) {
        text.append("\nmore: ")
            .append(cursor.map(next -> "cursor " + next).orElse("raise max_tokens"));
      }
      return text.toString();
    }
  }
}
