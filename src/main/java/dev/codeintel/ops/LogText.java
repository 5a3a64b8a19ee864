package dev.codeintel.ops;

import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;

/**
 * The form for people: {@code 2026-11-22T20:00:00.123Z INFO Event name field=value}. What a
 * terminal or a reader of lines could take for something else is escaped, so that an event is one
 * line whatever a repository or a server puts into it.
 */
final class LogText {

  static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

  private LogText() {}

  static String line(LogEvent event) {
    var line = new StringBuilder();
    TIME.formatTo(event.time(), line);
    line.append(' ').append(label(event.level())).append(' ');
    escape(event.name(), false, line);
    for (var field : event.fields()) {
      line.append(' ');
      escape(field.name(), false, line);
      line.append('=');
      value(String.valueOf(field.value()), line);
    }
    return line.toString();
  }

  private static String label(LogLevel level) {
    return switch (level) {
      case DEBUG -> "DEBUG";
      case INFO -> "INFO ";
      case WARNING -> "WARN ";
      case ERROR -> "ERROR";
    };
  }

  private static void value(String value, StringBuilder line) {
    var quoted =
        value.isEmpty() || value.chars().anyMatch(c -> c <= ' ' || c == '"' || c == '=' || odd(c));
    if (quoted) {
      line.append('"');
    }
    escape(value, quoted, line);
    if (quoted) {
      line.append('"');
    }
  }

  private static void escape(String text, boolean quoted, StringBuilder line) {
    for (var i = 0; i < text.length(); i++) {
      var c = text.charAt(i);
      switch (c) {
        case '\n' -> line.append("\\n");
        case '\r' -> line.append("\\r");
        case '\t' -> line.append("\\t");
        case '"', '\\' -> line.append(quoted ? "\\" : "").append(c);
        default -> {
          if (c < ' ' || odd(c) && !isHalfOfPair(text, i)) {
            appendEscape(c, line);
          } else {
            line.append(c);
          }
        }
      }
    }
  }

  /** Escapes what a JSON encoder leaves as it is; the result stays JSON. */
  static String escapeOdd(String json) {
    StringBuilder escaped = null;
    for (var i = 0; i < json.length(); i++) {
      var c = json.charAt(i);
      var isOdd = odd(c) && !isHalfOfPair(json, i);
      if (isOdd && escaped == null) {
        escaped = new StringBuilder(json.length() + 16).append(json, 0, i);
      }
      if (isOdd) {
        appendEscape(c, escaped);
      } else if (escaped != null) {
        escaped.append(c);
      }
    }
    return escaped == null ? json : escaped.toString();
  }

  private static void appendEscape(char c, StringBuilder line) {
    line.append("\\u").append(String.format(Locale.ROOT, "%04x", (int) c));
  }

  /** Beyond ASCII: controls, line ends of Unicode, marks that turn the direction, half a pair. */
  private static boolean odd(int c) {
    if (c < 0x7f) {
      return false;
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }

  private static boolean isHalfOfPair(String text, int i) {
    var c = text.charAt(i);
    return Character.isHighSurrogate(c)
            && i + 1 < text.length()
            && Character.isLowSurrogate(text.charAt(i + 1))
        || Character.isLowSurrogate(c) && i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
  }
}
