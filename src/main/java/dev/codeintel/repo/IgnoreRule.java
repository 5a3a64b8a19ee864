package dev.codeintel.repo;

import java.util.ArrayList;
import java.util.List;

/**
 * One line of an ignore file. Patterns and paths are compared byte for byte, as git does: both come
 * as strings of one char a byte (see {@link #bytesOf}).
 *
 * @param negated the line starts with {@code !}: what it matches is not ignored
 * @param foldersOnly the line ends with {@code /}
 * @param byName the pattern has no slash and is matched against the last segment alone
 * @param literal what comes before the first wildcard
 * @param rest the pattern from its first wildcard on; null when there is none
 */
record IgnoreRule(
    boolean negated, boolean foldersOnly, boolean byName, String literal, WildMatch rest) {

  /** Reads an ignore file, as git's dir.c does; lines that say nothing are left out. */
  static List<IgnoreRule> parse(String bytes) {
    var rules = new ArrayList<IgnoreRule>();
    var start = bytes.startsWith("\u00EF\u00BB\u00BF") ? 3 : 0;
    while (start < bytes.length()) {
      var end = bytes.indexOf('\n', start);
      if (end < 0) {
        end = bytes.length();
      }
      var line = bytes.substring(start, end);
      if (line.endsWith("\r")) {
        line = line.substring(0, line.length() - 1);
      }
      if (line.indexOf('\0') >= 0) {
        line = line.substring(0, line.indexOf('\0'));
      }
      if (!line.isEmpty() && line.charAt(0) != '#') {
        rules.add(of(withoutTrailingSpaces(line)));
      }
      start = end + 1;
    }
    return List.copyOf(rules);
  }

  /** Reads one pattern; attributes have patterns of the same form. */
  static IgnoreRule of(String line) {
    var pattern = line;
    var negated = pattern.startsWith("!");
    if (negated) {
      pattern = pattern.substring(1);
    }
    var foldersOnly = pattern.endsWith("/");
    if (foldersOnly) {
      pattern = pattern.substring(0, pattern.length() - 1);
    }
    var byName = pattern.indexOf('/') < 0;
    if (byName) {
      var plain = firstWildcard(pattern) == pattern.length();
      return new IgnoreRule(
          negated,
          foldersOnly,
          true,
          plain ? pattern : "",
          plain ? null : WildMatch.compileForNames(pattern));
    }
    if (pattern.startsWith("/")) {
      pattern = pattern.substring(1);
    }
    // git compares what comes before the first wildcard apart, so that x**/b means x, then **/b.
    var wildcard = firstWildcard(pattern);
    return new IgnoreRule(
        negated,
        foldersOnly,
        false,
        pattern.substring(0, wildcard),
        wildcard == pattern.length() ? null : WildMatch.compile(pattern.substring(wildcard)));
  }

  /**
   * @param path relative to the folder of the ignore file
   * @param name its last segment
   * @param folder whether it is a folder
   */
  boolean matches(String path, String name, boolean folder) {
    if (foldersOnly && !folder) {
      return false;
    }
    if (byName) {
      return rest == null ? name.equals(literal) : rest.matches(name);
    }
    if (rest == null) {
      return path.equals(literal);
    }
    return path.startsWith(literal) && rest.matches(path.substring(literal.length()));
  }

  /** The UTF-8 bytes of a text, one char each. */
  static String bytesOf(String text) {
    for (var i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return new String(
            text.getBytes(java.nio.charset.StandardCharsets.UTF_8),
            java.nio.charset.StandardCharsets.ISO_8859_1);
      }
    }
    return text;
  }

  private static int firstWildcard(String pattern) {
    for (var i = 0; i < pattern.length(); i++) {
      if ("*?[\\".indexOf(pattern.charAt(i)) >= 0) {
        return i;
      }
    }
    return pattern.length();
  }

  /** Spaces only, not tabs; one behind a backslash stays. */
  private static String withoutTrailingSpaces(String line) {
    var lastSpace = -1;
    for (var i = 0; i < line.length(); i++) {
      if (line.charAt(i) == ' ') {
        lastSpace = lastSpace < 0 ? i : lastSpace;
      } else {
        lastSpace = -1;
        if (line.charAt(i) == '\\') {
          i++;
        }
      }
    }
    return lastSpace < 0 ? line : line.substring(0, lastSpace);
  }
}
