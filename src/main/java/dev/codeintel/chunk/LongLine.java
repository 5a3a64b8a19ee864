package dev.codeintel.chunk;

import dev.codeintel.repo.SourceText;
import java.util.List;
import java.util.Optional;

/** Cuts a line that is too long by itself, at blanks where there are some. */
final class LongLine {

  /** A piece with less chars a token is nothing unusual. */
  private static final int TOKEN_CHARS = 8;

  private final SourceText text;
  private final TokenCounter counter;
  private final int charsMax;
  private final int tokensMax;

  LongLine(SourceText text, TokenCounter counter, int charsMax, int tokensMax) {
    this.text = text;
    this.counter = counter;
    this.charsMax = charsMax;
    this.tokensMax = tokensMax;
  }

  /**
   * Adds the pieces of a line, but those of blanks alone; the whole line if it fits.
   *
   * @param number of the line, from 1
   */
  void cut(int number, List<Chunk> chunks) {
    var start = text.lineStartChar(number);
    var end = text.lineEndChar(number);
    var startByte = text.lineStartByte(number);
    var wanted = charsMax;
    while (start < end) {
      var pieceEnd = pieceEnd(start, wanted, end);
      var endByte = startByte + text.byteLength(start, pieceEnd);
      var piece = text.text().substring(start, pieceEnd);
      if (!piece.isBlank()) {
        chunks.add(new Chunk(number, number, startByte, endByte, Optional.empty(), piece));
      }
      wanted = nextWanted(pieceEnd - start);
      start = pieceEnd;
      startByte = endByte;
    }
  }

  /** Much more than fitted last is not tried: a large budget would be counted for every piece. */
  private int nextWanted(int lastChars) {
    return (int) Math.min(charsMax, Math.max(2L * lastChars, (long) TOKEN_CHARS * tokensMax));
  }

  /** Behind the longest piece that fits, at a blank where one is near its end. */
  private int pieceEnd(int start, int charsWanted, int end) {
    var wanted = Math.min(end, start + charsWanted);
    while (true) {
      var cut = niceCut(start, wanted, end);
      var length = cut - start;
      var count = counter.count(text.text().substring(start, cut));
      if (count <= tokensMax || length <= 2) {
        return cut;
      }
      var scaled = (int) ((long) length * tokensMax / count * 9 / 10);
      wanted = start + Math.clamp(scaled, 1, length - 1);
    }
  }

  private int niceCut(int start, int wanted, int end) {
    if (wanted >= end) {
      return end;
    }
    for (var at = wanted; at > start + (wanted - start) * 2 / 3; at--) {
      if (Character.isWhitespace(text.text().charAt(at - 1))) {
        return at;
      }
    }
    if (!splitsPair(wanted)) {
      return wanted;
    }
    return wanted - 1 > start ? wanted - 1 : wanted + 1;
  }

  private boolean splitsPair(int at) {
    return Character.isHighSurrogate(text.text().charAt(at - 1))
        && Character.isLowSurrogate(text.text().charAt(at));
  }
}
