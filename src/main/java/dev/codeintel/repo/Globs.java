package dev.codeintel.repo;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import java.util.ArrayList;
import java.util.List;

/**
 * Which paths a scope takes in and leaves out: the one glob dialect of all tools. Case-sensitive,
 * matched against the relative path.
 *
 * <ul>
 *   <li>{@code *} and {@code ?} stay within a segment, {@code **} spans any number of them, {@code
 *       [a-z]} and {@code [!a-z]} are classes, {@code {a,b}} is either, {@code \} takes the next
 *       character as it is.
 *   <li>A glob without a slash, other than a last one, matches at any depth: {@code *.py}. One with
 *       a slash starts at the root: {@code src/*.py}, {@code /Makefile}.
 *   <li>A glob that matches a folder stands for everything in it: {@code src}, {@code build*}; with
 *       a slash at its end it matches folders only. A last segment that is just {@code *} means the
 *       files themselves: {@code src/*} leaves {@code src/a/b.c} out, {@code src/**} does not.
 * </ul>
 *
 * <p>Immutable.
 */
public final class Globs {

  private static final Globs ALL = new Globs(List.of(), List.of(), List.of(), List.of());

  private final List<String> include;
  private final List<String> exclude;
  private final List<Glob> included;
  private final List<Glob> excluded;

  private Globs(
      List<String> include, List<String> exclude, List<Glob> included, List<Glob> excluded) {
    this.include = include;
    this.exclude = exclude;
    this.included = included;
    this.excluded = excluded;
  }

  /** Every path. */
  public static Globs all() {
    return ALL;
  }

  /**
   * @param include a path must match one of these; none: every path does
   * @param exclude a path must match none of these
   * @throws CodeintelException {@code invalid-argument}, naming the glob and what is wrong with it
   */
  public static Globs of(List<String> include, List<String> exclude) {
    return new Globs(
        List.copyOf(include), List.copyOf(exclude), compile(include), compile(exclude));
  }

  public List<String> include() {
    return include;
  }

  public List<String> exclude() {
    return exclude;
  }

  /** Whether every path matches. */
  public boolean isAll() {
    return include.isEmpty() && exclude.isEmpty();
  }

  /**
   * @param path a file's path, relative to the root, parts joined by {@code /}
   */
  public boolean matches(String path) {
    return (included.isEmpty() || anyMatches(included, path)) && !anyMatches(excluded, path);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Globs globs
        && include.equals(globs.include)
        && exclude.equals(globs.exclude);
  }

  @Override
  public int hashCode() {
    return 31 * include.hashCode() + exclude.hashCode();
  }

  @Override
  public String toString() {
    return "include " + include + ", exclude " + exclude;
  }

  private static boolean anyMatches(List<Glob> globs, String path) {
    for (var glob : globs) {
      if (glob.matches(path)) {
        return true;
      }
    }
    return false;
  }

  private static List<Glob> compile(List<String> globs) {
    if (globs.size() > Limits.GLOBS_MAX) {
      throw new CodeintelException(
          ErrorCode.INVALID_ARGUMENT,
          globs.size() + " globs are more than the " + Limits.GLOBS_MAX + " allowed; join some.");
    }
    var compiled = new ArrayList<Glob>();
    for (var glob : globs) {
      if (glob.length() > Limits.GLOB_CHARS_MAX) {
        throw bad(glob.substring(0, 60) + "...", "it is longer than " + Limits.GLOB_CHARS_MAX);
      }
      for (var alternative : Braces.expand(glob)) {
        compiled.add(Glob.of(glob, alternative));
      }
      if (compiled.size() > Limits.GLOB_ALTERNATIVES_MAX) {
        throw bad(glob, "its braces stand for too many globs");
      }
    }
    return List.copyOf(compiled);
  }

  static CodeintelException bad(String glob, String why) {
    return new CodeintelException(
        ErrorCode.INVALID_ARGUMENT,
        "Bad glob '%s': %s. A valid one: 'src/**/*.{ts,tsx}'.".formatted(glob, why));
  }

  /**
   * @param byName matched against each segment, not against the path
   * @param foldersOnly matches what has something below it
   * @param whole a match of a folder does not stand for what is in it
   */
  private record Glob(WildMatch pattern, boolean byName, boolean foldersOnly, boolean whole) {

    static Glob of(String glob, String alternative) {
      var pattern = alternative;
      while (pattern.startsWith("./")) {
        pattern = pattern.substring(2);
      }
      if (pattern.isEmpty() || pattern.equals("/")) {
        throw bad(glob, "it is empty");
      }
      if (pattern.startsWith("!")) {
        throw bad(glob, "'!' does not negate here; put the glob into exclude_globs");
      }
      if (pattern.indexOf('\0') >= 0) {
        throw bad(glob, "it holds a NUL character");
      }
      var foldersOnly = pattern.endsWith("/") && !pattern.endsWith("\\/");
      if (foldersOnly) {
        pattern = pattern.substring(0, pattern.length() - 1);
      }
      var byName = pattern.indexOf('/') < 0;
      if (pattern.startsWith("/")) {
        pattern = pattern.substring(1);
      }
      for (var segment : pattern.split("/", -1)) {
        if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
          throw bad(glob, "a part of it is empty, '.' or '..'; globs start at the root");
        }
      }
      var compiled = WildMatch.compile(pattern);
      if (compiled.neverMatches()) {
        throw bad(glob, "a '[' is not closed, or a '\\' has nothing behind it");
      }
      return new Glob(compiled, byName, foldersOnly, !foldersOnly && compiled.endsInStar());
    }

    boolean matches(String path) {
      return byName ? matchesAName(path) : matchesAPrefix(path);
    }

    private boolean matchesAPrefix(String path) {
      if (!foldersOnly && pattern.matches(path)) {
        return true;
      }
      if (whole) {
        return false;
      }
      for (var slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
        if (pattern.matches(path, slash)) {
          return true;
        }
      }
      return false;
    }

    private boolean matchesAName(String path) {
      for (var start = 0; start <= path.length(); ) {
        var slash = path.indexOf('/', start);
        if (slash < 0) {
          return !foldersOnly && pattern.matches(path.substring(start));
        }
        if (pattern.matches(path.substring(start, slash))) {
          return true;
        }
        start = slash + 1;
      }
      return false;
    }
  }

  /** {@code {a,b}}, nested ones too, as the globs that they stand for. */
  private static final class Braces {

    private final String glob;
    private int at;

    private Braces(String glob) {
      this.glob = glob;
    }

    static List<String> expand(String glob) {
      var braces = new Braces(glob);
      var expanded = braces.sequence(0);
      if (braces.at < glob.length()) {
        throw bad(glob, "a '}' closes nothing; write '\\}' for the character");
      }
      return expanded;
    }

    private List<String> sequence(int depth) {
      List<String> made = List.of("");
      while (at < glob.length()) {
        var c = glob.charAt(at);
        if (c == '}' || c == ',' && depth > 0) {
          break;
        }
        if (c == '{') {
          made = joined(made, alternatives(depth + 1));
        } else {
          made = joined(made, List.of(literal()));
        }
      }
      return made;
    }

    private List<String> alternatives(int depth) {
      if (depth > Limits.GLOB_BRACES_DEPTH_MAX) {
        throw bad(glob, "its braces are nested too deep");
      }
      at++;
      var all = new ArrayList<String>();
      while (true) {
        all.addAll(sequence(depth));
        if (at == glob.length()) {
          throw bad(glob, "a '{' is not closed");
        }
        if (glob.charAt(at++) == '}') {
          return all;
        }
      }
    }

    /** A stretch without braces or commas; classes and escaped characters are taken whole. */
    private String literal() {
      var start = at;
      while (at < glob.length() && "{},".indexOf(glob.charAt(at)) < 0) {
        var c = glob.charAt(at);
        if (c == '\\') {
          at++;
        } else if (c == '[') {
          skipClass();
        }
        at++;
      }
      if (at == start) {
        at++; // a comma outside braces
      }
      at = Math.min(at, glob.length());
      return glob.substring(start, at);
    }

    private void skipClass() {
      var from = at + 1;
      if (from < glob.length() && (glob.charAt(from) == '!' || glob.charAt(from) == '^')) {
        from++;
      }
      for (var close = from; close < glob.length(); close++) {
        var c = glob.charAt(close);
        if (c == '\\') {
          close++;
        } else if (c == ']' && close > from) {
          at = close;
          return;
        }
      }
    }

    private List<String> joined(List<String> left, List<String> right) {
      if ((long) left.size() * right.size() > Limits.GLOB_ALTERNATIVES_MAX) {
        throw bad(glob, "its braces stand for too many globs");
      }
      var all = new ArrayList<String>(left.size() * right.size());
      for (var start : left) {
        for (var end : right) {
          all.add(start + end);
        }
      }
      return all;
    }
  }
}
