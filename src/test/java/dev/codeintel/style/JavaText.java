package dev.codeintel.style;

/** Java source without what only people read. */
final class JavaText {

  private JavaText() {}

  /**
   * The code of a source: comments and the insides of literals are gone, line ends stay, so that a
   * line number in the result is one in the source.
   */
  static String code(String source) {
    var code = new StringBuilder(source.length());
    var i = 0;
    while (i < source.length()) {
      var end = endOfSilence(source, i);
      if (end > i) {
        var literal = source.charAt(i) != '/';
        code.append(literal ? "\"" : " ");
        source.substring(i, end).chars().filter(c -> c == '\n').forEach(_ -> code.append('\n'));
        code.append(literal ? "\"" : "");
        i = end;
      } else {
        code.append(source.charAt(i++));
      }
    }
    return code.toString();
  }

  /** The end of the comment or literal that starts at {@code i}, or {@code i} where none does. */
  private static int endOfSilence(String source, int i) {
    if (source.startsWith("//", i)) {
      var end = source.indexOf('\n', i);
      return end < 0 ? source.length() : end;
    }
    if (source.startsWith("/*", i)) {
      return after(source, "*/", i + 2, false);
    }
    if (source.startsWith("\"\"\"", i)) {
      return after(source, "\"\"\"", i + 3, true);
    }
    return switch (source.charAt(i)) {
      case '"' -> after(source, "\"", i + 1, true);
      case '\'' -> after(source, "'", i + 1, true);
      default -> i;
    };
  }

  private static int after(String source, String end, int from, boolean escapes) {
    for (var i = from; i < source.length(); i++) {
      if (escapes && source.charAt(i) == '\\') {
        i++;
      } else if (source.startsWith(end, i)) {
        return i + end.length();
      }
    }
    return source.length();
  }
}
