package dev.codeintel.store;

/** Makes texts comparable in any case, the same for chunks and for queries. */
public final class CaseFolding {

  /** {@link #folded(char)} of each letter of Latin-1, of which nearly all code is made. */
  private static final char[] LATIN = new char[256];

  static {
    for (var i = 0; i < LATIN.length; i++) {
      LATIN[i] = folded((char) i);
    }
  }

  private CaseFolding() {}

  /**
   * The text, letter by letter as {@link String#equalsIgnoreCase} compares, so that places in it
   * are those of the text.
   */
  public static String fold(String text) {
    var letters = text.toCharArray();
    for (var i = 0; i < letters.length; i++) {
      letters[i] = letters[i] < LATIN.length ? LATIN[letters[i]] : folded(letters[i]);
    }
    return new String(letters);
  }

  private static char folded(char letter) {
    return Character.toLowerCase(Character.toUpperCase(letter));
  }
}
