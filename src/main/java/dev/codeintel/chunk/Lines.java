package dev.codeintel.chunk;

import dev.codeintel.repo.SourceText;
import java.util.BitSet;
import java.util.Set;

/**
 * What each line of a file looks like: how deep it is indented, and what it is to the lines around
 * it. Told by its first characters alone; no language is parsed. Lines are counted from 0 here.
 */
final class Lines {

  enum Kind {
    BLANK,
    /** A comment: belongs to what stands directly below. */
    COMMENT,
    /** An annotation, decorator or attribute on its own line: likewise. */
    ANNOTATION,
    /** Ends what stands above, such as a lone {@code }}. */
    CLOSER,
    /** Goes on with what stands above, such as {@code else}. */
    CONTINUATION,
    /** Says nothing about structure, such as a preprocessor condition in the first column. */
    NEUTRAL,
    PLAIN
  }

  /** Indentation of text in a language with headings: deeper than any heading. */
  static final int TEXT_INDENT = 10;

  private static final int FENCED_INDENT = 1_000;
  private static final int TAB_COLUMNS = 4;

  private static final Set<String> PROSE =
      Set.of("markdown", "text", "asciidoc", "rst", ""); // a paragraph is not cut at its lines

  private static final Set<String> HASH_DIRECTIVES =
      Set.of("c", "cpp", "csharp", "cuda", "glsl", "objectivec");

  private static final Set<String> HASH_COMMENTS =
      Set.of(
          "bash",
          "bazel",
          "cmake",
          "dockerfile",
          "elixir",
          "graphql",
          "hcl",
          "ini",
          "julia",
          "makefile",
          "nim",
          "nix",
          "perl",
          "php",
          "powershell",
          "python",
          "r",
          "ruby",
          "tcl",
          "toml",
          "yaml");

  private static final Set<String> DASH_COMMENTS =
      Set.of("ada", "elm", "haskell", "lua", "sql", "vhdl");

  private static final Set<String> SEMICOLON_COMMENTS = Set.of("assembly", "clojure", "ini");

  private static final Set<String> NO_SLASH_COMMENTS =
      Set.of(
          "ada",
          "bash",
          "bazel",
          "clojure",
          "cmake",
          "dockerfile",
          "elixir",
          "elm",
          "erlang",
          "fortran",
          "haskell",
          "html",
          "ini",
          "json",
          "julia",
          "lua",
          "makefile",
          "markdown",
          "perl",
          "powershell",
          "python",
          "r",
          "ruby",
          "text",
          "toml",
          "vim",
          "xml",
          "yaml");

  private static final Set<String> CONTINUATIONS =
      Set.of(
          "catch",
          "elif",
          "else",
          "elseif",
          "elsif",
          "ensure",
          "except",
          "finally",
          "otherwise",
          "rescue");

  private static final Set<String> CLOSERS =
      Set.of("end", "endif", "endfunction", "endforeach", "endmacro", "esac", "fi", "done");

  /** First words, or words behind modifiers, of what holds definitions. */
  private static final Set<String> CONTAINERS =
      Set.of(
          "class",
          "enum",
          "extension",
          "impl",
          "interface",
          "namespace",
          "object",
          "protocol",
          "record",
          "struct",
          "trait");

  private static final Set<String> STATEMENTS =
      Set.of(
          "begin",
          "case",
          "do",
          "for",
          "foreach",
          "if",
          "loop",
          "match",
          "return",
          "select",
          "switch",
          "synchronized",
          "try",
          "unless",
          "until",
          "using",
          "when",
          "while",
          "with");

  private static final Set<String> IMPORTS =
      Set.of("import", "from", "use", "using", "require", "include", "package", "#include");

  private final SourceText text;
  private final String language;
  private final boolean prose;
  private final int[] indent;
  private final Kind[] kind;

  /** Lines of a comment that an earlier line opened. */
  private final BitSet insideComment = new BitSet();

  Lines(SourceText text, String language) {
    this.text = text;
    this.language = language;
    this.prose = PROSE.contains(language);
    var count = text.lineCount();
    indent = new int[count];
    kind = new Kind[count];
    if (prose) {
      readProse();
    } else {
      readCode();
    }
  }

  int count() {
    return kind.length;
  }

  /** Whether blank lines alone part what stands at one depth. */
  boolean prose() {
    return prose;
  }

  int indent(int line) {
    return indent[line];
  }

  Kind kind(int line) {
    return kind[line];
  }

  boolean blank(int line) {
    return kind[line] == Kind.BLANK;
  }

  boolean belongsBelow(int line) {
    return kind[line] == Kind.COMMENT || kind[line] == Kind.ANNOTATION;
  }

  /** Whether a line is blank and parts what is around it; one inside a comment does not. */
  boolean gap(int line) {
    return kind[line] == Kind.BLANK && !insideComment.get(line);
  }

  boolean comment(int line) {
    return kind[line] == Kind.COMMENT || insideComment.get(line);
  }

  /** Whether a line starts a statement such as {@code if}, which defines nothing. */
  boolean statement(int line) {
    return STATEMENTS.contains(firstWord(line));
  }

  /** Whether a line starts something that holds definitions, such as a class. */
  boolean container(int line) {
    var start = contentStart(line);
    var end = text.lineEndChar(line + 1);
    for (var at = start; at < end; at++) {
      var character = text.text().charAt(at);
      if (character == '(' || character == '{' || character == '=' || character == ';') {
        return false;
      }
      if ((at == start || text.text().charAt(at - 1) == ' ')
          && CONTAINERS.contains(word(at, end))) {
        return true;
      }
    }
    return false;
  }

  boolean importing(int line) {
    return !prose && IMPORTS.contains(firstWord(line));
  }

  private void readProse() {
    var fence = "";
    for (var i = 0; i < kind.length; i++) {
      var start = contentStart(i);
      if (start == text.lineEndChar(i + 1)) {
        kind[i] = Kind.BLANK;
        continue;
      }
      kind[i] = Kind.PLAIN;
      indent[i] = TEXT_INDENT;
      if (!fence.isEmpty()) {
        indent[i] = FENCED_INDENT; // the fence, too, when it closes: it belongs to its opening
        if (at(start, fence)) {
          fence = "";
        }
      } else if (at(start, "```") || at(start, "~~~")) {
        fence = text.text().substring(start, start + 3);
      } else if (language.equals("markdown")) {
        indent[i] = headingDepth(i, '#');
      } else if (language.equals("asciidoc")) {
        indent[i] = headingDepth(i, '=');
      }
    }
  }

  private int headingDepth(int line, char mark) {
    var from = text.lineStartChar(line + 1);
    var to = text.lineEndChar(line + 1);
    var at = from;
    while (at < to && text.text().charAt(at) == mark) {
      at++;
    }
    var marks = at - from;
    var heading = marks >= 1 && marks <= 6 && at < to && text.text().charAt(at) == ' ';
    return heading ? marks - 1 : TEXT_INDENT;
  }

  private void readCode() {
    var commentEnd = "";
    var commentIndent = 0;
    for (var i = 0; i < kind.length; i++) {
      var start = contentStart(i);
      var end = text.lineEndChar(i + 1);
      if (!commentEnd.isEmpty()) {
        // As deep as its first line, whatever stars or art stand before the words. A blank line
        // stays one, so that it may be trimmed.
        indent[i] = commentIndent;
        insideComment.set(i);
        kind[i] = start == end ? Kind.BLANK : Kind.COMMENT;
        commentEnd = contains(start, end, commentEnd) ? "" : commentEnd;
        continue;
      }
      if (start == end) {
        kind[i] = Kind.BLANK;
        continue;
      }
      indent[i] = columns(text.lineStartChar(i + 1), start);
      kind[i] = kindOf(start, end);
      if (kind[i] == Kind.COMMENT) {
        var opener = at(start, "/*") ? "*/" : at(start, "<!--") ? "-->" : "";
        if (!opener.isEmpty() && !contains(start + 2, end, opener)) {
          commentEnd = opener;
          commentIndent = indent[i];
        }
      }
    }
  }

  private Kind kindOf(int start, int end) {
    var c = text.text().charAt(start);
    switch (c) {
      case '}', ')', ']' -> {
        return only(start, end, "})];,> \t") ? Kind.CLOSER : Kind.CONTINUATION;
      }
      case '{' -> {
        return start + 1 == end ? Kind.CONTINUATION : Kind.PLAIN;
      }
      case '/' -> {
        if (!NO_SLASH_COMMENTS.contains(language) && (at(start, "//") || at(start, "/*"))) {
          return comment(start, end);
        }
        return at(start, "/>") ? Kind.CLOSER : Kind.PLAIN;
      }
      case '<' -> {
        return at(start, "<!--") ? comment(start, end) : at(start, "</") ? Kind.CLOSER : Kind.PLAIN;
      }
      case '#' -> {
        if (HASH_DIRECTIVES.contains(language)) {
          var condition = at(start, "#if") || at(start, "#el") || at(start, "#endif");
          return condition || at(start, "#pragma") ? Kind.NEUTRAL : Kind.PLAIN;
        }
        return HASH_COMMENTS.contains(language)
            ? Kind.COMMENT
            : at(start, "#[") ? Kind.ANNOTATION : Kind.PLAIN;
      }
      case '-' -> {
        return DASH_COMMENTS.contains(language) && at(start, "--") ? Kind.COMMENT : Kind.PLAIN;
      }
      case ';' -> {
        return SEMICOLON_COMMENTS.contains(language) ? Kind.COMMENT : Kind.PLAIN;
      }
      case '%' -> {
        return language.equals("erlang") ? Kind.COMMENT : Kind.PLAIN;
      }
      case '@' -> {
        return annotation(start, end) ? Kind.ANNOTATION : Kind.PLAIN;
      }
      case '[' -> {
        return language.equals("csharp") && text.text().charAt(end - 1) == ']'
            ? Kind.ANNOTATION
            : Kind.PLAIN;
      }
      default -> {
        return kindOfWord(start, end);
      }
    }
  }

  private Kind kindOfWord(int start, int end) {
    if (language.equals("cpp") && at(start, "template") && text.text().charAt(end - 1) == '>') {
      return Kind.ANNOTATION;
    }
    var word = word(start, end);
    if (CONTINUATIONS.contains(word)) {
      return Kind.CONTINUATION;
    }
    if (CLOSERS.contains(word)) {
      return Kind.CLOSER;
    }
    if (language.equals("bash") && (word.equals("then") || word.equals("do"))) {
      return Kind.CONTINUATION;
    }
    var access = word.equals("public") || word.equals("private") || word.equals("protected");
    return access && only(start + word.length(), end, ": \t") && language.equals("cpp")
        ? Kind.CONTINUATION
        : Kind.PLAIN;
  }

  /** A comment with code behind it on the same line is code. */
  private Kind comment(int start, int end) {
    var close = at(start, "/*") ? "*/" : at(start, "<!--") ? "-->" : "";
    if (close.isEmpty()) {
      return Kind.COMMENT;
    }
    var closed = text.text().indexOf(close, start + 2);
    return closed >= 0 && closed < end && !only(closed + close.length(), end, " \t")
        ? Kind.PLAIN
        : Kind.COMMENT;
  }

  /** A name, and perhaps arguments, and nothing behind them. */
  private boolean annotation(int start, int end) {
    var at = start + 1;
    while (at < end
        && (Character.isJavaIdentifierPart(text.text().charAt(at))
            || ".:".indexOf(text.text().charAt(at)) >= 0)) {
      at++;
    }
    var open = 0;
    for (; at < end; at++) {
      var c = text.text().charAt(at);
      if (c == '(') {
        open++;
      } else if (c == ')') {
        open--;
      } else if (open == 0 && c != ' ' && c != '\t') {
        return c == '/' || c == '#'; // a comment behind it
      }
    }
    return true;
  }

  private String firstWord(int line) {
    var start = contentStart(line);
    var end = text.lineEndChar(line + 1);
    return start < end && text.text().charAt(start) == '#'
        ? "#" + word(start + 1, end)
        : word(start, end);
  }

  private String word(int start, int end) {
    var at = start;
    while (at < end
        && at - start <= 12
        && (Character.isLetterOrDigit(text.text().charAt(at)) || text.text().charAt(at) == '_')) {
      at++;
    }
    return text.text().substring(start, at);
  }

  private int contentStart(int line) {
    var at = text.lineStartChar(line + 1);
    var end = text.lineEndChar(line + 1);
    while (at < end && Character.isWhitespace(text.text().charAt(at))) {
      at++;
    }
    return at;
  }

  private int columns(int from, int to) {
    var columns = 0;
    for (var i = from; i < to; i++) {
      columns =
          text.text().charAt(i) == '\t' ? (columns / TAB_COLUMNS + 1) * TAB_COLUMNS : columns + 1;
    }
    return columns;
  }

  private boolean at(int start, String words) {
    return text.text().startsWith(words, start);
  }

  private boolean contains(int start, int end, String words) {
    var found = text.text().substring(Math.min(start, end), end).indexOf(words);
    return found >= 0;
  }

  private boolean only(int start, int end, String chars) {
    for (var i = start; i < end; i++) {
      if (chars.indexOf(text.text().charAt(i)) < 0) {
        return false;
      }
    }
    return true;
  }
}
