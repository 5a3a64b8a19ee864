package dev.codeintel.tool;

import dev.codeintel.config.Limits;
import dev.codeintel.git.FileAt;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.repo.SourceText;
import dev.codeintel.repo.Workspace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads lines of a file, as it lies on disk or as it was. The contents of all pages, joined, are
 * the file's text, line ends included.
 */
public final class OpenFile implements Tool {

  private static final Pattern POSITION =
      Pattern.compile("(\\d{1,9})\\.(\\d{1,9})-(\\d{1,9})(?:@(.+))?");

  private static final ToolDefinition DEFINITION =
      new ToolDefinition(
          "open_file",
          "Open a file",
          "Lines of a file as it is on disk, ignored files included, or at any revision. Lines"
              + " start at 1; the whole file when none are given.",
          parameters(),
          List.of(
              new Key("path", Kind.TEXT),
              new Key("content", Kind.TEXT),
              new Key(LineRange.START, Kind.WHOLE),
              new Key(LineRange.END, Kind.WHOLE),
              new Key("total_lines", Kind.WHOLE),
              new Key("size", Kind.WHOLE),
              new Key("encoding", Kind.TEXT),
              new Key(Revision.NAME, Kind.TEXT),
              new Key("truncated", Kind.FLAG),
              new Key("next_cursor", Kind.TEXT),
              new Key("notes", Kind.TEXTS)),
          true);

  private static List<Parameter> parameters() {
    var parameters = new ArrayList<Parameter>();
    parameters.add(Parameter.requiredText("path", "", 1, Limits.PATH_CHARS_MAX, "src/main.py"));
    parameters.addAll(LineRange.PARAMETERS);
    parameters.add(Revision.parameter("WORKTREE is the file on disk", Revision.WORKTREE));
    parameters.add(Cursor.PARAMETER);
    return parameters;
  }

  @Override
  public ToolDefinition definition() {
    return DEFINITION;
  }

  @Override
  public Result call(Backend backend, Arguments arguments, Call call) {
    var position = arguments.optionalText(Cursor.PARAMETER.name()).map(Position::of);
    var revision = position.map(Position::revision).orElse(arguments.text(Revision.NAME));
    var path = arguments.text("path");
    var file =
        revision.equals(Revision.WORKTREE)
            ? onDisk(backend.workspace(), path)
            : backend.read(ShownPath.of(backend.workspace(), path), revision, call.cancel());
    var checked = Workspace.checked(path);
    var text = file.text();
    if (text.binary()) {
      throw new CodeintelException(
          ErrorCode.BINARY_FILE,
          "%s is binary (%,d bytes). Only text files can be opened."
              .formatted(checked, text.size()));
    }
    var range =
        position.isPresent()
            ? position.get().requireWithin(text)
            : asked(LineRange.of(arguments), checked, text);
    return new Page(checked, text, file.revision(), range);
  }

  private static FileAt onDisk(Workspace workspace, String path) {
    try (var file = ShownPath.open(workspace, path)) {
      return new FileAt(workspace.read(file, Workspace.checked(path)), Revision.WORKTREE);
    }
  }

  private static Range asked(LineRange lines, String path, SourceText text) {
    var count = text.lineCount();
    lines.requireWithin(path, count);
    return new Range(lines.start(), 0, lines.last().orElse(count));
  }

  /** Where an earlier answer ended, and in which version of the file. */
  private record Position(Range range, String revision) {

    static Position of(String cursor) {
      var position = POSITION.matcher(Cursor.position(cursor));
      if (!position.matches()) {
        throw Cursor.unknown(cursor);
      }
      return new Position(
          new Range(
              Integer.parseInt(position.group(1)),
              Integer.parseInt(position.group(2)),
              Integer.parseInt(position.group(3))),
          Optional.ofNullable(position.group(4)).orElse(Revision.WORKTREE));
    }

    Range requireWithin(SourceText text) {
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

    String cursor(String revision) {
      var version = revision.equals(Revision.WORKTREE) ? "" : "@" + revision;
      return Cursor.of("%d.%d-%d%s".formatted(start, skipped, end, version));
    }
  }

  /** Sizes are chars of the first line, so that one that is too long can be cut; then lines. */
  private record Page(String path, SourceText text, String revision, Range range)
      implements Result {

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
      var next = rest.map(range -> range.cursor(revision));
      var values = new LinkedHashMap<String, Object>();
      values.put("path", path);
      values.put("content", content);
      values.put(LineRange.START, range.start());
      values.put(LineRange.END, end);
      values.put("total_lines", text.lineCount());
      values.put("size", text.size());
      values.put("encoding", text.encoding());
      values.put(Revision.NAME, revision);
      values.put("truncated", rest.isPresent());
      values.put("next_cursor", next);
      values.put("notes", note.map(List::of));
      var shown =
          new StringBuilder(
              "%s lines %d-%d of %d%s"
                  .formatted(path, range.start(), end, text.lineCount(), Revision.shown(revision)));
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
