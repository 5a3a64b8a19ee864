package dev.codeintel.repo.text;

import dev.codeintel.config.Limits;
import dev.codeintel.repo.text.Node.At;
import dev.codeintel.repo.text.Node.Repeat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads regular expressions in the syntax of RE2: what Perl has, less what cannot be matched in
 * linear time. {@code \d \w \s \b} are of ASCII, {@code .} and classes are of Unicode. Every
 * expression is of single lines: {@code ^} and {@code $} are the ends of a line.
 */
final class PatternParser {

  private static final int HEX = 16;

  private final String pattern;
  private int at;
  private int depth;
  private boolean foldCase;
  private boolean lazy;

  private PatternParser(String pattern, boolean foldCase) {
    this.pattern = pattern;
    this.foldCase = foldCase;
  }

  /**
   * @throws PatternException with the place of the first thing that is wrong
   */
  static Node parse(String pattern, boolean foldCase) {
    checkText(pattern);
    var parser = new PatternParser(pattern, foldCase);
    var node = parser.alternatives();
    if (parser.at < pattern.length()) {
      throw parser.error(parser.at, "a ')' closes nothing; write '\\)' for the character");
    }
    return node;
  }

  /**
   * The text itself.
   *
   * @throws PatternException where the text cannot stand in one line
   */
  static Node literal(String text, boolean foldCase) {
    checkText(text);
    return new Node.Concat(
        text.codePoints().<Node>mapToObj(c -> chars(CodePoints.one(c), foldCase)).toList());
  }

  private static void checkText(String text) {
    for (var i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      var c = text.codePointAt(i);
      if (c == '\n') {
        throw new PatternException(i, text, "a line feed, but a match lies within one line");
      }
      if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
        throw new PatternException(i, text, "half a surrogate pair");
      }
    }
  }

  private static Node chars(CodePoints set, boolean foldCase) {
    return new Node.Chars((foldCase ? set.folded() : set).without(CodePoints.LINE_FEED));
  }

  private Node alternatives() {
    var choices = new ArrayList<Node>();
    choices.add(sequence());
    while (at < pattern.length() && pattern.charAt(at) == '|') {
      at++;
      choices.add(sequence());
    }
    return choices.size() == 1 ? choices.getFirst() : new Node.Alternate(List.copyOf(choices));
  }

  private Node sequence() {
    var parts = new ArrayList<Node>();
    while (at < pattern.length() && pattern.charAt(at) != '|' && pattern.charAt(at) != ')') {
      var start = at;
      var atom = atom();
      if (atom.isPresent()) {
        parts.add(repeated(atom.get(), start));
      }
    }
    return parts.size() == 1 ? parts.getFirst() : new Node.Concat(List.copyOf(parts));
  }

  /** Empty where only flags were set. */
  private Optional<Node> atom() {
    var c = pattern.codePointAt(at);
    switch (c) {
      case '(' -> {
        return group();
      }
      case '[' -> {
        return Optional.of(new ClassReader().read());
      }
      case '*', '+', '?' ->
          throw error(at, "nothing to repeat; write '\\%c' for the character".formatted(c));
      case '.' -> {
        at++;
        return Optional.of(chars(CodePoints.ALL, false));
      }
      case '^' -> {
        at++;
        return Optional.of(new Node.Look(At.LINE_START));
      }
      case '$' -> {
        at++;
        return Optional.of(new Node.Look(At.LINE_END));
      }
      case '{' -> {
        if (counts(at).isPresent()) {
          throw error(at, "nothing to repeat; write '\\{' for the character");
        }
      }
      case '\\' -> {
        return Optional.of(escaped());
      }
      default -> {}
    }
    at += Character.charCount(c);
    return Optional.of(chars(CodePoints.one(c), foldCase));
  }

  private Node escaped() {
    var place = place();
    if (place.isPresent()) {
      at += 2;
      return new Node.Look(place.get());
    }
    var set = perlClass().or(this::unicodeClass);
    if (set.isPresent()) {
      return chars(set.get(), false); // those of ASCII stay so, whatever the case
    }
    var start = at;
    var c = escapedChar();
    if (c == '\n') {
      throw error(start, "a line feed, but a match lies within one line");
    }
    return chars(CodePoints.one(c), foldCase);
  }

  private Optional<At> place() {
    return switch (next()) {
      case 'b' -> Optional.of(At.WORD_EDGE);
      case 'B' -> Optional.of(At.NO_WORD_EDGE);
      case 'A', 'z', 'Z' ->
          throw error(at, "ends of the text; use '^' and '$' for the ends of a line");
      default -> Optional.empty();
    };
  }

  /** The char behind a backslash. */
  private char next() {
    if (at + 1 == pattern.length()) {
      throw error(at, "a '\\' with nothing behind it; write '\\\\' for the character");
    }
    return pattern.charAt(at + 1);
  }

  private Optional<CodePoints> perlClass() {
    var set =
        switch (next()) {
          case 'd' -> CodePoints.DIGIT;
          case 'D' -> CodePoints.DIGIT.negated();
          case 'w' -> CodePoints.WORD;
          case 'W' -> CodePoints.WORD.negated();
          case 's' -> CodePoints.SPACE;
          case 'S' -> CodePoints.SPACE.negated();
          default -> CodePoints.NONE;
        };
    if (set.isEmpty()) {
      return Optional.empty();
    }
    at += 2;
    return Optional.of(set);
  }

  private Optional<CodePoints> unicodeClass() {
    var kind = next();
    if (kind != 'p' && kind != 'P') {
      return Optional.empty();
    }
    var start = at;
    at += 2;
    if (at == pattern.length()) {
      throw error(start, "a class without a name, such as \\p{L}");
    }
    String name;
    if (pattern.charAt(at) == '{') {
      var close = pattern.indexOf('}', at);
      if (close < 0) {
        throw error(at, "a '{' is not closed");
      }
      name = pattern.substring(at + 1, close);
      at = close + 1;
    } else {
      name = pattern.substring(at, at + 1);
      at++;
    }
    var negated = name.startsWith("^") != (kind == 'P');
    var set =
        UnicodeClasses.named(name.startsWith("^") ? name.substring(1) : name)
            .orElseThrow(
                () ->
                    error(
                        start,
                        "a class that is not known; such as \\p{L}, \\p{Lu}, \\p{Greek} are"));
    var folded = foldCase ? set.folded() : set;
    return Optional.of(negated ? folded.negated() : folded);
  }

  private int escapedChar() {
    var start = at;
    var c = pattern.codePointAt(at + 1);
    at += 1 + Character.charCount(c);
    return switch (c) {
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'f' -> '\f';
      case 'v' -> 0x0B;
      case 'a' -> 0x07;
      case 'n' -> '\n';
      case 'x' -> hex(start, 2);
      case 'u' -> hex(start, 4);
      case 'U' -> hex(start, 8);
      default -> {
        if (c >= '0' && c <= '9') {
          throw error(
              start,
              "references to groups are not supported; write \\x41 for a character by its number");
        }
        if (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
          throw error(start, "\\%c means nothing here".formatted(c));
        }
        yield c;
      }
    };
  }

  /** Behind {@code \x} and its like: so many digits, or any number of them in braces. */
  private int hex(int start, int digits) {
    var braced = at < pattern.length() && pattern.charAt(at) == '{';
    var end = braced ? pattern.indexOf('}', at) : at + digits;
    var from = braced ? at + 1 : at;
    if (end <= from || end > pattern.length() || end - from > 8) {
      throw error(start, "a character by its number is written \\x41 or \\x{1F600}");
    }
    var value = 0L;
    for (var i = from; i < end; i++) {
      var digit = Character.digit(pattern.charAt(i), HEX);
      if (digit < 0) {
        throw error(i, "no hexadecimal digit");
      }
      value = value * HEX + digit;
    }
    if (value > Character.MAX_CODE_POINT
        || value >= Character.MIN_SURROGATE && value <= Character.MAX_SURROGATE) {
      throw error(start, "no character has this number");
    }
    at = braced ? end + 1 : end;
    return (int) value;
  }

  private Optional<Node> group() {
    var start = at++;
    var outerFold = foldCase;
    var outerLazy = lazy;
    if (pattern.startsWith("?", at) && !groupHead(start)) {
      return Optional.empty();
    }
    if (++depth > Limits.PATTERN_DEPTH_MAX) {
      throw error(
          start, "more than %,d groups within each other".formatted(Limits.PATTERN_DEPTH_MAX));
    }
    var inner = alternatives();
    if (at == pattern.length()) {
      throw error(start, "a '(' is not closed; write '\\(' for the character");
    }
    at++;
    depth--;
    foldCase = outerFold;
    lazy = outerLazy;
    return Optional.of(inner);
  }

  /**
   * What stands behind {@code (}: {@code ?:}, a name, flags.
   *
   * @return false where flags alone were set, for what follows
   */
  private boolean groupHead(int start) {
    for (var look : List.of("?=", "?!", "?<=", "?<!", "?>")) {
      if (pattern.startsWith(look, at)) {
        throw error(
            start,
            "looking ahead or behind and atomic groups, '(%s', are not supported".formatted(look));
      }
    }
    for (var name : List.of("?P<", "?<")) {
      if (pattern.startsWith(name, at)) {
        var close = pattern.indexOf('>', at);
        if (close < 0 || !pattern.substring(at + name.length(), close).matches("[A-Za-z_]\\w*")) {
          throw error(start, "the name of a group is letters, digits and '_', as in (?P<name>...)");
        }
        at = close + 1;
        return true;
      }
    }
    return flags(start);
  }

  private boolean flags(int start) {
    at++;
    var on = true;
    for (; at < pattern.length(); at++) {
      switch (pattern.charAt(at)) {
        case 'i' -> foldCase = on;
        case 'U' -> lazy = on;
        case 's' -> {} // no match holds a line feed
        case 'm' -> {
          if (!on) {
            throw error(at, "'^' and '$' are always the ends of a line");
          }
        }
        case '-' -> on = false;
        case ':', ')' -> {
          return pattern.charAt(at++) == ':';
        }
        default -> throw error(at, "no flag; there are i, m, s and U, as in (?i) and (?i:...)");
      }
    }
    throw error(start, "a '(' is not closed");
  }

  private Node repeated(Node atom, int start) {
    var node = atom;
    for (var times = 0; at < pattern.length(); times++) {
      var from = at;
      int min;
      int max;
      switch (pattern.charAt(at)) {
        case '*' -> {
          min = 0;
          max = Repeat.UNLIMITED;
        }
        case '+' -> {
          min = 1;
          max = Repeat.UNLIMITED;
        }
        case '?' -> {
          min = 0;
          max = 1;
        }
        case '{' -> {
          var counts = counts(at);
          if (counts.isEmpty()) {
            return node; // a brace like any other character, as in "interface{}"
          }
          min = counts.get().min();
          max = counts.get().max();
          at = counts.get().end() - 1;
          if (max < min) {
            throw error(from, "it ends below where it begins");
          }
          if (min > Limits.PATTERN_REPEATS_MAX
              || max != Repeat.UNLIMITED && max > Limits.PATTERN_REPEATS_MAX) {
            throw error(from, "at most %,d times".formatted(Limits.PATTERN_REPEATS_MAX));
          }
        }
        default -> {
          return node;
        }
      }
      if (times > 0) {
        throw error(
            from,
            "a repeat of a repeat; put '%s' into a group, (?:...)"
                .formatted(pattern.substring(start, from)));
      }
      at++;
      var reluctant = at < pattern.length() && pattern.charAt(at) == '?';
      at += reluctant ? 1 : 0;
      node = new Repeat(node, min, max, reluctant == lazy);
    }
    return node;
  }

  /**
   * {@code {2}}, {@code {2,}}, {@code {2,5}}.
   *
   * @param end behind it
   */
  private record Counts(int min, int max, int end) {}

  private Optional<Counts> counts(int from) {
    var close = pattern.indexOf('}', from);
    if (close < 0) {
      return Optional.empty();
    }
    var inside = pattern.substring(from + 1, close);
    if (!inside.matches("\\d+(,\\d*)?")) {
      return Optional.empty();
    }
    var comma = inside.indexOf(',');
    var min = number(comma < 0 ? inside : inside.substring(0, comma));
    var max =
        comma < 0
            ? min
            : comma == inside.length() - 1 ? Repeat.UNLIMITED : number(inside.substring(comma + 1));
    return Optional.of(new Counts(min, max, close + 1));
  }

  private static int number(String digits) {
    return digits.length() > 6 ? Limits.PATTERN_REPEATS_MAX + 1 : Integer.parseInt(digits);
  }

  private PatternException error(int index, String problem) {
    return new PatternException(index, pattern, problem);
  }

  /** {@code [a-z]}, {@code [^\d_]}, {@code [[:alpha:]]}. A {@code [} within is a character. */
  private final class ClassReader {

    private final int start = at;
    private final boolean negated;
    private CodePoints set = CodePoints.NONE;

    private ClassReader() {
      at++;
      negated = at < pattern.length() && pattern.charAt(at) == '^';
      at += negated ? 1 : 0;
    }

    private Node read() {
      for (var first = true; ; first = false) {
        if (at == pattern.length()) {
          throw error(start, "a '[' is not closed; write '\\[' for the character");
        }
        if (pattern.charAt(at) == ']' && !first) {
          at++;
          break;
        }
        item();
      }
      if (!negated && set.equals(CodePoints.LINE_FEED)) {
        throw error(start, "a line feed, but a match lies within one line");
      }
      return new Node.Chars((negated ? set.negated() : set).without(CodePoints.LINE_FEED));
    }

    private void item() {
      if (pattern.startsWith("[:", at)) {
        var close = pattern.indexOf(":]", at + 2);
        if (close > 0) {
          posix(close);
          return;
        }
      }
      if (pattern.charAt(at) == '\\') {
        var named = perlClass();
        if (named.isPresent()) {
          set = set.or(named.get());
          return;
        }
        var unicode = unicodeClass();
        if (unicode.isPresent()) {
          set = set.or(unicode.get());
          return;
        }
      }
      range();
    }

    private void posix(int close) {
      var name = pattern.substring(at + 2, close);
      var not = name.startsWith("^");
      var named =
          UnicodeClasses.posix(not ? name.substring(1) : name)
              .orElseThrow(() -> error(at, "a class that is not known; such as [:alpha:] are"));
      var folded = foldCase ? named.folded().and(CodePoints.ASCII) : named;
      set = set.or(not ? folded.negated() : folded);
      at = close + 2;
    }

    private void range() {
      var from = at;
      var low = character();
      var high = low;
      if (at + 1 < pattern.length() && pattern.charAt(at) == '-' && pattern.charAt(at + 1) != ']') {
        at++;
        high = character();
        if (high < low) {
          throw error(from, "a range that ends before it begins");
        }
      }
      add(CodePoints.of(low, high));
    }

    private int character() {
      if (at == pattern.length()) {
        throw error(start, "a '[' is not closed; write '\\[' for the character");
      }
      var c = pattern.codePointAt(at);
      if (c != '\\') {
        at += Character.charCount(c);
        return c;
      }
      next();
      if (perlClass().isPresent()) {
        throw error(start, "a class of characters cannot be the end of a range");
      }
      return escapedChar();
    }

    private void add(CodePoints more) {
      set = set.or(foldCase ? more.folded() : more);
    }
  }
}
