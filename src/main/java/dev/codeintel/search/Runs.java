package dev.codeintel.search;

import static java.util.Comparator.comparingInt;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;

/**
 * The runs of three consecutive words of a query, and what share of them a text holds. A search
 * asks that of hundreds of texts, most of which hold none, and a text that lacks one word of a run
 * is told by {@code indexOf}. Safe for use by any thread.
 */
final class Runs {

  private static final int WORDS = 3;

  /** Most runs that count; the rest of a pasted page adds nothing. */
  private static final int RUNS_MAX = 256;

  private final List<Run> all = new ArrayList<>();

  /** Three words, and the longest of them, which the fewest texts hold. */
  private record Run(List<String> words, String longest) {}

  /**
   * @param words folded, in order
   */
  Runs(List<String> words) {
    var seen = new HashSet<List<String>>();
    for (var i = 0; i + WORDS <= words.size() && all.size() < RUNS_MAX; i++) {
      var run = words.subList(i, i + WORDS);
      if (seen.add(run)) {
        var longest = run.stream().max(comparingInt(String::length)).orElseThrow();
        all.add(new Run(run, longest));
      }
    }
  }

  /**
   * From 0 to 1; 0 where the query has no run.
   *
   * @param text folded
   */
  double shareIn(String text) {
    return all.isEmpty() ? 0 : (double) in(text).count() / all.size();
  }

  /** Those that stand in a text, with anything between their words. */
  Stream<List<String>> in(String text) {
    return all.stream()
        .filter(run -> text.contains(run.longest) && stands(run.words, text))
        .map(Run::words);
  }

  private static boolean stands(List<String> run, String text) {
    var first = run.getFirst();
    for (var at = text.indexOf(first); at >= 0; at = text.indexOf(first, at + 1)) {
      if ((at == 0 || !Words.isPart(text.charAt(at - 1))) && standsAt(at, run, text)) {
        return true;
      }
    }
    return false;
  }

  private static boolean standsAt(int start, List<String> run, String text) {
    var end = start;
    for (var word : run) {
      var at = Words.start(text, end);
      end = at + word.length();
      if (!text.startsWith(word, at) || end < text.length() && Words.isPart(text.charAt(end))) {
        return false;
      }
    }
    return true;
  }
}
