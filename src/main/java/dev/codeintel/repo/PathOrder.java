package dev.codeintel.repo;

import java.util.Comparator;

/**
 * The order of paths in every list: by code points, which is the byte order of their UTF-8 form and
 * the order of git. {@link String#compareTo} differs beyond the basic plane.
 */
public final class PathOrder implements Comparator<String> {

  public static final PathOrder INSTANCE = new PathOrder();

  private PathOrder() {}

  @Override
  public int compare(String left, String right) {
    var length = Math.min(left.length(), right.length());
    for (var i = 0; i < length; i++) {
      var a = left.charAt(i);
      var b = right.charAt(i);
      if (a != b) {
        // A surrogate stands for a code point above all others.
        return Character.isSurrogate(a) == Character.isSurrogate(b)
            ? a - b
            : Character.isSurrogate(a) ? 1 : -1;
      }
    }
    return left.length() - right.length();
  }
}
