package dev.codeintel.chunk;

import dev.codeintel.repo.SourceText;

/** The characters of a text line by line, lines counted from 0. Says nothing of what they mean. */
final class LineText {

  private static final int TAB_COLUMNS = 4;

  /** No word of {@link CodeWords} is longer. */
  private static final int WORD_CHARS_MAX = 13;

  private final SourceText text;
  private final String chars;

  LineText(SourceText text) {
    this.text = text;
    this.chars = text.text();
  }

  int count() {
    return text.lineCount();
  }

  int start(int line) {
    return text.lineStartChar(line + 1);
  }

  /** Behind the last char of a line, before its line end. */
  int end(int line) {
    return text.lineEndChar(line + 1);
  }

  /** The first char that is no blank; the end of the line where there is none. */
  int contentStart(int line) {
    var at = start(line);
    var end = end(line);
    while (at < end && Character.isWhitespace(chars.charAt(at))) {
      at++;
    }
    return at;
  }

  /** How far the content of a line is from the left. */
  int indent(int line) {
    var columns = 0;
    var contentStart = contentStart(line);
    for (var i = start(line); i < contentStart; i++) {
      columns = chars.charAt(i) == '\t' ? (columns / TAB_COLUMNS + 1) * TAB_COLUMNS : columns + 1;
    }
    return columns;
  }

  char at(int index) {
    return chars.charAt(index);
  }

  boolean startsWith(String words, int start) {
    return chars.startsWith(words, start);
  }

  /** Whether a place is where the content of a line starts or is behind a blank. */
  boolean startsWord(int index, int contentStart) {
    return index == contentStart || chars.charAt(index - 1) == ' ';
  }

  /** Where words stand, whole, between two places; -1 if they do not. */
  int find(String words, int start, int end) {
    return chars.indexOf(words, Math.min(start, end), end);
  }

  boolean only(String allowed, int start, int end) {
    for (var i = start; i < end; i++) {
      if (allowed.indexOf(chars.charAt(i)) < 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * The word at a place; empty where none starts. One that is too long is cut, and known to none.
   */
  String word(int start, int end) {
    var at = start;
    while (at < end && at - start < WORD_CHARS_MAX && wordChar(chars.charAt(at))) {
      at++;
    }
    return chars.substring(start, at);
  }

  /** The word that a line starts with, a {@code #} before it included. */
  String firstWord(int line) {
    var start = contentStart(line);
    var end = end(line);
    return start < end && chars.charAt(start) == '#'
        ? "#" + word(start + 1, end)
        : word(start, end);
  }

  private static boolean wordChar(char c) {
    return Character.isLetterOrDigit(c) || c == '_';
  }
}
