package dev.codeintel.tool;

import dev.codeintel.search.Finding;
import java.util.List;
import java.util.Locale;

/**
 * Whole lines of a finding, around the line that has most words of the query.
 *
 * @param text the lines
 * @param startLine where they start in the file
 * @param isCut whether the finding has more lines
 */
record Snippet(String text, int startLine, boolean isCut) {

  static int lines(Finding finding) {
    return split(finding).size();
  }

  /**
   * @param linesMax at least 1
   */
  static Snippet of(Finding finding, int linesMax) {
    var lines = split(finding);
    if (lines.size() <= linesMax) {
      return new Snippet(finding.snippet(), finding.startLine(), false);
    }
    var from = best(lines, finding.why().terms()) - (linesMax - 1) / 2;
    from = Math.clamp(from, 0, lines.size() - linesMax);
    return new Snippet(
        String.join("\n", lines.subList(from, from + linesMax)), finding.startLine() + from, true);
  }

  /** Index of the first line with the most words; 0 when none has any. */
  private static int best(List<String> lines, List<String> terms) {
    var best = 0;
    var most = 0L;
    for (var i = 0; i < lines.size(); i++) {
      var line = lines.get(i).toLowerCase(Locale.ROOT);
      var words = terms.stream().filter(term -> line.contains(term.toLowerCase(Locale.ROOT)));
      var count = words.count();
      if (count > most) {
        most = count;
        best = i;
      }
    }
    return best;
  }

  private static List<String> split(Finding finding) {
    var text = finding.snippet();
    var whole = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    return List.of(whole.split("\n", -1));
  }
}
