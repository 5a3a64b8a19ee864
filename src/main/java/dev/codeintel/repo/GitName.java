package dev.codeintel.repo;

import java.util.Locale;

/** Names that some file system takes for {@code .git}; git itself refuses them, too. */
final class GitName {

  private GitName() {}

  /**
   * @param name one part of a path
   */
  static boolean isGit(String name) {
    if (name.isEmpty()) {
      return false;
    }
    var first = name.charAt(0);
    // Almost every name, without making another of it.
    if (first != '.' && first != 'g' && first != 'G' && !isIgnoredByHfs(first)) {
      return false;
    }
    return isGitOfNtfs(name) || isGitOfHfs(name);
  }

  /** NTFS drops dots and spaces at the end and takes a colon for a stream of the same file. */
  private static boolean isGitOfNtfs(String name) {
    var colon = name.indexOf(':');
    var end = colon < 0 ? name.length() : colon;
    while (end > 0 && (name.charAt(end - 1) == '.' || name.charAt(end - 1) == ' ')) {
      end--;
    }
    var file = name.substring(0, end);
    return file.equalsIgnoreCase(".git") || file.equalsIgnoreCase("git~1");
  }

  /** HFS+ passes over some characters. */
  private static boolean isGitOfHfs(String name) {
    var seen = new StringBuilder();
    for (var i = 0; i < name.length(); i++) {
      if (!isIgnoredByHfs(name.charAt(i))) {
        seen.append(name.charAt(i));
      }
    }
    return seen.toString().toLowerCase(Locale.ROOT).equals(".git");
  }

  private static boolean isIgnoredByHfs(char c) {
    return c >= '\u200C' && c <= '\u200F'
        || c >= '\u202A' && c <= '\u202E'
        || c >= '\u206A' && c <= '\u206F'
        || c == '\uFEFF';
  }
}
