package dev.codeintel.tool;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.repo.SourceText;
import dev.codeintel.repo.Workspace;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads lines of a file as it lies on disk. The contents of all pages, joined, are the file's text,
 * line ends included.
 */
public final class OpenFile implements Tool {

  private static final String WORKTREE = "WORKTREE";
  private static final String START = "start_line";
  private static final String END = "end_line";
  private static final Pattern POSITION = Pattern.compile("(\\d{1,9})\\.(\\d{1,9})-(\\d{1,9})");

  private static final ToolDefinition DEFINITION =
      new ToolDefinition(
          "open_file",
          "Open a file",
          "Lines of a file as it is on disk, ignored files included. Lines start at 1; the whole"
              + " file when none are given.",
          List.of(
              Parameter.requiredText("path", "", 1, Limits.PATH_CHARS_MAX, "src/main.py"),
              Parameter.line(START, ""),
              Parameter.line(END, "Inclusive"),
              new Parameter(
                  "revision",
                  Kind.TEXT,
                  "WORKTREE is the file on disk",
                  false,
                  1,
                  Limits.ARGUMENT_CHARS_MAX,
                  Optional.of(WORKTREE),
                  List.of(),
                  WORKTREE),
              Cursor.PARAMETER),
          List.of(
              new Key("path", Kind.TEXT),
              new Key("content", Kind.TEXT),
              new Key(START, Kind.WHOLE),
              new Key(END, Kind.WHOLE),
              new Key("total_lines", Kind.WHOLE),
              new Key("size", Kind.WHOLE),
              new Key("encoding", Kind.TEXT),
              new Key("revision", Kind.TEXT),
              new Key("truncated", Kind.FLAG),
              new Key("next_cursor", Kind.TEXT),
              new Key("notes", Kind.TEXTS)),
          true);

  @Override
  public ToolDefinition definition() {
    return DEFINITION;
  }

  @Override
  public Result call(Backend backend, Arguments arguments, CancelToken cancel) {
    if (!arguments.text("revision").equals(WORKTREE)) {
      throw new InvalidArgument(
          "revision",
          arguments.text("revision"),
          WORKTREE + "; other revisions come with the git tools",
          WORKTREE);
    }
    var path = Workspace.checked(arguments.text("path"));
    var text = read(backend.workspace(), path);
    return new Page(path, text, range(path, text, arguments));
  }

  private static SourceText read(Workspace workspace, String path) {
    refuseHidden(workspace, path, path);
    var real = workspace.root().relativize(workspace.resolve(path)).toString();
    refuseHidden(workspace, real, path); // a link inside the repository
    var text = workspace.read(path);
    if (text.binary()) {
      throw new CodeintelException(
          ErrorCode.BINARY_FILE,
          "%s is binary (%,d bytes). Only text files can be opened.".formatted(path, text.size()));
    }
    return text;
  }

  private static void refuseHidden(Workspace workspace, String path, String given) {
    if (workspace.ignoreRules().hidden(path)) {
      throw new CodeintelException(
          ErrorCode.PATH_NOT_FOUND,
          "%s is named by .codeintelignore, so no tool shows it. Use list_paths to see what there is."
              .formatted(given));
    }
  }

  private static Range range(String path, SourceText text, Arguments arguments) {
    var cursor = arguments.optionalText(Cursor.PARAMETER.name());
    if (cursor.isPresent()) {
      return continued(text, cursor.get());
    }
    var count = text.lineCount();
    var start = arguments.optionalWhole(START);
    var end = arguments.optionalWhole(END);
    start.ifPresent(line -> requireLine(START, line, 1, path, count));
    end.ifPresent(line -> requireLine(END, line, start.orElse(1), path, count));
    return new Range(start.orElse(1), 0, end.orElse(count));
  }

  private static Range continued(SourceText text, String cursor) {
    var position = POSITION.matcher(Cursor.position(cursor));
    if (!position.matches()) {
      throw Cursor.unknown(cursor);
    }
    var range =
        new Range(
            Integer.parseInt(position.group(1)),
            Integer.parseInt(position.group(2)),
            Integer.parseInt(position.group(3)));
    if (range.start() < 1
        || range.end() < range.start()
        || range.end() > text.lineCount()
        || range.skipped() >= range.chars(text, range.start()) && range.skipped() > 0) {
      throw new CodeintelException(
          ErrorCode.INVALID_ARGUMENT,
          "cursor leads out of the file, which has %,d lines now: it has changed. Leave cursor out to begin again."
              .formatted(text.lineCount()));
    }
    return range;
  }

  private static void requireLine(String name, int line, int least, String path, int count) {
    if (count == 0) {
      throw new CodeintelException(
          ErrorCode.INVALID_ARGUMENT,
          "%s is %,d, but %s has 0 lines. Leave start_line and end_line out."
              .formatted(name, line, path));
    }
    if (line < least || line > count) {
      throw new InvalidArgument(
          name, line, "a line of %s, %,d to %,d".formatted(path, least, count), count);
    }
  }

  /**
   * Lines that were asked for.
   *
   * @param start first line
   * @param skipped chars of the first line that an earlier answer showed
   * @param end last line; one less than the first when the file is empty
   */
  private record Range(int start, int skipped, int end) {

    /** Chars of a line with its end. */
    int chars(SourceText text, int line) {
      return behind(text, line) - text.lineStartChar(line);
    }

    static int behind(SourceText text, int line) {
      return line == text.lineCount() ? text.text().length() : text.lineStartChar(line + 1);
    }

    String cursor() {
      return Cursor.of("%d.%d-%d".formatted(start, skipped, end));
    }
  }

  /** Sizes are chars of the first line, so that one that is too long can be cut; then lines. */
  private record Page(String path, SourceText text, Range range) implements Result {

    private int firstLineChars() {
      return range.chars(text, range.start()) - range.skipped();
    }

    @Override
    public int largest() {
      return range.end() < range.start() ? 0 : firstLineChars() + range.end() - range.start();
    }

    @Override
    public Answer at(int size) {
      if (range.end() < range.start()) {
        return answer("", range.end(), Optional.empty(), Optional.empty());
      }
      var from = text.lineStartChar(range.start()) + range.skipped();
      var first = firstLineChars();
      if (size < first) {
        return cut(from, size);
      }
      var last = range.start() + size - first;
      var rest =
          last < range.end()
              ? Optional.of(new Range(last + 1, 0, range.end()))
              : Optional.<Range>empty();
      return answer(
          text.text().substring(from, Range.behind(text, last)), last, rest, Optional.empty());
    }

    private Answer cut(int from, int size) {
      var inPair = size > 0 && Character.isHighSurrogate(text.text().charAt(from + size - 1));
      var to = from + (inPair ? size - 1 : size);
      var shown = range.skipped() + to - from;
      var note =
          "Line %,d is cut: characters %,d to %,d of %,d are shown."
              .formatted(
                  range.start(), range.skipped() + 1, shown, range.chars(text, range.start()));
      return answer(
          text.text().substring(from, to),
          range.start(),
          Optional.of(new Range(range.start(), shown, range.end())),
          Optional.of(note));
    }

    private Answer answer(String content, int end, Optional<Range> rest, Optional<String> note) {
      var next = rest.map(Range::cursor);
      var values = new LinkedHashMap<String, Object>();
      values.put("path", path);
      values.put("content", content);
      values.put(START, range.start());
      values.put(END, end);
      values.put("total_lines", text.lineCount());
      values.put("size", text.size());
      values.put("encoding", text.encoding());
      values.put("revision", WORKTREE);
      values.put("truncated", rest.isPresent());
      values.put("next_cursor", next);
      values.put("notes", note.map(List::of));
      var shown =
          new StringBuilder(
              "%s lines %d-%d of %d".formatted(path, range.start(), end, text.lineCount()));
      if (text.encodingGuessed()) {
        shown.append(", encoding guessed: ").append(text.encoding());
      }
      shown.append('\n').append(content);
      note.ifPresent(mark -> shown.append("\u2026\n").append(mark));
      next.ifPresent(
          cursor ->
              shown
                  .append(content.endsWith("\n") && note.isEmpty() ? "" : "\n")
                  .append("more: cursor ")
                  .append(cursor));
      return new Answer(values, shown.toString());
    }
  }
}
