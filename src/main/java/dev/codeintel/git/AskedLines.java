package dev.codeintel.git;

import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import java.util.OptionalInt;

/**
 * Which lines of a file a caller wants to know about, before anybody knows how many there are.
 *
 * @param first from 1; empty: the file's first
 * @param last inclusive; empty: the file's last
 * @param most only so many, the first ones, are answered
 */
record AskedLines(OptionalInt first, OptionalInt last, int most) {

  static final AskedLines ALL =
      new AskedLines(OptionalInt.empty(), OptionalInt.empty(), Integer.MAX_VALUE);

  /**
   * The lines to answer, of a file of so many.
   *
   * @throws CodeintelException {@code invalid-argument}, with the number of lines, where the file
   *     lacks one that was named
   */
  LineRange within(String path, int lines) {
    first.ifPresent(line -> require("start_line", line, 1, path, lines));
    last.ifPresent(line -> require("end_line", line, first.orElse(1), path, lines));
    var start = first.orElse(1);
    return new LineRange(start, (int) Math.min(last.orElse(lines), start + (long) most - 1));
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
