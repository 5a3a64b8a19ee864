package dev.codeintel.search;

import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The runs of three consecutive words of a query, and what share of them a text holds. A search
 * asks that of hundreds of texts, nearly none of which holds one: letters of a text become words
 * only where a run may stand. Safe for use by any thread.
 */
final class Runs {

  private static final int WORDS = 3;

  private final Set<String> all = new HashSet<>();

  /** Letters with which the first, second and third words of the runs begin. */
  private final List<BitSet> begins = List.of(new BitSet(), new BitSet(), new BitSet());

  /**
   * @param words in lower case, in order
   */
  Runs(List<String> words) {
    for (var i = 0; i + WORDS <= words.size(); i++) {
      var run = words.subList(i, i + WORDS);
      all.add(String.join(" ", run));
      for (var j = 0; j < WORDS; j++) {
        begins.get(j).set(run.get(j).charAt(0));
      }
    }
  }

  /** From 0 to 1; 0 where the query has no run. */
  double shareIn(String text) {
    return all.isEmpty() ? 0 : (double) in(text).size() / all.size();
  }

  /** Those that stand in a text, in any case and with anything between their words. */
  Set<String> in(String text) {
    var found = new HashSet<String>();
    var starts = new int[WORDS]; // of the last three words
    var ends = new int[WORDS];
    for (var start = Words.start(text, 0); start < text.length(); ) {
      var end = Words.end(text, start);
      for (var j = 1; j < WORDS; j++) {
        starts[j - 1] = starts[j];
        ends[j - 1] = ends[j];
      }
      starts[WORDS - 1] = start;
      ends[WORDS - 1] = end;
      if (mayBegin(text, starts)) {
        var run = run(text, starts, ends);
        if (all.contains(run)) {
          found.add(run);
        }
      }
      start = Words.start(text, end);
    }
    return found;
  }

  private boolean mayBegin(String text, int[] starts) {
    for (var j = 0; j < WORDS; j++) {
      if (!begins.get(j).get(Character.toLowerCase(text.charAt(starts[j])))) {
        return false;
      }
    }
    return true;
  }

  private static String run(String text, int[] starts, int[] ends) {
    var run = new StringBuilder();
    for (var j = 0; j < WORDS; j++) {
      run.append(j == 0 ? "" : " ")
          .append(text.substring(starts[j], ends[j]).toLowerCase(Locale.ROOT));
    }
    return run.toString();
  }
}
