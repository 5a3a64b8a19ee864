package dev.codeintel.tool;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import java.util.List;
import java.util.OptionalInt;

/**
 * Which lines of a file a call asks for.
 *
 * @param first empty: from the first
 * @param last empty: to the last
 */
record LineRange(OptionalInt first, OptionalInt last) {

  static final String START = "start_line";
  static final String END = "end_line";

  /**
   * The parameters of a tool about lines of one file.
   *
   * @param revision what there is to say of the revision
   */
  static List<Parameter> parameters(String revision) {
    return List.of(
        Parameter.requiredText("path", "", 1, Limits.PATH_CHARS_MAX, "src/main.py"),
        Parameter.line(START, ""),
        Parameter.line(END, "Inclusive"),
        Revision.parameter(revision, Revision.WORKTREE),
        Cursor.PARAMETER);
  }

  static LineRange of(Arguments arguments) {
    return new LineRange(arguments.optionalWhole(START), arguments.optionalWhole(END));
  }

  int start() {
    return first.orElse(1);
  }

  /**
   * @throws InvalidArgument when the end comes before the start
   */
  LineRange requireOrdered() {
    if (last.isPresent() && last.getAsInt() < start()) {
      throw new InvalidArgument(
          END, last.getAsInt(), "%s, %,d, or more".formatted(START, start()), start());
    }
    return this;
  }

  /**
   * @param count lines of the file
   * @throws CodeintelException {@code invalid-argument}: a line that the file does not have
   */
  LineRange requireWithin(String path, int count) {
    first.ifPresent(line -> requireLine(START, line, 1, path, count));
    last.ifPresent(line -> requireLine(END, line, start(), path, count));
    return this;
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
}
