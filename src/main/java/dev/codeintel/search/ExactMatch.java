package dev.codeintel.search;

/**
 * How exactly a chunk holds what was asked for. A name: 2 as a word, 1 as a word in any case. Any
 * other text of four characters or more: 4 letter by letter, 3 in any case. 0 otherwise. (3 for a
 * name is its declaration, which needs symbols.) For one query.
 */
final class ExactMatch {

  static final int LETTER_BY_LETTER = 4;
  static final int IN_ANY_CASE = 3;
  static final int WORD = 2;
  static final int WORD_IN_ANY_CASE = 1;

  /** {@link #folded} of each letter of Latin-1, of which nearly all code is made. */
  private static final char[] FOLDED = new char[256];

  static {
    for (var i = 0; i < FOLDED.length; i++) {
      FOLDED[i] = folded((char) i);
    }
  }

  private final boolean isName;
  private final String wanted;
  private final String wantedInAnyCase;

  ExactMatch(QueryText query) {
    isName = query.isIdentifier();
    wanted = isName ? query.identifier() : query.literal();
    wantedInAnyCase = withoutCase(wanted);
  }

  int tier(String chunk) {
    if (isName) {
      return wordTier(chunk);
    }
    if (wanted.length() < QueryText.LITERAL_CHARS_MIN) {
      return 0;
    }
    if (chunk.contains(wanted)) {
      return LETTER_BY_LETTER;
    }
    return withoutCase(chunk).contains(wantedInAnyCase) ? IN_ANY_CASE : 0;
  }

  private int wordTier(String chunk) {
    var best = 0;
    var inAnyCase = withoutCase(chunk);
    for (var at = inAnyCase.indexOf(wantedInAnyCase);
        at >= 0;
        at = inAnyCase.indexOf(wantedInAnyCase, at + 1)) {
      if (standsAlone(chunk, at, at + wanted.length())) {
        if (chunk.startsWith(wanted, at)) {
          return WORD;
        }
        best = WORD_IN_ANY_CASE;
      }
    }
    return best;
  }

  private static boolean standsAlone(String text, int from, int to) {
    return (from == 0 || !Words.isPart(text.charAt(from - 1)))
        && (to == text.length() || !Words.isPart(text.charAt(to)));
  }

  /**
   * The text, letter by letter as {@link String#equalsIgnoreCase} compares, so that places in it
   * are those of the text. Then {@code indexOf} does the search, which a comparison at each place
   * by hand makes slow: 50 ms for one chunk of equal letters.
   */
  private static String withoutCase(String text) {
    var letters = text.toCharArray();
    for (var i = 0; i < letters.length; i++) {
      letters[i] = letters[i] < FOLDED.length ? FOLDED[letters[i]] : folded(letters[i]);
    }
    return new String(letters);
  }

  private static char folded(char letter) {
    return Character.toLowerCase(Character.toUpperCase(letter));
  }
}
