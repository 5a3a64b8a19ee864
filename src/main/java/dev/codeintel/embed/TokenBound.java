package dev.codeintel.embed;

import dev.codeintel.chunk.TokenCounter;
import java.nio.charset.StandardCharsets;

/**
 * How many tokens a model behind a server sees at most.
 *
 * @param counter counts a text as it stands in a chunk
 * @param certain whether it never counts too few; then no text that fits by it is cut or refused
 */
record TokenBound(TokenCounter counter, boolean certain) {

  /** A model that reads so many tokens reads a chunk of usual size, a token a byte even. */
  private static final int LONG_TOKENS_MIN = 2_000;

  private static final int CHARS_A_TOKEN = 3;

  /** Loaded when something is counted: a search counts nothing. */
  private static final class Vocabulary {
    static final WordPiece WORDS = WordPiece.load();
  }

  /**
   * For a vocabulary that we have: exact. For a model that reads long texts: no tokenizer makes
   * more than one token of a byte. For the rest an estimate that rather counts too many; what is
   * still too long the server refuses.
   *
   * @param tokensMax most tokens that the model reads
   */
  static TokenBound of(ModelForm form, int tokensMax) {
    if (form.uncased()) {
      return new TokenBound(text -> Vocabulary.WORDS.count(Identifiers.split(text)), true);
    }
    return tokensMax >= LONG_TOKENS_MIN
        ? new TokenBound(TokenBound::bytes, true)
        : new TokenBound(TokenBound::estimate, false);
  }

  /** One more for the line end, since lines are counted one by one. */
  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length + 1;
  }

  /** Source code has about four ASCII characters a token; other scripts have one. */
  static int estimate(String text) {
    var ascii = 0;
    for (var i = 0; i < text.length(); i++) {
      ascii += text.charAt(i) < 0x80 ? 1 : 0;
    }
    return (ascii + CHARS_A_TOKEN - 1) / CHARS_A_TOKEN + (text.length() - ascii);
  }
}
