package dev.codeintel.search;

import dev.codeintel.store.CaseFolding;
import dev.codeintel.store.KnownChunk;

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

  private final boolean isName;
  private final String wanted;
  private final String folded;

  ExactMatch(QueryText query) {
    isName = query.isIdentifier();
    wanted = isName ? query.identifier() : query.literal();
    folded = CaseFolding.fold(wanted);
  }

  int tier(KnownChunk chunk) {
    return isName ? wordTier(chunk) : literalTier(chunk);
  }

  private int literalTier(KnownChunk chunk) {
    if (wanted.length() < QueryText.LITERAL_CHARS_MIN || !chunk.folded().contains(folded)) {
      return 0;
    }
    return chunk.text().contains(wanted) ? LETTER_BY_LETTER : IN_ANY_CASE;
  }

  private int wordTier(KnownChunk chunk) {
    var best = 0;
    var text = chunk.folded();
    for (var at = text.indexOf(folded); at >= 0; at = text.indexOf(folded, at + 1)) {
      if (standsAlone(text, at, at + folded.length())) {
        if (chunk.text().startsWith(wanted, at)) {
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
}
