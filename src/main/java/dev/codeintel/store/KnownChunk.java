package dev.codeintel.store;

import dev.codeintel.repo.Languages;
import dev.codeintel.repo.TestFiles;

/**
 * A chunk that a search looked at, with what every search would have to work out of it.
 *
 * @param found the chunk and where it stands
 * @param folded its text in one case ({@link CaseFolding})
 * @param isTest whether its file is a test
 * @param isData whether its file is data rather than code or prose
 */
public record KnownChunk(Generation.Found found, String folded, boolean isTest, boolean isData) {

  /** What one takes in memory beside its texts: its path, objects. */
  private static final int BESIDE_TEXTS_CHARS = 400;

  /** Works it out. */
  public static KnownChunk of(Generation.Found found) {
    return new KnownChunk(
        found,
        CaseFolding.fold(found.chunk().text()),
        TestFiles.isTest(found.path()),
        Languages.isData(found.language()));
  }

  /** The text as it was indexed. */
  public String text() {
    return found.chunk().text();
  }

  /** Characters that it takes in memory, nearly. */
  int weight() {
    return text().length() + folded.length() + BESIDE_TEXTS_CHARS;
  }
}
