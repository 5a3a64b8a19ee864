package dev.codeintel.faiss;

import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import java.util.regex.Pattern;

/** A call of FAISS that failed, with FAISS's own words. */
public final class FaissException extends CodeintelException {

  private static final long serialVersionUID = 1L;

  /** C++ signature, file and line, which FAISS puts before what it has to say. */
  private static final Pattern ORIGIN =
      Pattern.compile("\\AError in .*? at \\S+?:\\d+: (?:Error: )?", Pattern.DOTALL);

  private final String call;
  private final int status;
  private final String text;

  FaissException(String call, int status, String text) {
    super(
        ErrorCode.INTERNAL,
        "FAISS refused %s: %s (status %d).".formatted(call, firstSentence(text), status));
    this.call = call;
    this.status = status;
    this.text = text;
  }

  /** The function of the C API, such as {@code faiss_Index_train}. */
  public String call() {
    return call;
  }

  /** The code it returned: -2 FAISS's own exception, -4 one of the C++ library, -1 any other. */
  public int status() {
    return status;
  }

  /** FAISS's text as it came, with C++ signature, file and line; empty where it gave none. */
  public String text() {
    return text;
  }

  private static String firstSentence(String text) {
    var words = ORIGIN.matcher(text).replaceFirst("").strip();
    var firstLine = words.lines().findFirst().orElse("it gave no reason");
    return firstLine.endsWith(".") ? firstLine.substring(0, firstLine.length() - 1) : firstLine;
  }
}
