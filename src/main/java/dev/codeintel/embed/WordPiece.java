package dev.codeintel.embed;

import java.io.IOException;
import java.io.InputStream;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/**
 * The uncased BERT tokenizer: normalise, cut at blanks and punctuation, then the longest pieces of
 * the vocabulary from left to right. Gives the ids that Hugging Face's tokenizers library gives for
 * the same {@code tokenizer.json}, except that names of special tokens in a text are plain text: a
 * source file must not be able to end its own input. Immutable.
 */
final class WordPiece {

  static final int UNKNOWN = 100;
  static final int START = 101;
  static final int END = 102;

  private static final String VOCABULARY = "/bge-small-en-v1.5-q-tokenizer.json";
  private static final int WORD_CODE_POINTS_MAX = 100;
  private static final String CONTINUATION = "##";

  private final Map<String, Integer> first = HashMap.newHashMap(1 << 15);
  private final Map<String, Integer> later = HashMap.newHashMap(1 << 13);
  private int pieceCharsMax;

  private WordPiece() {}

  /**
   * Reads the vocabulary of the model in the jar. The truncation and padding that the file may ask
   * for are not ours: the caller says how many ids it wants.
   */
  static WordPiece load() {
    try (var in = WordPiece.class.getResourceAsStream(VOCABULARY)) {
      if (in == null) {
        throw new EmbeddingException(VOCABULARY + " is missing from the jar. Install it again.");
      }
      var made = new WordPiece();
      made.readVocabulary(in);
      return made;
    } catch (IOException e) {
      throw new EmbeddingException(
          "Cannot read %s from the jar: %s. Install it again.".formatted(VOCABULARY, e), e);
    }
  }

  private void readVocabulary(InputStream in) {
    // Each name occurs once: a table of known names would only cost time.
    var factory =
        JsonFactory.builder()
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .build();
    try (var parser = factory.createParser(ObjectReadContext.empty(), in)) {
      parser.nextToken();
      enter(parser, "model");
      enter(parser, "vocab");
      for (var name = parser.nextName(); name != null; name = parser.nextName()) {
        add(name, parser.nextIntValue(-1));
      }
    }
  }

  private static void enter(tools.jackson.core.JsonParser parser, String wanted) {
    for (var name = parser.nextName(); !wanted.equals(name); name = parser.nextName()) {
      if (name == null) {
        throw new EmbeddingException(
            "%s in the jar has no \"%s\". Install it again.".formatted(VOCABULARY, wanted));
      }
      parser.nextToken();
      parser.skipChildren();
    }
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new EmbeddingException(
          "\"%s\" of %s in the jar is no object. Install it again.".formatted(wanted, VOCABULARY));
    }
  }

  private void add(String piece, int id) {
    if (piece.startsWith(CONTINUATION) && piece.length() > CONTINUATION.length()) {
      later.put(piece.substring(CONTINUATION.length()), id);
    } else {
      first.put(piece, id);
    }
    pieceCharsMax = Math.max(pieceCharsMax, piece.length());
  }

  /** How many ids a text has, special tokens not counted. */
  int count(String text) {
    var ids = new Ids(Integer.MAX_VALUE);
    encode(text, ids);
    return ids.size;
  }

  /**
   * The ids of a text between {@link #START} and {@link #END}.
   *
   * @param idsMax most ids, those two counted; what lies behind is left out
   */
  int[] encode(String text, int idsMax) {
    var ids = new Ids(idsMax - 1);
    ids.add(START);
    encode(text, ids);
    ids.limit = idsMax;
    ids.add(END);
    return Arrays.copyOf(ids.values, ids.size);
  }

  private void encode(String text, Ids ids) {
    var normalized = normalize(text);
    var length = normalized.length();
    var wordStart = 0;
    for (var at = 0; at < length && !ids.isFull(); ) {
      var codePoint = normalized.codePointAt(at);
      var next = at + Character.charCount(codePoint);
      if (codePoint == ' ') {
        encodeWord(normalized, wordStart, at, ids);
        wordStart = next;
      } else if (isPunctuation(codePoint)) {
        encodeWord(normalized, wordStart, at, ids);
        encodeWord(normalized, at, next, ids);
        wordStart = next;
      }
      at = next;
    }
    encodeWord(normalized, wordStart, length, ids);
  }

  private void encodeWord(String text, int start, int end, Ids ids) {
    if (start == end) {
      return;
    }
    if (end - start > WORD_CODE_POINTS_MAX
        && text.codePointCount(start, end) > WORD_CODE_POINTS_MAX) {
      ids.add(UNKNOWN);
      return;
    }
    var sizeBefore = ids.size;
    var pieces = first;
    for (var at = start; at < end; pieces = later) {
      var pieceEnd = Math.min(end, at + pieceCharsMax);
      var id = pieces.get(text.substring(at, pieceEnd));
      while (id == null && --pieceEnd > at) {
        id = pieces.get(text.substring(at, pieceEnd));
      }
      if (id == null) { // one unknown piece makes the whole word unknown
        ids.size = sizeBefore;
        ids.add(UNKNOWN);
        return;
      }
      ids.add(id);
      at = pieceEnd;
    }
  }

  /**
   * What BERT's normaliser does: control characters go, every kind of blank is a space, CJK
   * ideographs stand alone, accents go, letters are lowered.
   */
  private static String normalize(String text) {
    var cleaned = new StringBuilder(text.length() + 16);
    var ascii = true;
    for (var at = 0; at < text.length(); ) {
      var codePoint = text.codePointAt(at);
      at += Character.charCount(codePoint);
      if (codePoint < 0x80) {
        cleanAscii(codePoint, cleaned);
      } else {
        ascii = false;
        clean(codePoint, cleaned);
      }
    }
    return ascii ? cleaned.toString() : lowerWithoutAccents(cleaned);
  }

  private static void cleanAscii(int character, StringBuilder cleaned) {
    if (character >= 'A' && character <= 'Z') {
      cleaned.append((char) (character + ('a' - 'A')));
    } else if (character > ' ' && character < 0x7f) {
      cleaned.append((char) character);
    } else if (isBlank(character)) {
      cleaned.append(' ');
    }
  }

  private static boolean isBlank(int character) {
    return character == ' ' || character == '\t' || character == '\n' || character == '\r';
  }

  private static void clean(int codePoint, StringBuilder cleaned) {
    if (Character.isSpaceChar(codePoint)) {
      cleaned.append(' ');
    } else if (isIdeograph(codePoint)) {
      cleaned.append(' ').appendCodePoint(codePoint).append(' ');
    } else if (!isControl(codePoint)) {
      cleaned.appendCodePoint(codePoint);
    }
  }

  private static String lowerWithoutAccents(StringBuilder cleaned) {
    var decomposed = Normalizer.normalize(cleaned, Normalizer.Form.NFD);
    var lowered = new StringBuilder(decomposed.length());
    decomposed
        .codePoints()
        .filter(codePoint -> Character.getType(codePoint) != Character.NON_SPACING_MARK)
        .map(Character::toLowerCase)
        .forEach(lowered::appendCodePoint);
    return lowered.toString();
  }

  private static boolean isControl(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE, Character.SURROGATE -> true;
      default -> codePoint == 0xFFFD;
    };
  }

  private static boolean isIdeograph(int codePoint) {
    return codePoint >= 0x4E00 && codePoint <= 0x9FFF
        || codePoint >= 0x3400 && codePoint <= 0x4DBF
        || codePoint >= 0x20000 && codePoint <= 0x2A6DF
        || codePoint >= 0x2A700 && codePoint <= 0x2B73F
        || codePoint >= 0x2B740 && codePoint <= 0x2B81F
        || codePoint >= 0x2B920 && codePoint <= 0x2CEAF
        || codePoint >= 0xF900 && codePoint <= 0xFAFF
        || codePoint >= 0x2F800 && codePoint <= 0x2FA1F;
  }

  private static boolean isPunctuation(int codePoint) {
    if (codePoint < 0x80) {
      return !(codePoint >= 'a' && codePoint <= 'z' || codePoint >= '0' && codePoint <= '9');
    }
    return switch (Character.getType(codePoint)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          true;
      default -> false;
    };
  }

  /** Ids as they come, up to a limit. */
  private static final class Ids {

    private int[] values = new int[128];
    private int size;
    private int limit;

    Ids(int limit) {
      this.limit = limit;
    }

    boolean isFull() {
      return size >= limit;
    }

    void add(int id) {
      if (isFull()) {
        return;
      }
      if (size == values.length) {
        values = Arrays.copyOf(values, size * 2);
      }
      values[size++] = id;
    }
  }
}
