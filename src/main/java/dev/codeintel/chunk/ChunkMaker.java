package dev.codeintel.chunk;

import dev.codeintel.repo.SourceText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes chunks of lines, and holds to the limits where the sums over the lines were too low. */
final class ChunkMaker {

  private final SourceText text;
  private final Lines lines;
  private final TokenCounter counter;
  private final int charsMax;
  private final int tokensMax;
  private final LongLine longLine;
  private final List<Chunk> chunks = new ArrayList<>();

  ChunkMaker(SourceText text, Lines lines, TokenCounter counter, int charsMax, int tokensMax) {
    this.text = text;
    this.lines = lines;
    this.counter = counter;
    this.charsMax = charsMax;
    this.tokensMax = tokensMax;
    this.longLine = new LongLine(text, counter, charsMax, tokensMax);
  }

  List<Chunk> chunks() {
    return List.copyOf(chunks);
  }

  /** Adds one chunk where it can be one, else several. Neither end may be blank. */
  void add(int from, int to) {
    if (to - from == 1) {
      longLine.cut(to, chunks);
      return;
    }
    var content = content(from, to);
    if (content.length() <= charsMax && counter.count(content) <= tokensMax) {
      chunks.add(chunk(from, to, content));
      return;
    }
    var middle = (from + to) / 2;
    add(from, lines.trimBlank(from, middle));
    add(lines.skipBlank(middle, to), to);
  }

  private Chunk chunk(int from, int to, String content) {
    var startByte = text.lineStartByte(from + 1);
    return new Chunk(from + 1, to, startByte, text.lineEndByte(to), Optional.empty(), content);
  }

  private String content(int from, int to) {
    var raw = text.text().substring(text.lineStartChar(from + 1), text.lineEndChar(to));
    return raw.indexOf('\r') < 0 ? raw : raw.replace("\r\n", "\n");
  }
}
