package dev.codeintel.repo;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A wildcard pattern over a path, with the meaning that git gives it: {@code *} and {@code ?} stay
 * within a segment, {@code **} as a whole segment stands for any number of them, {@code [...]} is a
 * class, {@code \} takes the next character as it is.
 *
 * <p>Not JGit's matcher, which is made of regular expressions: a pattern such as {@code *a*a*a*b}
 * of a stranger's ignore file keeps it busy for hours. Here a match takes at most pattern length
 * times path length steps.
 */
final class WildMatch {

  private static final WildMatch NEVER = new WildMatch(null);

  /** One list of tokens a segment; null when the pattern can match nothing. */
  private final Token[][] segments;

  private WildMatch(Token[][] segments) {
    this.segments = segments;
  }

  private sealed interface Token {
    boolean accepts(int codePoint);
  }

  private record Literal(int codePoint) implements Token {
    @Override
    public boolean accepts(int codePoint) {
      return this.codePoint == codePoint;
    }
  }

  private record AnyOne() implements Token {
    @Override
    public boolean accepts(int codePoint) {
      return true;
    }
  }

  private record Star() implements Token {
    @Override
    public boolean accepts(int codePoint) {
      return true;
    }
  }

  private record OneOf(BitSet set, boolean negated) implements Token {
    @Override
    public boolean accepts(int codePoint) {
      return set.get(codePoint) != negated;
    }
  }

  private static final Token STAR = new Star();
  private static final Token ANY_ONE = new AnyOne();

  /** In the place of a segment's tokens: the segment is {@code **}. */
  private static final Token[] STAR_STAR = {};

  /** Compiles a pattern; one that is malformed matches nothing, as in git. */
  static WildMatch compile(String pattern) {
    var compiled = new Compiler(pattern, true).segments();
    return compiled == null ? NEVER : new WildMatch(compiled);
  }

  /** Compiles a pattern for names: a slash is a character like any other, so are two stars. */
  static WildMatch compileForNames(String pattern) {
    var compiled = new Compiler(pattern, false).segments();
    return compiled == null ? NEVER : new WildMatch(compiled);
  }

  boolean neverMatches() {
    return segments == null;
  }

  /** Whether the last segment is nothing but {@code *}. */
  boolean endsInStar() {
    return segments != null
        && segments[segments.length - 1].length == 1
        && segments[segments.length - 1][0] == STAR;
  }

  boolean matches(String path) {
    return matches(path, path.length());
  }

  /** Whether the first {@code end} chars of the path match as a whole. */
  boolean matches(String path, int end) {
    if (segments == null) {
      return false;
    }
    // The usual walk with one place to go back to: behind the last **, one segment further.
    var segment = 0;
    var at = 0; // start of the path segment; end + 1 when all are used up
    var backSegment = -1;
    var backAt = -1;
    while (at <= end) {
      if (segment < segments.length && segments[segment] == STAR_STAR) {
        if (segment == segments.length - 1) {
          return true; // a last ** takes all that is left, and there is something left
        }
        backSegment = ++segment;
        backAt = at;
        continue;
      }
      var segmentEnd = endOfSegment(path, at, end);
      if (segment < segments.length && matchesSegment(segments[segment], path, at, segmentEnd)) {
        segment++;
        at = segmentEnd + 1;
      } else if (backSegment >= 0) {
        segment = backSegment;
        backAt = endOfSegment(path, backAt, end) + 1;
        at = backAt;
      } else {
        return false;
      }
    }
    return segment == segments.length;
  }

  private static int endOfSegment(String path, int from, int end) {
    var slash = path.indexOf('/', from);
    return slash < 0 || slash > end ? end : slash;
  }

  private static boolean matchesSegment(Token[] tokens, String path, int from, int to) {
    var token = 0;
    var at = from;
    var backToken = -1;
    var backAt = -1;
    while (at < to) {
      if (token < tokens.length && tokens[token] == STAR) {
        backToken = ++token;
        backAt = at;
        continue;
      }
      var codePoint = path.codePointAt(at);
      if (token < tokens.length && tokens[token].accepts(codePoint)) {
        token++;
        at += Character.charCount(codePoint);
      } else if (backToken >= 0) {
        token = backToken;
        backAt += Character.charCount(path.codePointAt(backAt));
        at = backAt;
      } else {
        return false;
      }
    }
    while (token < tokens.length && tokens[token] == STAR) {
      token++;
    }
    return token == tokens.length;
  }

  /** Reads a pattern once, left to right, with the corner cases of git's wildmatch.c. */
  private static final class Compiler {

    private final int[] pattern;
    private final boolean segmented;
    private final List<Token[]> segments = new ArrayList<>();
    private final List<Token> tokens = new ArrayList<>();
    private int stars;
    private int at;

    Compiler(String pattern, boolean segmented) {
      this.pattern = pattern.codePoints().toArray();
      this.segmented = segmented;
    }

    Token[][] segments() {
      for (; at < pattern.length; at++) {
        var c = pattern[at];
        if (c == '*') {
          stars++;
          if (tokens.isEmpty() || tokens.getLast() != STAR) {
            tokens.add(STAR);
          }
        } else if (c == '?') {
          tokens.add(ANY_ONE);
        } else if (c == '[') {
          var oneOf = oneOf();
          if (oneOf == null) {
            return null;
          }
          tokens.add(oneOf);
        } else if (c == '\\') {
          if (++at == pattern.length) {
            return null;
          }
          add(pattern[at]);
        } else {
          add(c);
        }
      }
      endSegment();
      return segments.toArray(Token[][]::new);
    }

    private void add(int codePoint) {
      if (codePoint == '/' && segmented) {
        endSegment();
      } else {
        tokens.add(new Literal(codePoint));
      }
    }

    private void endSegment() {
      var starStar = segmented && stars >= 2 && tokens.size() == 1 && tokens.getFirst() == STAR;
      if (!starStar) {
        segments.add(tokens.toArray(Token[]::new));
        if (segments.getLast().length == 0) {
          segments.set(segments.size() - 1, new Token[0]); // not the STAR_STAR instance
        }
      } else if (segments.isEmpty() || segments.getLast() != STAR_STAR) {
        segments.add(STAR_STAR);
      }
      tokens.clear();
      stars = 0;
    }

    private OneOf oneOf() {
      var set = new BitSet();
      at++;
      var negated = at < pattern.length && (pattern[at] == '!' || pattern[at] == '^');
      if (negated) {
        at++;
      }
      var previous = 0;
      do {
        if (at >= pattern.length) {
          return null;
        }
        var c = pattern[at];
        if (c == '\\') {
          if (++at >= pattern.length) {
            return null;
          }
          c = pattern[at];
          set.set(c);
        } else if (c == '-' && previous != 0 && at + 1 < pattern.length && pattern[at + 1] != ']') {
          c = pattern[++at];
          if (c == '\\') {
            if (++at >= pattern.length) {
              return null;
            }
            c = pattern[at];
          }
          if (previous <= c) {
            set.set(previous, c + 1);
          }
          c = 0;
        } else if (c == '[' && at + 1 < pattern.length && pattern[at + 1] == ':') {
          var close = at + 2;
          while (close < pattern.length && pattern[close] != ']') {
            close++;
          }
          if (close == pattern.length) {
            return null;
          }
          if (close - 1 < at + 2 || pattern[close - 1] != ':') {
            set.set('['); // no ":]": a set like any other
          } else {
            if (!addNamed(new String(pattern, at + 2, close - at - 3), set)) {
              return null;
            }
            at = close;
            c = 0;
          }
        } else {
          set.set(c);
        }
        previous = c;
        at++;
      } while (at >= pattern.length || pattern[at] != ']');
      if (segmented) {
        if (negated) {
          set.set('/');
        } else {
          set.clear('/');
        }
      }
      return new OneOf(set, negated);
    }

    private static boolean addNamed(String name, BitSet set) {
      for (var c = 0; c < 0x80; c++) {
        var letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
        var digit = c >= '0' && c <= '9';
        var in =
            switch (name) {
              case "alnum" -> letter || digit;
              case "alpha" -> letter;
              case "blank" -> c == ' ' || c == '\t';
              case "cntrl" -> c < 0x20 || c == 0x7F;
              case "digit" -> digit;
              case "graph" -> c > 0x20 && c < 0x7F;
              case "lower" -> c >= 'a' && c <= 'z';
              case "print" -> c >= 0x20 && c < 0x7F;
              case "punct" -> c > 0x20 && c < 0x7F && !letter && !digit;
              case "space" -> c == ' ' || c >= '\t' && c <= '\r';
              case "upper" -> c >= 'A' && c <= 'Z';
              case "xdigit" -> digit || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
              default -> {
                yield c < 0;
              }
            };
        if (in) {
          set.set(c);
        }
      }
      return !set.isEmpty() && NAMES.contains(name);
    }

    private static final java.util.Set<String> NAMES =
        java.util.Set.of(
            "alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
            "space", "upper", "xdigit");
  }
}
