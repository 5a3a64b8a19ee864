package dev.codeintel.chunk;

import dev.codeintel.repo.SourceText;
import java.util.List;

/** The comment about rights that files start with: it says nothing of the code below. */
final class License {

  private static final int LINES_READ_MAX = 60;
  private static final int LINE_CHARS_READ_MAX = 500;
  private static final List<String> SIGNS = List.of("license", "copyright", "spdx-", "licence");

  private License() {}

  /** Where the licence ends that a file starts with; 0 if it does not. */
  static int end(SourceText text, Lines lines) {
    var from = lines.skipBlank(0, lines.count());
    var to = from;
    while (to < lines.count() && lines.comment(to)) {
      to++;
    }
    for (var i = from; i < Math.min(to, LINES_READ_MAX); i++) {
      if (isSign(text.line(i + 1))) {
        return to;
      }
    }
    return 0;
  }

  private static boolean isSign(String line) {
    return SIGNS.stream().anyMatch(sign -> mentions(line, sign));
  }

  private static boolean mentions(String line, String word) {
    var last = Math.min(line.length(), LINE_CHARS_READ_MAX) - word.length();
    for (var i = 0; i <= last; i++) {
      if (line.regionMatches(true, i, word, 0, word.length())) {
        return true;
      }
    }
    return false;
  }
}
