package dev.codeintel.chunk;

import dev.codeintel.repo.SourceText;

/**
 * How large any run of lines is, in chars and tokens, without looking at it again. The tokens are
 * the sum over the lines, for each line is counted once; the whole may have a few more or less.
 */
final class Sizes {

  private final int charsMax;
  private final int tokensMax;

  /** Sums over the lines before an index; the chars with one for each line end. */
  private final long[] chars;

  private final long[] tokens;

  Sizes(SourceText text, Lines lines, TokenCounter counter, int charsMax, int tokensMax) {
    this.charsMax = charsMax;
    this.tokensMax = tokensMax;
    chars = new long[text.lineCount() + 1];
    tokens = new long[text.lineCount() + 1];
    for (var i = 0; i < text.lineCount(); i++) {
      var length = text.lineEndChar(i + 1) - text.lineStartChar(i + 1);
      chars[i + 1] = chars[i] + length + 1;
      // A line that will be cut anyway is not counted.
      var count =
          lines.blank(i) ? 0 : length > charsMax ? tokensMax + 1L : counter.count(text.line(i + 1));
      tokens[i + 1] = tokens[i] + count;
    }
  }

  /** Chars from the first line to the end of the last. */
  long chars(int from, int to) {
    return chars[to] - chars[from] - 1;
  }

  boolean fits(int from, int to) {
    return chars(from, to) <= charsMax && tokens[to] - tokens[from] <= tokensMax;
  }
}
