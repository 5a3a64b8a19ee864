package dev.codeintel.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Words of a text: runs of letters, digits and {@code _}, in lower case. */
final class Words {

  private Words() {}

  static List<String> of(String text) {
    var words = new ArrayList<String>();
    var start = -1;
    for (var i = 0; i <= text.length(); i++) {
      var inside = i < text.length() && isPart(text.charAt(i));
      if (inside && start < 0) {
        start = i;
      } else if (!inside && start >= 0) {
        words.add(text.substring(start, i).toLowerCase(Locale.ROOT));
        start = -1;
      }
    }
    return words;
  }

  static List<String> runsOfThree(List<String> words) {
    var runs = new ArrayList<String>();
    for (var i = 0; i + 2 < words.size(); i++) {
      runs.add(words.get(i) + ' ' + words.get(i + 1) + ' ' + words.get(i + 2));
    }
    return runs;
  }

  static boolean isPart(char character) {
    return Character.isLetterOrDigit(character)
        || character == '_'
        || Character.isSurrogate(character);
  }
}
