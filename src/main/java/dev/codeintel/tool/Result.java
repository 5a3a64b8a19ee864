package dev.codeintel.tool;

/**
 * What a tool found, in any size up to all of it. The caller knows how many bytes an answer may
 * have, the result knows what is worth most: a larger size never shows less than a smaller one, and
 * any size but the largest says that something is missing and how to get it.
 */
public interface Result {

  /** The size that leaves nothing out. */
  int largest();

  /**
   * @param size 0 to {@link #largest()}
   */
  Answer at(int size);
}
