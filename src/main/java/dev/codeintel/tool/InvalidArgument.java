package dev.codeintel.tool;

import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import java.util.LinkedHashMap;
import java.util.Map;

/** An argument that is refused: which, its value, what is allowed, and a valid example. */
public final class InvalidArgument extends CodeintelException {

  private static final long serialVersionUID = 1L;
  private static final int SHOWN_CHARS_MAX = 200;

  private final String argument;
  private final String value;
  private final String expected;
  private final String example;

  /**
   * @param argument its name
   * @param value what was given, as a person would read it
   * @param expected what is allowed, as the end of a sentence that begins with "it must be"
   * @param example a valid value
   */
  public InvalidArgument(String argument, Object value, String expected, Object example) {
    super(
        ErrorCode.INVALID_ARGUMENT,
        "%s is %s; it must be %s, such as %s."
            .formatted(argument, shown(value), expected, shown(example)));
    this.argument = argument;
    this.value = shown(value);
    this.expected = expected;
    this.example = shown(example);
  }

  /** The parts of the message, for programs. */
  public Map<String, Object> detail() {
    var detail = new LinkedHashMap<String, Object>();
    detail.put("argument", argument);
    detail.put("value", value);
    detail.put("expected", expected);
    detail.put("example", example);
    return detail;
  }

  private static String shown(Object value) {
    var text =
        switch (value) {
          case null -> "missing";
          case String string -> "\"" + string + "\"";
          case Iterable<?> list -> {
            var items = new StringBuilder("[");
            for (var item : list) {
              items.append(items.length() > 1 ? ", " : "").append(shown(item));
              if (items.length() > SHOWN_CHARS_MAX) {
                break;
              }
            }
            yield items.append(']').toString();
          }
          case Map<?, ?> map -> {
            var pairs = new StringBuilder("{");
            for (var pair : map.entrySet()) {
              pairs
                  .append(pairs.length() > 1 ? ", " : "")
                  .append(shown(pair.getKey()))
                  .append(": ")
                  .append(shown(pair.getValue()));
              if (pairs.length() > SHOWN_CHARS_MAX) {
                break;
              }
            }
            yield pairs.append('}').toString();
          }
          default -> value.toString();
        };
    return text.length() <= SHOWN_CHARS_MAX
        ? text
        : text.substring(0, text.offsetByCodePoints(0, SHOWN_CHARS_MAX / 2)) + "...";
  }
}
