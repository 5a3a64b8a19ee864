package dev.codeintel.repo.text;

import dev.codeintel.config.Limits;

/** A line as it is shown: whole, or a part of it between marks. */
final class LinePreview {

  private static final char CUT = '\u2026';

  /** Of a cut line so much stands before the place that matters. */
  private static final int LEAD_CHARS = Limits.PREVIEW_CHARS_MAX / 4;

  private LinePreview() {}

  /**
   * @param start of the line
   * @param end of the line, before its line feed
   * @param column that shall be seen, in characters from 1
   */
  static String around(TextBuffer text, int start, int end, int column) {
    var last = end > start && text.bytes()[end - 1] == '\r' && end < text.to() ? end - 1 : end;
    // Nobody counts the characters of a line of megabytes, but for those that come first.
    var isShort =
        last - start <= Limits.PREVIEW_CHARS_MAX
            || last - start <= 4 * Limits.PREVIEW_CHARS_MAX
                && text.characters(start, last) <= Limits.PREVIEW_CHARS_MAX;
    if (isShort) {
      return text.text(start, last);
    }
    var from = forward(text, start, last, Math.max(0, column - 1 - LEAD_CHARS));
    var to = forward(text, from, last, Limits.PREVIEW_CHARS_MAX);
    return (from > start ? CUT : "") + text.text(from, to) + (to < last ? CUT : "");
  }

  /** So many characters on, or the end. */
  private static int forward(TextBuffer text, int start, int end, int characters) {
    var at = start;
    for (var left = characters; left > 0 && at < end; left--) {
      at++;
      while (at < end && (text.bytes()[at] & 0xC0) == 0x80) {
        at++;
      }
    }
    return at;
  }
}
