package dev.codeintel.tool;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.repo.FileText;
import dev.codeintel.repo.OpenedFile;
import dev.codeintel.repo.Workspace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
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
          LineRange.parameters("WORKTREE is the file on disk"),
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

  @Override
  public ToolDefinition definition() {
    return DEFINITION;
  }

  @Override
  public Result call(Backend backend, Arguments arguments, Call call) {
    var path = arguments.text("path");
    var position =
        arguments.optionalText(Cursor.PARAMETER.name()).map(cursor -> Position.of(path, cursor));
    var revision = position.map(Position::revision).orElse(arguments.text(Revision.NAME));
    var lines = LineRange.of(arguments);
    if (!revision.equals(Revision.WORKTREE)) {
      return backend.read(
          ShownPath.of(backend.workspace(), path),
          revision,
          file -> page(path, file.text(), file.revision(), position, lines),
          call.cancel());
    }
    try (var file = ShownPath.open(backend.workspace(), path)) {
      var part = position.isPresent() || lines.first().isPresent() || lines.last().isPresent();
      Supplier<Result> page =
          () -> {
            var text =
                text(backend.workspace(), file, Workspace.checked(path), part, call.cancel());
            return page(path, text, Revision.WORKTREE, position, lines);
          };
      return file.attributes().size() <= Limits.FILE_BYTES_MAX
          ? page.get()
          : backend.look(page, call.cancel());
    }
  }

  /**
   * @param part whether no more than some lines are asked for
   */
  private static FileText text(
      Workspace workspace, OpenedFile file, String path, boolean part, CancelToken cancel) {
    var size = file.attributes().size();
    if (size <= Limits.KEPT_FILE_BYTES_MAX) {
      return workspace.read(file, path);
    }
    if (!part && size > Limits.FILE_BYTES_MAX && size <= Limits.OPEN_FILE_BYTES_MAX) {
      throw new CodeintelException(
          ErrorCode.FILE_TOO_LARGE,
          "%s has %,d bytes; files of more than %,d are not opened whole. Give start_line and end_line, such as 1 and 200."
              .formatted(path, size, Limits.FILE_BYTES_MAX));
    }
    return workspace.stream(file, path, cancel);
  }

  private static Page page(
      String path, FileText text, String revision, Optional<Position> position, LineRange lines) {
    var checked = Workspace.checked(path);
    if (text.binary()) {
      throw new CodeintelException(
          ErrorCode.BINARY_FILE,
          "%s is binary (%,d bytes). Only text files can be opened."
              .formatted(checked, text.size()));
    }
    var range =
        position.isPresent()
            ? position.get().requireWithin(text)
            : asked(lines, checked, text.lineCount());
    return Page.of(checked, text, revision, range);
  }

  private static Range asked(LineRange lines, String path, int count) {
    lines.requireWithin(path, count);
    return new Range(lines.start(), 0, lines.last().orElse(count));
  }

  /** All pages are of one file. */
  private static List<String> question(String path) {
    return List.of(DEFINITION.name(), Workspace.checked(path));
  }

  /** Where an earlier answer ended, and in which version of the file. */
  private record Position(Range range, String revision) {

    static Position of(String path, String cursor) {
      var position = POSITION.matcher(Cursor.position(question(path), cursor));
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

    Range requireWithin(FileText text) {
      if (range.start() < 1
          || range.end() < range.start()
          || range.end() > text.lineCount()
          || range.skipped() > 0 && range.skipped() >= text.lineChars(range.start())) {
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

    String cursor(String path, String revision) {
      var version = revision.equals(Revision.WORKTREE) ? "" : "@" + revision;
      return Cursor.of(question(path), "%d.%d-%d%s".formatted(start, skipped, end, version));
    }
  }

  /**
   * Sizes are chars of the first line, so that one that is too long can be cut; then lines.
   *
   * @param window what is asked for, as much of it as any answer can hold
   * @param firstChars of the first line, from what was skipped to its end, in the window or not
   * @param lineEnds where in the window the lines end that lie in it whole
   */
  private record Page(
      String path,
      String encoding,
      boolean encodingGuessed,
      int size,
      int lineCount,
      String revision,
      Range range,
      String window,
      int firstChars,
      List<Integer> lineEnds)
      implements Result {

    /** A char takes a byte at least, and something is always said beside. */
    private static final int WINDOW_CHARS = Limits.ANSWER_TOKENS_MAX * Limits.TOKEN_BYTES;

    static Page of(String path, FileText text, String revision, Range range) {
      var isEmpty = range.end() < range.start();
      var window =
          isEmpty ? "" : text.excerpt(range.start(), range.skipped(), range.end(), WINDOW_CHARS);
      var lineEnds = new ArrayList<Integer>();
      for (var end = window.indexOf('\n'); end >= 0; end = window.indexOf('\n', end + 1)) {
        lineEnds.add(end + 1);
      }
      var firstChars = isEmpty ? 0 : text.lineChars(range.start()) - range.skipped();
      // The last line of a file may have no line end; what fills the window ends somewhere.
      var isWhole = window.length() < WINDOW_CHARS - 1 || window.length() == firstChars;
      if (isWhole && !window.isEmpty() && !window.endsWith("\n")) {
        lineEnds.add(window.length());
      }
      return new Page(
          path,
          text.encoding(),
          text.encodingGuessed(),
          text.size(),
          text.lineCount(),
          revision,
          range,
          window,
          lineEnds.isEmpty() ? firstChars : lineEnds.getFirst(),
          lineEnds);
    }

    @Override
    public int largest() {
      return lineEnds.isEmpty() ? window.length() : firstChars + lineEnds.size() - 1;
    }

    @Override
    public Answer at(int size) {
      if (range.end() < range.start()) {
        return answer("", range.end(), Optional.empty(), Optional.empty());
      }
      if (size < firstChars) {
        return cut(size);
      }
      var last = range.start() + size - firstChars;
      var rest =
          last < range.end()
              ? Optional.of(new Range(last + 1, 0, range.end()))
              : Optional.<Range>empty();
      var content = window.substring(0, lineEnds.get(size - firstChars));
      return answer(content, last, rest, Optional.empty());
    }

    private Answer cut(int size) {
      var inPair = size > 0 && Character.isHighSurrogate(window.charAt(size - 1));
      var content = window.substring(0, inPair ? size - 1 : size);
      var shown = range.skipped() + content.length();
      var note =
          content.isEmpty()
              ? "Nothing of line %,d fits; raise max_tokens.".formatted(range.start())
              : "Line %,d is cut: characters %,d to %,d of %,d are shown."
                  .formatted(
                      range.start(), range.skipped() + 1, shown, range.skipped() + firstChars);
      return answer(
          content,
          range.start(),
          Optional.of(new Range(range.start(), shown, range.end())),
          Optional.of(note));
    }

    private Answer answer(String content, int end, Optional<Range> rest, Optional<String> note) {
      // A cursor to where this answer began would lead round in circles.
      var next = rest.filter(_ -> !content.isEmpty()).map(range -> range.cursor(path, revision));
      var values = new LinkedHashMap<String, Object>();
      values.put("path", path);
      values.put("content", content);
      values.put(LineRange.START, range.start());
      values.put(LineRange.END, end);
      values.put("total_lines", lineCount);
      values.put("size", size);
      values.put("encoding", encoding);
      values.put(Revision.NAME, revision);
      values.put("truncated", rest.isPresent());
      values.put("next_cursor", next);
      values.put("notes", note.map(List::of));
      var shown =
          new StringBuilder(
              "%s lines %d-%d of %d%s"
                  .formatted(path, range.start(), end, lineCount, Revision.shown(revision)));
      if (encodingGuessed) {
        shown.append(", encoding guessed: ").append(encoding);
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
