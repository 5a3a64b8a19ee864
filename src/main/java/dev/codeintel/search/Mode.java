package dev.codeintel.search;

/** Which channels rank. */
public enum Mode {
  HYBRID,
  SEMANTIC,
  LEXICAL
}
