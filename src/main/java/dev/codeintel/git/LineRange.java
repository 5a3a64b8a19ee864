package dev.codeintel.git;

import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import java.util.List;
import java.util.OptionalInt;

/**
 * Lines of a file, from 1, both ends included.
 *
 * @param last one less than the first where the file is empty
 */
record LineRange(int first, int last) {

  /**
   * Checks what a caller asked for; where it left a bound out, the file's own counts.
   *
   * @throws CodeintelException {@code invalid-argument} with the number of lines
   */
  static LineRange of(String path, OptionalInt first, OptionalInt last, int lines) {
    first.ifPresent(line -> require("start_line", line, 1, path, lines));
    last.ifPresent(line -> require("end_line", line, first.orElse(1), path, lines));
    return new LineRange(first.orElse(1), last.orElse(lines));
  }

  /** The same lines, from 0. */
  List<Span> spans() {
    return last < first ? List.of() : List.of(new Span(first - 1, last - first + 1, first - 1));
  }

  private static void require(String name, int line, int least, String path, int lines) {
    if (lines == 0) {
      throw refused("%s is %,d, but %s has 0 lines. Leave it out.".formatted(name, line, path));
    }
    if (line < least || line > lines) {
      throw refused(
          "%s is %,d; %s has %,d lines. Ask for %,d to %,d."
              .formatted(name, line, path, lines, least > lines ? 1 : least, lines));
    }
  }

  private static CodeintelException refused(String message) {
    return new CodeintelException(ErrorCode.INVALID_ARGUMENT, message);
  }
}
