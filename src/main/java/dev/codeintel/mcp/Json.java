package dev.codeintel.mcp;

import dev.codeintel.config.Limits;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.lang.reflect.RecordComponent;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/**
 * JSON to plain values and back: String, Long, BigInteger, Double, Boolean, List, Map and null. On
 * the way out also records (an object of their components), enums (lower case, kebab), Optional
 * (left out when empty) and {@link Snake}.
 */
public final class Json {

  /** A value whose records have snake_case keys, as tool results do; all of MCP is camelCase. */
  public record Snake(Object value) {}

  /** An object that has more keys than its record or map. */
  record Extended(Object object, Map<String, Object> more) {}

  /** Bytes that are no JSON, or JSON beyond a limit. The message is for the peer. */
  static final class NotJson extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean wellFormed;

    NotJson(String message, boolean wellFormed) {
      super(message);
      this.wellFormed = wellFormed;
    }

    /** Whether the grammar was kept and only a limit or a rule of ours was not. */
    boolean isWellFormed() {
      return wellFormed;
    }
  }

  private static final int STRING_CHARS_MAX = Limits.STDIO_LINE_BYTES_MAX;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(Limits.JSON_DEPTH_MAX)
                  .maxNumberLength(Limits.JSON_NUMBER_CHARS_MAX)
                  .maxStringLength(STRING_CHARS_MAX)
                  .maxDocumentLength(Limits.STDIO_LINE_BYTES_MAX)
                  .build())
          .build();

  /** Components of a record, looked up once. */
  private static final ClassValue<Component[]> COMPONENTS =
      new ClassValue<>() {
        @Override
        protected Component[] computeValue(Class<?> type) {
          var components = new ArrayList<Component>();
          for (var component : type.getRecordComponents()) {
            component.getAccessor().setAccessible(true);
            components.add(
                new Component(component.getName(), snake(component.getName()), component));
          }
          return components.toArray(Component[]::new);
        }
      };

  private record Component(String name, String snakeName, RecordComponent component) {
    Object of(Object owner) {
      try {
        return component.getAccessor().invoke(owner);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("cannot read " + component, e);
      }
    }
  }

  private Json() {}

  /**
   * Initializes what the first message would. That takes as long as all else at the start of a
   * server: BigDecimal, of which the parser makes constants, computes powers of five up to 5^65536.
   */
  public static void warmUp() {
    try {
      write(read("{\"id\":0}".getBytes(StandardCharsets.UTF_8)));
    } catch (NotJson e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Reads one value. UTF-8 only, and strictly: no other encoding is guessed, nothing is repaired.
   */
  static Object read(byte[] bytes) throws NotJson {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new NotJson("The message is not UTF-8.", false);
    }
    try (var parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      if (parser.nextToken() == null) {
        throw new NotJson("The message is empty.", false);
      }
      var value = value(parser);
      if (parser.nextToken() != null) {
        throw new NotJson("Something follows the JSON value of the message.", false);
      }
      return value;
    } catch (StreamConstraintsException e) {
      throw new NotJson("The message is beyond a limit: " + e.getOriginalMessage(), true);
    } catch (JacksonException e) {
      throw new NotJson("The message is not JSON: " + e.getOriginalMessage(), false);
    }
  }

  private static Object value(JsonParser parser) throws NotJson {
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(parser);
      case START_ARRAY -> {
        var list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(value(parser));
        }
        yield list;
      }
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT ->
          parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
              ? parser.getBigIntegerValue()
              : (Object) parser.getLongValue();
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new NotJson("The message ends too early.", false);
    };
  }

  private static Map<String, Object> object(JsonParser parser) throws NotJson {
    var map = new LinkedHashMap<String, Object>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      var name = parser.currentName();
      parser.nextToken();
      if (map.containsKey(name)) {
        throw new NotJson("A key stands twice in one object: " + name, true);
      }
      map.put(name, value(parser));
    }
    return map;
  }

  /** Compact JSON in UTF-8. Half a surrogate pair, which a peer may send, goes out as an escape. */
  public static byte[] write(Object value) {
    var bytes = new ByteArrayOutputStream();
    write(value, bytes);
    return bytes.toByteArray();
  }

  /** How many bytes {@link #write(Object)} would give. */
  static int size(Object value) {
    var counter = new Counter();
    write(value, counter);
    return counter.count;
  }

  /** Counts what it is given, and keeps nothing. */
  private static final class Counter extends OutputStream {

    private int count;

    @Override
    public void write(int value) {
      count++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      count += length;
    }
  }

  private static void write(Object value, OutputStream bytes) {
    try (var generator = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
      write(generator, value, false);
    }
  }

  private static void write(JsonGenerator out, Object value, boolean snake) {
    switch (value) {
      case null -> out.writeNull();
      case String text -> out.writeString(text);
      case Boolean flag -> out.writeBoolean(flag);
      case Integer number -> out.writeNumber(number);
      case Long number -> out.writeNumber(number);
      case BigInteger number -> out.writeNumber(number);
      case Double number -> out.writeNumber(number);
      case Float number -> out.writeNumber(number);
      case Enum<?> constant -> out.writeString(word(constant));
      case Optional<?> optional -> write(out, optional.orElse(null), snake);
      case Snake inner -> write(out, inner.value(), true);
      case Iterable<?> list -> {
        out.writeStartArray();
        for (var item : list) {
          write(out, item, snake);
        }
        out.writeEndArray();
      }
      case Extended(var object, var more) -> {
        out.writeStartObject();
        properties(out, object, snake);
        properties(out, more, snake);
        out.writeEndObject();
      }
      case Map<?, ?> map -> object(out, map, snake);
      case Record owner -> object(out, owner, snake);
      case java.time.Instant time -> out.writeString(time.toString());
      default -> throw new IllegalArgumentException("no JSON for " + value.getClass());
    }
  }

  private static void object(JsonGenerator out, Object owner, boolean snake) {
    out.writeStartObject();
    properties(out, owner, snake);
    out.writeEndObject();
  }

  private static void properties(JsonGenerator out, Object owner, boolean snake) {
    if (owner instanceof Map<?, ?> map) {
      map.forEach((key, item) -> property(out, word(key), item, snake));
      return;
    }
    for (var component : COMPONENTS.get(owner.getClass())) {
      property(out, snake ? component.snakeName() : component.name(), component.of(owner), snake);
    }
  }

  private static void property(JsonGenerator out, String name, Object value, boolean snake) {
    if (value instanceof Optional<?> optional && optional.isEmpty()) {
      return;
    }
    out.writeName(name);
    write(out, value, snake);
  }

  private static String word(Object key) {
    return key instanceof Enum<?> constant
        ? constant.name().toLowerCase(Locale.ROOT).replace('_', '-')
        : key.toString();
  }

  private static String snake(String camelCase) {
    var snake = new StringBuilder();
    for (var letter : camelCase.toCharArray()) {
      if (Character.isUpperCase(letter)) {
        snake.append('_');
      }
      snake.append(Character.toLowerCase(letter));
    }
    return snake.toString();
  }

  /** An unmodifiable look at a value that should be an object. */
  static Optional<Map<String, Object>> asObject(Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      return Optional.empty();
    }
    var object = new LinkedHashMap<String, Object>();
    map.forEach((key, item) -> object.put((String) key, item));
    return Optional.of(object);
  }

  /** A value that should be a list. */
  static Optional<List<?>> asList(Object value) {
    return value instanceof List<?> list ? Optional.of(list) : Optional.empty();
  }
}
