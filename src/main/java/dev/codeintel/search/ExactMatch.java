package dev.codeintel.search;

/**
 * How exactly a chunk holds what was asked for. A name: 2 as a word, 1 as a word in any case. Any
 * other text of four characters or more: 4 letter by letter, 3 in any case. 0 otherwise. (3 for a
 * name is its declaration, which needs symbols.)
 */
final class ExactMatch {

  static final int LETTER_BY_LETTER = 4;
  static final int IN_ANY_CASE = 3;
  static final int WORD = 2;
  static final int WORD_IN_ANY_CASE = 1;

  private ExactMatch() {}

  static int tier(QueryText query, String chunk) {
    if (query.isIdentifier()) {
      return wordTier(query.identifier(), chunk);
    }
    if (query.literal().length() < QueryText.LITERAL_CHARS_MIN) {
      return 0;
    }
    if (chunk.contains(query.literal())) {
      return LETTER_BY_LETTER;
    }
    return indexOfIgnoringCase(chunk, query.literal(), 0) >= 0 ? IN_ANY_CASE : 0;
  }

  private static int wordTier(String name, String chunk) {
    var best = 0;
    for (var at = indexOfIgnoringCase(chunk, name, 0);
        at >= 0;
        at = indexOfIgnoringCase(chunk, name, at + 1)) {
      if (standsAlone(chunk, at, at + name.length())) {
        if (chunk.startsWith(name, at)) {
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

  private static int indexOfIgnoringCase(String text, String wanted, int from) {
    for (var at = from; at + wanted.length() <= text.length(); at++) {
      if (text.regionMatches(true, at, wanted, 0, wanted.length())) {
        return at;
      }
    }
    return -1;
  }
}
