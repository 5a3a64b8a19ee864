package dev.codeintel.chunk;

/** Counts the tokens that an embedding model would see. Safe for use by any thread. */
@FunctionalInterface
public interface TokenCounter {

  /**
   * @return the tokens of the text as it would be embedded, special tokens not counted
   */
  int count(String text);
}
