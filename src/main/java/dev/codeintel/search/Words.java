package dev.codeintel.search;

import java.util.ArrayList;
import java.util.List;

/** Words of a text: runs of letters, digits and {@code _}. */
final class Words {

  /** {@link #isPart} of each letter of Latin-1, of which nearly all code is made. */
  private static final boolean[] PARTS = new boolean[256];

  static {
    for (var i = 0; i < PARTS.length; i++) {
      PARTS[i] = isAnyPart((char) i);
    }
  }

  private Words() {}

  static List<String> of(String text) {
    var words = new ArrayList<String>();
    for (var start = start(text, 0); start < text.length(); ) {
      var end = end(text, start);
      words.add(text.substring(start, end));
      start = start(text, end);
    }
    return words;
  }

  /** Where the next word begins; the length of the text where there is none. */
  static int start(String text, int from) {
    var at = from;
    while (at < text.length() && !isPart(text.charAt(at))) {
      at++;
    }
    return at;
  }

  /** Where the word ends that begins there. */
  private static int end(String text, int start) {
    var at = start;
    while (at < text.length() && isPart(text.charAt(at))) {
      at++;
    }
    return at;
  }

  static boolean isPart(char character) {
    return character < PARTS.length ? PARTS[character] : isAnyPart(character);
  }

  private static boolean isAnyPart(char character) {
    return Character.isLetterOrDigit(character)
        || character == '_'
        || Character.isSurrogate(character);
  }
}
