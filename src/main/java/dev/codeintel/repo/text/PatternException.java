package dev.codeintel.repo.text;

import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;

/** What is wrong with an expression, and where. */
public final class PatternException extends CodeintelException {

  private static final long serialVersionUID = 1L;

  private final String problem;

  PatternException(int index, String pattern, String problem) {
    this("character %,d: %s".formatted(pattern.codePointCount(0, index) + 1, problem));
  }

  /**
   * @param problem of the expression as a whole
   */
  PatternException(String problem) {
    super(ErrorCode.INVALID_ARGUMENT, "The expression cannot be searched for: " + problem);
    this.problem = problem;
  }

  /** The place, as a character from 1, and what is wrong there; no full stop. */
  public String problem() {
    return problem;
  }
}
