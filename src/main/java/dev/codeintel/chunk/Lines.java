package dev.codeintel.chunk;

import dev.codeintel.repo.SourceText;
import java.util.Arrays;
import java.util.BitSet;

/**
 * What each line of a file looks like: how deep it is indented, and what it is to the lines around
 * it. Told by its first characters alone; no language is parsed. Lines are counted from 0 here.
 */
abstract class Lines {

  enum Kind {
    BLANK,
    /** A comment: belongs to what stands directly below. */
    COMMENT,
    /** An annotation, decorator or attribute on its own line: likewise. */
    ANNOTATION,
    /** Ends what stands above, such as a lone {@code }}. */
    CLOSER,
    /** Goes on with what stands above, such as {@code else}. */
    CONTINUATION,
    /** Says nothing about structure, such as a preprocessor condition in the first column. */
    NEUTRAL,
    PLAIN
  }

  private final int[] indents;
  private final Kind[] kinds;

  /** Lines of a comment that an earlier line opened. */
  private final BitSet insideComment = new BitSet();

  Lines(int count) {
    indents = new int[count];
    kinds = new Kind[count];
    Arrays.fill(kinds, Kind.BLANK);
  }

  static Lines of(SourceText text, String language) {
    var lineText = new LineText(text);
    return ProseLines.LANGUAGES.contains(language)
        ? new ProseLines(lineText, language)
        : new CodeLines(lineText, language);
  }

  /** Whether blank lines alone part what stands at one depth. */
  abstract boolean prose();

  /** Whether a line starts a statement such as {@code if}, which defines nothing. */
  abstract boolean statement(int line);

  /** Whether a line starts something that holds definitions, such as a class. */
  abstract boolean container(int line);

  abstract boolean importing(int line);

  /** Lines of which nothing is said are blank. */
  void set(int line, Kind kind, int indent) {
    kinds[line] = kind;
    indents[line] = indent;
  }

  /** A blank line stays one, so that it may be trimmed. */
  void setInsideComment(int line, boolean blank, int indent) {
    set(line, blank ? Kind.BLANK : Kind.COMMENT, indent);
    insideComment.set(line);
  }

  int count() {
    return kinds.length;
  }

  int indent(int line) {
    return indents[line];
  }

  Kind kind(int line) {
    return kinds[line];
  }

  boolean blank(int line) {
    return kinds[line] == Kind.BLANK;
  }

  boolean belongsBelow(int line) {
    return kinds[line] == Kind.COMMENT || kinds[line] == Kind.ANNOTATION;
  }

  /** Whether a line is blank and parts what is around it; one inside a comment does not. */
  boolean gap(int line) {
    return blank(line) && !insideComment.get(line);
  }

  boolean comment(int line) {
    return kinds[line] == Kind.COMMENT || insideComment.get(line);
  }

  /** The first line from a place on that is not blank, or {@code to}. */
  int skipBlank(int from, int to) {
    var at = from;
    while (at < to && blank(at)) {
      at++;
    }
    return at;
  }

  /** Behind the last line before a place that is not blank, or {@code from}. */
  int trimBlank(int from, int to) {
    var end = to;
    while (end > from && blank(end - 1)) {
      end--;
    }
    return end;
  }

  /** The first line of a block that is not a comment or an annotation above it. */
  int head(int from, int to) {
    var head = from;
    while (head < to - 1 && (belongsBelow(head) || blank(head))) {
      head++;
    }
    return head;
  }

  /** Whether there are only comments and annotations. */
  boolean allBelongBelow(int from, int to) {
    return belongsBelow(to - 1) && head(from, to) == to - 1;
  }

  /** The least depth of the lines that say something of structure. */
  int base(int from, int to) {
    return shallowest(from, to, 0);
  }

  /** The least depth from {@code indentMin} on; the largest number if no line is so deep. */
  int shallowest(int from, int to, int indentMin) {
    var least = Integer.MAX_VALUE;
    for (var i = from; i < to; i++) {
      if (!blank(i) && kinds[i] != Kind.NEUTRAL && indent(i) >= indentMin) {
        least = Math.min(least, indent(i));
      }
    }
    return least;
  }
}
