package dev.codeintel.tool;

import dev.codeintel.config.Limits;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One parameter of a tool.
 *
 * @param name as the client writes it
 * @param kind its single type
 * @param description what the agent must know beyond name and bounds; may be empty
 * @param required whether a call without it is refused
 * @param least smallest number, or fewest characters of a text, or fewest items of a list
 * @param most largest number, or most characters of a text, or most items of a list
 * @param usual the value when absent
 * @param choices the only texts that are allowed; empty: any
 * @param fields what an object may hold; empty for what is no object
 * @param example a valid value, shown when a wrong one is given
 */
public record Parameter(
    String name,
    Kind kind,
    String description,
    boolean required,
    long least,
    long most,
    Optional<Object> usual,
    List<String> choices,
    List<Parameter> fields,
    Object example) {

  /** A parameter of any kind but an object. */
  Parameter(
      String name,
      Kind kind,
      String description,
      boolean required,
      long least,
      long most,
      Optional<Object> usual,
      List<String> choices,
      Object example) {
    this(name, kind, description, required, least, most, usual, choices, List.of(), example);
  }

  /** A text that must be given. */
  public static Parameter requiredText(
      String name, String description, int least, int most, String example) {
    return new Parameter(
        name, Kind.TEXT, description, true, least, most, Optional.empty(), List.of(), example);
  }

  /** A text that may be left out. */
  public static Parameter text(String name, String description, int most, String example) {
    return new Parameter(
        name, Kind.TEXT, description, false, 0, most, Optional.empty(), List.of(), example);
  }

  /** One of a few words. */
  public static Parameter choice(String name, String description, String... usualFirst) {
    return new Parameter(
        name,
        Kind.TEXT,
        description,
        false,
        0,
        Limits.ARGUMENT_CHARS_MAX,
        Optional.of(usualFirst[0]),
        List.of(usualFirst),
        usualFirst[0]);
  }

  /** A whole number with a value when absent. */
  public static Parameter whole(
      String name, String description, long usual, long least, long most) {
    return new Parameter(
        name, Kind.WHOLE, description, false, least, most, Optional.of(usual), List.of(), usual);
  }

  /** Yes or no, with a value when absent. */
  public static Parameter flag(String name, String description, boolean usual) {
    return new Parameter(
        name, Kind.FLAG, description, false, 0, 1, Optional.of(usual), List.of(), usual);
  }

  /** A line number that may be left out. */
  public static Parameter line(String name, String description) {
    return new Parameter(
        name,
        Kind.WHOLE,
        description,
        false,
        1,
        Integer.MAX_VALUE,
        Optional.empty(),
        List.of(),
        1L);
  }

  /** A list of texts; absent is not the same as empty. */
  public static Parameter texts(String name, String description, String example) {
    return new Parameter(
        name,
        Kind.TEXTS,
        description,
        false,
        0,
        Limits.ARGUMENT_ITEMS_MAX,
        Optional.empty(),
        List.of(),
        List.of(example));
  }

  /**
   * A plain object that may be left out.
   *
   * @param fields each may be left out, too
   */
  public static Parameter object(
      String name, String description, List<Parameter> fields, Map<String, Object> example) {
    return new Parameter(
        name,
        Kind.OBJECT,
        description,
        false,
        0,
        fields.size(),
        Optional.empty(),
        List.of(),
        fields,
        example);
  }

  /** What a valid value is, as the end of a sentence that begins with "it must be". */
  String expected() {
    if (!choices.isEmpty()) {
      return "one of " + String.join(", ", choices);
    }
    return switch (kind) {
      case TEXT -> "a text of %,d to %,d characters".formatted(least, most);
      case WHOLE -> "a whole number from %,d to %,d".formatted(least, most);
      case DECIMAL -> "a number from %,d to %,d".formatted(least, most);
      case FLAG -> "true or false";
      case TEXTS ->
          "a list of %,d to %,d texts of at most %,d characters"
              .formatted(least, most, Limits.ARGUMENT_CHARS_MAX);
      case OBJECT ->
          "an object with "
              + String.join(", ", fields.stream().map(Parameter::name).toList())
              + " or some of them";
      case OBJECTS -> throw new IllegalStateException("no parameter is of kind " + kind);
    };
  }
}
