package dev.codeintel.chunk;

import java.util.Set;

/** The lines of a text for people: headings are shallow by their rank, all else is deep. */
final class ProseLines extends Lines {

  /** Here a paragraph is not cut at its lines. */
  static final Set<String> LANGUAGES = Set.of("markdown", "text", "asciidoc", "rst", "");

  /** Deeper than any heading. */
  static final int TEXT_INDENT = 10;

  private static final int FENCED_INDENT = 1_000;
  private static final int HEADING_RANKS = 6;
  private static final String NO_FENCE = "";

  private final LineText text;
  private final String language;

  ProseLines(LineText text, String language) {
    super(text.count());
    this.text = text;
    this.language = language;
    read();
  }

  @Override
  boolean prose() {
    return true;
  }

  @Override
  boolean statement(int line) {
    return false;
  }

  @Override
  boolean container(int line) {
    return false;
  }

  @Override
  boolean importing(int line) {
    return false;
  }

  private void read() {
    var fence = NO_FENCE;
    for (var i = 0; i < count(); i++) {
      var start = text.contentStart(i);
      if (start == text.end(i)) {
        continue;
      }
      if (!fence.equals(NO_FENCE)) {
        // The fence, too, when it closes: it belongs to its opening.
        set(i, Kind.PLAIN, FENCED_INDENT);
        fence = text.startsWith(fence, start) ? NO_FENCE : fence;
        continue;
      }
      fence = fenceAt(start);
      set(i, Kind.PLAIN, fence.equals(NO_FENCE) ? headingIndent(i) : TEXT_INDENT);
    }
  }

  private String fenceAt(int start) {
    return text.startsWith("```", start) ? "```" : text.startsWith("~~~", start) ? "~~~" : NO_FENCE;
  }

  private int headingIndent(int line) {
    return switch (language) {
      case "markdown" -> headingIndent(line, '#');
      case "asciidoc" -> headingIndent(line, '=');
      default -> TEXT_INDENT;
    };
  }

  private int headingIndent(int line, char mark) {
    var from = text.start(line);
    var to = text.end(line);
    var at = from;
    while (at < to && text.at(at) == mark) {
      at++;
    }
    var rank = at - from;
    var heading = rank >= 1 && rank <= HEADING_RANKS && at < to && text.at(at) == ' ';
    return heading ? rank - 1 : TEXT_INDENT;
  }
}
