package dev.codeintel.tool;

import dev.codeintel.config.Limits;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The arguments of one call, checked against the tool's parameters: nothing unknown, every type and
 * bound as declared. An argument that is null counts as left out, because many clients send every
 * optional argument so.
 */
public final class Arguments {

  private final Map<String, Object> values;

  private Arguments(Map<String, Object> values) {
    this.values = values;
  }

  /**
   * Checks what a client sent.
   *
   * @param given plain values: String, Long, BigInteger, Double, Boolean, List, Map, null
   * @throws InvalidArgument naming the first argument that is wrong
   */
  public static Arguments check(ToolDefinition tool, Map<String, ?> given) {
    return check(tool.name(), "", tool.parameters(), given);
  }

  /**
   * @param owner the tool, or its parameter, whose arguments these are
   * @param prefix what stands before their names in messages
   */
  private static Arguments check(
      String owner, String prefix, List<Parameter> parameters, Map<?, ?> given) {
    var names = parameters.stream().map(Parameter::name).toList();
    for (var name : given.keySet()) {
      if (!names.contains(name)) {
        throw new InvalidArgument(
            "An argument of " + owner, name, "one of " + String.join(", ", names), names.get(0));
      }
    }
    var values = new HashMap<String, Object>();
    for (var parameter : parameters) {
      var name = prefix + parameter.name();
      var value = given.get(parameter.name());
      if (value != null) {
        values.put(parameter.name(), checked(parameter, name, value));
      } else if (parameter.required()) {
        throw refused(parameter, name, null);
      } else {
        parameter.usual().ifPresent(usual -> values.put(parameter.name(), usual));
      }
    }
    return new Arguments(values);
  }

  /** A text that is required or has a usual value. */
  public String text(String name) {
    return optionalText(name).orElseThrow(() -> new IllegalStateException(name + " is optional"));
  }

  public Optional<String> optionalText(String name) {
    return Optional.ofNullable((String) values.get(name));
  }

  /** A whole number that has a usual value. */
  public int whole(String name) {
    return optionalWhole(name).orElseThrow(() -> new IllegalStateException(name + " is optional"));
  }

  public OptionalInt optionalWhole(String name) {
    var value = (Long) values.get(name);
    return value == null ? OptionalInt.empty() : OptionalInt.of(Math.toIntExact(value));
  }

  /** Yes or no; it has a usual value. */
  public boolean flag(String name) {
    return (Boolean) values.get(name);
  }

  /** The texts of a list; empty when absent. */
  public List<String> texts(String name) {
    return optionalTexts(name).orElse(List.of());
  }

  /** The texts of a list, where one was given: it may have none. */
  public Optional<List<String>> optionalTexts(String name) {
    return Optional.ofNullable((List<?>) values.get(name))
        .map(list -> list.stream().map(String.class::cast).toList());
  }

  /** What an object holds, where one was given. */
  public Optional<Arguments> object(String name) {
    return Optional.ofNullable((Arguments) values.get(name));
  }

  /** Most tokens of the answer. */
  public int maxTokens() {
    return whole(ToolDefinition.MAX_TOKENS.name());
  }

  private static Object checked(Parameter parameter, String name, Object value) {
    var right =
        switch (parameter.kind()) {
          case TEXT -> value instanceof String text && isText(parameter, text) ? text : null;
          case WHOLE -> whole(value).filter(number -> isWithin(parameter, number)).orElse(null);
          case DECIMAL ->
              value instanceof Number number && isWithin(parameter, number.doubleValue())
                  ? number.doubleValue()
                  : null;
          case FLAG -> value instanceof Boolean ? value : null;
          case TEXTS -> value instanceof List<?> list && isTexts(parameter, list) ? list : null;
          case OBJECT ->
              value instanceof Map<?, ?> map
                  ? check(name, name + ".", parameter.fields(), map)
                  : null;
          case OBJECTS -> throw new IllegalStateException("no parameter is of kind OBJECTS");
        };
    if (right == null) {
      throw refused(parameter, name, value);
    }
    return right;
  }

  private static boolean isText(Parameter parameter, String text) {
    return isUnicode(text)
        && isWithin(parameter, text.codePointCount(0, text.length()))
        && (parameter.choices().isEmpty() || parameter.choices().contains(text));
  }

  private static boolean isTexts(Parameter parameter, List<?> list) {
    return isWithin(parameter, list.size())
        && list.stream()
            .allMatch(
                item ->
                    item instanceof String text
                        && isUnicode(text)
                        && text.length() <= Limits.ARGUMENT_CHARS_MAX);
  }

  /** JSON can write half a character; no path, query or file has one. */
  private static boolean isUnicode(String text) {
    return text.codePoints()
        .noneMatch(point -> point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE);
  }

  private static boolean isWithin(Parameter parameter, double number) {
    return number >= parameter.least() && number <= parameter.most();
  }

  /** JSON has one kind of number: 10.0 is a whole one. */
  private static Optional<Long> whole(Object value) {
    return switch (value) {
      case Long number -> Optional.of(number);
      case Double number when Math.rint(number) == number && Math.abs(number) < 1L << 53 ->
          Optional.of(number.longValue());
      case BigInteger _ -> Optional.empty();
      default -> Optional.empty();
    };
  }

  private static InvalidArgument refused(Parameter parameter, String name, Object value) {
    return new InvalidArgument(name, value, parameter.expected(), parameter.example());
  }
}
