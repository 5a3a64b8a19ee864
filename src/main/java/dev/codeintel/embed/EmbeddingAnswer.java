package dev.codeintel.embed;

import dev.codeintel.config.Limits;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads the answer of {@code POST /embeddings} as it arrives, wherever it is cut into buffers,
 * straight into off-heap memory: base64 of little-endian floats, or arrays of numbers from servers
 * that know no {@code encoding_format}. Neither the body nor a vector or number ever becomes an
 * object. What is not wanted is read over, but must be JSON too. Used by one thread at a time.
 */
final class EmbeddingAnswer {

  private static final int KEY_BYTES_MAX = 16;
  private static final byte[] DATA = "data".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] INDEX = "index".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] EMBEDDING = "embedding".getBytes(StandardCharsets.US_ASCII);
  private static final String[] LITERALS = {"true", "false", "null"};

  private final VectorRows rows;
  private final Base64Reader base64;
  private final DecimalReader decimal = new DecimalReader();
  private final byte[] key = new byte[KEY_BYTES_MAX];
  private final Role[] open = new Role[Limits.JSON_DEPTH_MAX];
  private final boolean[] openObject = new boolean[Limits.JSON_DEPTH_MAX];
  private int keyBytes;
  private int depth;
  private Role role = Role.ANSWER;
  private State state = State.VALUE;
  private boolean inKey;
  private int escape;
  private int escapeDigits;
  private String literal = "";
  private int literalChars;

  /** What the value that is read, or that comes next, is for. */
  private enum Role {
    ANSWER,
    LIST,
    ITEM,
    PLACE,
    VECTOR,
    NUMBER,
    OTHER
  }

  /** What may come next. */
  private enum State {
    VALUE,
    VALUE_OR_END,
    KEY,
    KEY_OR_END,
    COLON,
    COMMA_OR_END,
    TEXT,
    ESCAPE,
    UNICODE,
    NUMBER,
    LITERAL,
    NOTHING
  }

  /** Reads into those rows. */
  EmbeddingAnswer(VectorRows rows) {
    this.rows = rows;
    this.base64 = new Base64Reader(rows);
  }

  /**
   * Reads on.
   *
   * @throws VectorRows.Unusable when it is not the vectors that were asked for
   */
  void read(ByteBuffer from) {
    while (from.hasRemaining()) {
      switch (state) {
        case TEXT -> text(from);
        case NUMBER -> number(from);
        case ESCAPE -> escaped(from.get());
        case UNICODE -> unicode(from.get());
        case LITERAL -> literal(from.get());
        default -> structure(from);
      }
    }
  }

  /**
   * Nothing more comes.
   *
   * @throws VectorRows.Unusable when it should have
   */
  void end() {
    if (state != State.NOTHING) {
      throw VectorRows.Unusable.because("ends in the middle");
    }
  }

  private void structure(ByteBuffer from) {
    var next = from.get();
    if (next == ' ' || next == '\n' || next == '\r' || next == '\t') {
      return;
    }
    switch (state) {
      case VALUE, VALUE_OR_END -> {
        if (next == ']' && state == State.VALUE_OR_END) {
          close(false);
        } else {
          value(next, from);
        }
      }
      case KEY, KEY_OR_END -> {
        if (next == '}' && state == State.KEY_OR_END) {
          close(true);
        } else if (next == '"') {
          inKey = true;
          keyBytes = 0;
          state = State.TEXT;
        } else {
          throw noJson();
        }
      }
      case COLON -> {
        require(next == ':');
        state = State.VALUE;
      }
      case COMMA_OR_END -> commaOrEnd(next);
      default -> throw noJson();
    }
  }

  private void commaOrEnd(byte next) {
    if (next == ',') {
      if (openObject[depth - 1]) {
        state = State.KEY;
      } else {
        role = elementRole();
        state = State.VALUE;
      }
    } else {
      require(next == '}' || next == ']');
      close(next == '}');
    }
  }

  private void value(byte next, ByteBuffer from) {
    if (role == Role.ANSWER && next != '{') {
      throw VectorRows.Unusable.because("is no JSON object");
    }
    if (role == Role.NUMBER && next != '-' && (next < '0' || next > '9')) {
      throw VectorRows.Unusable.because("has an embedding of what are no numbers");
    }
    switch (next) {
      case '{' -> open(true);
      case '[' -> open(false);
      case '"' -> {
        requireNoItem();
        if (role == Role.VECTOR) {
          rows.startVector();
          base64.start();
        }
        inKey = false;
        state = State.TEXT;
      }
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> {
        requireNoItem();
        requireNoVector();
        decimal.start();
        from.position(from.position() - 1);
        state = State.NUMBER;
      }
      default -> startLiteral(next);
    }
  }

  private void open(boolean object) {
    if (depth == open.length) {
      throw VectorRows.Unusable.because("is nested deeper than %d", open.length);
    }
    if (object) {
      requireNoVector();
    } else {
      requireNoItem();
    }
    if (role == Role.ITEM) {
      rows.startItem();
    } else if (role == Role.VECTOR) {
      rows.startVector();
    }
    open[depth] = role;
    openObject[depth] = object;
    depth++;
    role = elementRole();
    state = object ? State.KEY_OR_END : State.VALUE_OR_END;
  }

  /** The role of an element of the innermost array. */
  private Role elementRole() {
    if (openObject[depth - 1]) {
      return Role.OTHER;
    }
    return switch (open[depth - 1]) {
      case LIST -> Role.ITEM;
      case VECTOR -> Role.NUMBER;
      default -> Role.OTHER;
    };
  }

  private Role keyRole() {
    return switch (open[depth - 1]) {
      case ANSWER -> isKey(DATA) ? Role.LIST : Role.OTHER;
      case ITEM -> isKey(EMBEDDING) ? Role.VECTOR : isKey(INDEX) ? Role.PLACE : Role.OTHER;
      default -> Role.OTHER;
    };
  }

  private boolean isKey(byte[] wanted) {
    return Arrays.equals(key, 0, Math.min(keyBytes, KEY_BYTES_MAX), wanted, 0, wanted.length);
  }

  private void close(boolean object) {
    depth--;
    require(openObject[depth] == object);
    if (object && open[depth] == Role.ITEM) {
      rows.endItem();
    }
    state = depth == 0 ? State.NOTHING : State.COMMA_OR_END;
  }

  private void text(ByteBuffer from) {
    if (!inKey && role == Role.VECTOR) {
      base64.read(from);
      if (!from.hasRemaining()) {
        return;
      }
    }
    while (from.hasRemaining()) {
      var next = from.get();
      if (next == '"') {
        endText();
        return;
      }
      if (next == '\\') {
        state = State.ESCAPE;
        return;
      }
      require(next < 0 || next >= ' ');
      character(next & 0xff);
    }
  }

  /** One character of a key, or of a vector's text; the others are not kept. */
  private void character(int character) {
    if (inKey) {
      if (keyBytes < KEY_BYTES_MAX) {
        key[keyBytes] = (byte) (character < 0x80 ? character : 0);
      }
      keyBytes++;
    } else if (role == Role.VECTOR) {
      base64.add(character);
    }
  }

  private void endText() {
    if (inKey) {
      role = keyRole();
      state = State.COLON;
      return;
    }
    if (role == Role.VECTOR) {
      base64.end();
    }
    state = State.COMMA_OR_END;
  }

  private void escaped(byte next) {
    state = State.TEXT;
    switch (next) {
      case '"', '\\', '/' -> character(next);
      case 'b', 'f', 'n', 'r', 't' -> character(' ');
      case 'u' -> {
        escape = 0;
        escapeDigits = 0;
        state = State.UNICODE;
      }
      default -> throw noJson();
    }
  }

  private void unicode(byte next) {
    var digit = Character.digit(next, 16);
    require(digit >= 0);
    escape = escape << 4 | digit;
    if (++escapeDigits == 4) {
      character(escape);
      state = State.TEXT;
    }
  }

  private void number(ByteBuffer from) {
    if (!decimal.read(from)) {
      return;
    }
    switch (role) {
      case NUMBER -> rows.add(Float.floatToRawIntBits(decimal.toFloat()));
      case PLACE -> rows.index(decimal.toIndex());
      default -> decimal.toIndex();
    }
    state = State.COMMA_OR_END;
  }

  private void startLiteral(byte next) {
    for (var each : LITERALS) {
      if (each.charAt(0) == next) {
        requireNoItem();
        requireNoVector();
        literal = each;
        literalChars = 1;
        state = State.LITERAL;
        return;
      }
    }
    throw noJson();
  }

  private void literal(byte next) {
    require(literal.charAt(literalChars) == next);
    if (++literalChars == literal.length()) {
      state = State.COMMA_OR_END;
    }
  }

  private void requireNoItem() {
    if (role == Role.ITEM) {
      throw VectorRows.Unusable.because("has an item that is no object");
    }
  }

  private void requireNoVector() {
    if (role == Role.VECTOR) {
      throw VectorRows.Unusable.because("has an embedding that is neither text nor array");
    }
  }

  private static void require(boolean condition) {
    if (!condition) {
      throw noJson();
    }
  }

  private static VectorRows.Unusable noJson() {
    return VectorRows.Unusable.because("is no JSON");
  }
}
