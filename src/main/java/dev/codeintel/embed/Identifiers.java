package dev.codeintel.embed;

/**
 * Takes identifiers apart for a model that lowercases: {@code parseHTTPResponse2} becomes {@code
 * parse HTTP Response 2}. Without it the model sees one word that its vocabulary does not hold.
 */
public final class Identifiers {

  private Identifiers() {}

  /**
   * Puts a blank at every boundary inside an identifier: lower case to upper case, the last upper
   * case of an acronym, and between letters and digits. A word that starts with a digit, such as
   * {@code 0xFF} or {@code 1e10f}, is a number and stays whole. Nothing else is changed: the
   * model's own tokenizer takes underscores and punctuation apart.
   */
  public static String split(String text) {
    StringBuilder out = null;
    var copied = 0;
    var before = Kind.OTHER;
    var number = false;
    var length = text.length();
    for (var at = 0; at < length; ) {
      var codePoint = text.codePointAt(at);
      var width = Character.charCount(codePoint);
      var kind = Kind.of(codePoint);
      if (before == Kind.OTHER) {
        number = kind == Kind.DIGIT;
      } else if (!number && isBoundary(before, kind, text, at + width)) {
        out = out == null ? new StringBuilder(length + length / 8) : out;
        out.append(text, copied, at).append(' ');
        copied = at;
      }
      before = kind == Kind.MARK ? before : kind;
      at += width;
    }
    return out == null ? text : out.append(text, copied, length).toString();
  }

  private static boolean isBoundary(Kind before, Kind kind, String text, int next) {
    return switch (kind) {
      case UPPER ->
          before == Kind.LOWER
              || before == Kind.DIGIT
              || before == Kind.UPPER
                  && next < text.length()
                  && Kind.of(text.codePointAt(next)) == Kind.LOWER;
      case LOWER -> before == Kind.DIGIT;
      case DIGIT -> before != Kind.DIGIT;
      case MARK, OTHER -> false;
    };
  }

  private enum Kind {
    UPPER,
    LOWER,
    DIGIT,
    MARK,
    OTHER;

    static Kind of(int codePoint) {
      if (codePoint < 0x80) {
        if (codePoint >= 'a' && codePoint <= 'z') {
          return LOWER;
        }
        if (codePoint >= 'A' && codePoint <= 'Z') {
          return UPPER;
        }
        return codePoint >= '0' && codePoint <= '9' ? DIGIT : OTHER;
      }
      return switch (Character.getType(codePoint)) {
        case Character.UPPERCASE_LETTER, Character.TITLECASE_LETTER -> UPPER;
        case Character.LOWERCASE_LETTER -> LOWER;
        case Character.DECIMAL_DIGIT_NUMBER -> DIGIT;
        case Character.NON_SPACING_MARK -> MARK;
        default -> OTHER;
      };
    }
  }
}
