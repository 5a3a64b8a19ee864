package dev.codeintel.chunk;

import dev.codeintel.repo.SourceText;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a file where its blank lines and its indentation say that one thing ends and the next
 * begins: about one chunk a function, method or section. A block that fits stays whole; a larger
 * one becomes its head, the blocks of its body, and so on inwards. Small neighbours are joined.
 *
 * <p>Every line that is not blank lies in exactly one chunk, in order; only a line that is too long
 * by itself is cut into several. Takes time linear in the text, whatever it is. Safe for use by any
 * thread.
 */
public final class Chunker {

  private final int budgetChars;

  /**
   * @param budgetChars most chars of a chunk, counted as UTF-16 units
   */
  public Chunker(int budgetChars) {
    if (budgetChars < 2) { // a character outside the basic plane takes two
      throw new IllegalArgumentException("A chunk of " + budgetChars + " chars holds nothing.");
    }
    this.budgetChars = budgetChars;
  }

  /**
   * @param text a text file; a binary one has no chunks
   * @param language one of {@link dev.codeintel.repo.Languages#ids()}, or empty
   * @param tokens counts what the embedding model would see
   * @param tokensMax most tokens of a chunk; the smaller of the two limits counts
   */
  public List<Chunk> chunk(SourceText text, String language, TokenCounter tokens, int tokensMax) {
    return text.binary() || text.lineCount() == 0
        ? List.of()
        : cut(text, Lines.of(text, language), tokens, Math.max(1, tokensMax));
  }

  private List<Chunk> cut(SourceText text, Lines lines, TokenCounter tokens, int tokensMax) {
    var sizes = new Sizes(text, lines, tokens, budgetChars, tokensMax);
    var joiner = new Joiner(lines, sizes);
    var blocks = new Blocks(lines, sizes, joiner);
    var bodyStart = License.end(text, lines);
    var units = new ArrayList<Unit>();
    blocks.units(0, bodyStart).forEach(unit -> units.add(unit.asClosed()));
    units.addAll(blocks.units(bodyStart, lines.count()));
    var maker = new ChunkMaker(text, lines, tokens, budgetChars, tokensMax);
    joiner.join(units).forEach(unit -> maker.add(unit.from(), unit.to()));
    return maker.chunks();
  }
}
