package dev.codeintel.repo;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One line of an attributes file: what it says of the paths that match, or, as a macro, of all that
 * have its name as an attribute. All text has one char a byte.
 *
 * @param macro the name of the macro; empty for a line with a pattern
 * @param pattern what paths it is about; no path for a macro
 */
record AttributeRule(String macro, IgnoreRule pattern, List<State> states) {

  /** How a line starts that makes a macro. */
  static final String MACRO = "[attr]";

  private static final String BLANKS = " \t\r\n";

  /** git passes over longer lines. */
  private static final int LINE_BYTES_MAX = 2_047;

  /** What is said of an attribute. */
  enum Kind {
    SET,
    UNSET,
    VALUE,
    /** As if nothing had been said, whatever a weaker line says. */
    UNSPECIFIED
  }

  /**
   * @param value empty unless the kind is VALUE
   */
  record State(String name, Kind kind, String value) {}

  /**
   * Reads a line, as git's attr.c does.
   *
   * @param bytes the line without its end
   * @return empty when it says nothing, or is malformed
   */
  static Optional<AttributeRule> parse(String bytes) {
    var line = untilNul(bytes.endsWith("\r") ? bytes.substring(0, bytes.length() - 1) : bytes);
    var start = skipBlanks(line, 0);
    if (start == line.length() || line.charAt(start) == '#' || line.length() > LINE_BYTES_MAX) {
      return Optional.empty();
    }
    var quoted = line.charAt(start) == '"' ? Quoted.read(line, start) : Optional.<Quoted>empty();
    var statesAt = quoted.map(Quoted::end).orElse(skipWord(line, start));
    var name = quoted.map(Quoted::text).orElse(line.substring(start, statesAt));
    var states = states(line, statesAt);
    if (states.isEmpty()) {
      return Optional.empty();
    }
    if (name.startsWith(MACRO) && name.length() > MACRO.length()) {
      var at = skipBlanks(name, MACRO.length());
      var macro = name.substring(at, skipWord(name, at));
      return isName(macro)
          ? Optional.of(new AttributeRule(macro, IgnoreRule.of("/"), states.get()))
          : Optional.empty();
    }
    return name.startsWith("!")
        ? Optional.empty()
        : Optional.of(new AttributeRule("", IgnoreRule.of(untilNul(name)), states.get()));
  }

  /** What a line says; empty when a part of it is malformed. */
  private static Optional<List<State>> states(String line, int from) {
    var states = new ArrayList<State>();
    for (var at = skipBlanks(line, from); at < line.length(); ) {
      var end = skipWord(line, at);
      var word = line.substring(at, end);
      var equals = word.indexOf('=');
      var signed = word.startsWith("-") || word.startsWith("!");
      var name = word.substring(signed ? 1 : 0, equals < 0 ? word.length() : equals);
      if (!isName(name)) {
        return Optional.empty();
      }
      if (signed) {
        var kind = word.startsWith("-") ? Kind.UNSET : Kind.UNSPECIFIED;
        states.add(new State(name, kind, ""));
      } else {
        states.add(
            equals < 0
                ? new State(name, Kind.SET, "")
                : new State(name, Kind.VALUE, word.substring(equals + 1)));
      }
      at = skipBlanks(line, end);
    }
    return Optional.of(List.copyOf(states));
  }

  private static boolean isName(String name) {
    for (var i = 0; i < name.length(); i++) {
      var c = name.charAt(i);
      if ((c < 'a' || c > 'z')
          && (c < 'A' || c > 'Z')
          && (c < '0' || c > '9')
          && "-._".indexOf(c) < 0) {
        return false;
      }
    }
    return !name.isEmpty() && !name.startsWith("-") && !name.startsWith("builtin_");
  }

  private static int skipBlanks(String line, int from) {
    var at = from;
    while (at < line.length() && BLANKS.indexOf(line.charAt(at)) >= 0) {
      at++;
    }
    return at;
  }

  private static int skipWord(String line, int from) {
    var at = from;
    while (at < line.length() && BLANKS.indexOf(line.charAt(at)) < 0) {
      at++;
    }
    return at;
  }

  private static String untilNul(String text) {
    var nul = text.indexOf('\0');
    return nul < 0 ? text : text.substring(0, nul);
  }

  /**
   * A pattern between quotes, with the escapes of C.
   *
   * @param end index behind the closing quote
   */
  private record Quoted(String text, int end) {

    private static final String ESCAPES = "abfnrtv\\\"";
    private static final String MEANINGS = "\u0007\b\f\n\r\t\u000B\\\"";

    /** Empty when the quotes are not closed or an escape is unknown. */
    static Optional<Quoted> read(String line, int from) {
      var text = new StringBuilder();
      for (var at = from + 1; at < line.length(); at++) {
        var c = line.charAt(at);
        if (c == '"') {
          return Optional.of(new Quoted(text.toString(), at + 1));
        }
        if (c != '\\') {
          text.append(c);
          continue;
        }
        at++;
        var escape = at < line.length() ? ESCAPES.indexOf(line.charAt(at)) : -1;
        if (escape >= 0) {
          text.append(MEANINGS.charAt(escape));
        } else if (line.substring(at, Math.min(at + 3, line.length())).matches("[0-3][0-7]{2}")) {
          text.append((char) Integer.parseInt(line.substring(at, at + 3), 8));
          at += 2;
        } else {
          return Optional.empty();
        }
      }
      return Optional.empty();
    }
  }
}
