package dev.codeintel.ops;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * One event as it was when it was logged: values are frozen by the caller's thread, since they may
 * change before the line is written.
 *
 * @param time when
 * @param level how much it matters
 * @param name what happened
 * @param fields what is known about it, in the order given
 */
record LogEvent(Instant time, LogLevel level, String name, List<Field> fields) {

  /** Longest text of one value; the rest is counted, not kept. */
  static final int VALUE_CHARS_MAX = 8_192;

  /** Frames of a cause that are kept. */
  static final int CAUSE_FRAMES_MAX = 40;

  /** Causes of causes that are kept. */
  private static final int CAUSES_MAX = 8;

  /**
   * @param value a String, a Number or a Boolean, or null
   */
  record Field(String name, Object value) {}

  static LogEvent of(LogLevel level, String name, Throwable cause, Object... namesAndValues) {
    var fields = new ArrayList<Field>(namesAndValues.length / 2 + 2);
    for (var i = 0; i < namesAndValues.length; i += 2) {
      var value = i + 1 < namesAndValues.length ? namesAndValues[i + 1] : "";
      fields.add(new Field(clipped(String.valueOf(namesAndValues[i])), frozen(value)));
    }
    if (cause != null) {
      fields.add(new Field("cause", frozen(cause)));
      fields.add(new Field("stack", clipped(stack(cause))));
    }
    return new LogEvent(
        Instant.now(), level, clipped(String.valueOf(name)), Collections.unmodifiableList(fields));
  }

  // No switch over types: its first run makes classes at run time, which costs a start 10 ms.
  private static Object frozen(Object value) {
    if (value == null || value instanceof Boolean || isNumber(value)) {
      return value;
    }
    return clipped(value instanceof Throwable cause ? chain(cause) : text(value));
  }

  private static boolean isNumber(Object value) {
    return value instanceof Integer
        || value instanceof Long
        || value instanceof Double
        || value instanceof Float;
  }

  private static String text(Object value) {
    try {
      return String.valueOf(value);
    } catch (RuntimeException e) {
      return value.getClass().getName() + " whose toString failed: " + e.getClass().getName();
    }
  }

  private static String chain(Throwable cause) {
    var text = new StringBuilder(text((Object) cause));
    var next = cause.getCause();
    for (var depth = 1; next != null && depth < CAUSES_MAX; depth++) {
      text.append("; caused by ").append(text((Object) next));
      next = next.getCause();
    }
    return text.toString();
  }

  private static String stack(Throwable cause) {
    var text = new StringBuilder();
    var frames = cause.getStackTrace();
    for (var i = 0; i < Math.min(frames.length, CAUSE_FRAMES_MAX); i++) {
      text.append(i == 0 ? "" : " < ").append(frames[i]);
    }
    return text.toString();
  }

  private static String clipped(String text) {
    return text.length() <= VALUE_CHARS_MAX
        ? text
        : text.substring(0, VALUE_CHARS_MAX)
            + "... and "
            + (text.length() - VALUE_CHARS_MAX)
            + " more characters";
  }
}
