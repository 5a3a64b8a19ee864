package dev.codeintel.tool;

import dev.codeintel.git.Commit;
import java.time.format.DateTimeFormatter;

/** How the tools show a commit. What people wrote without end is cut, and marked so. */
final class CommitFields {

  private static final int SHORT_ID_DIGITS = 8;
  private static final int MESSAGE_CHARS_MAX = 200;
  private static final int NAME_CHARS_MAX = 100;
  private static final String CUT = "\u2026";

  private CommitFields() {}

  static String shortId(String id) {
    return id.length() <= SHORT_ID_DIGITS ? id : id.substring(0, SHORT_ID_DIGITS);
  }

  static String author(Commit commit) {
    return cut(commit.author(), NAME_CHARS_MAX);
  }

  static String email(Commit commit) {
    return cut(commit.email(), NAME_CHARS_MAX);
  }

  static String message(Commit commit) {
    return cut(commit.summary(), MESSAGE_CHARS_MAX);
  }

  /** ISO-8601 with seconds and the author's offset. */
  static String date(Commit commit) {
    return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(commit.date());
  }

  /** The few words on a commit that a text has room for. */
  static String line(Commit commit) {
    return "%s %s %s: %s"
        .formatted(
            shortId(commit.id()),
            DateTimeFormatter.ISO_LOCAL_DATE.format(commit.date()),
            author(commit),
            message(commit));
  }

  private static String cut(String text, int charsMax) {
    return text.codePointCount(0, text.length()) <= charsMax
        ? text
        : text.substring(0, text.offsetByCodePoints(0, charsMax)) + CUT;
  }
}
