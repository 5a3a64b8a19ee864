package dev.codeintel.ops;

/**
 * An error with a code that callers can act on. The message is for a person or an agent: one
 * sentence that says what, where and what to do next.
 */
public class CodeintelException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  public CodeintelException(ErrorCode code, String message) {
    this(code, message, null);
  }

  public CodeintelException(ErrorCode code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  public ErrorCode code() {
    return code;
  }
}
