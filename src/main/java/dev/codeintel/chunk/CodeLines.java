package dev.codeintel.chunk;

import java.util.Set;

/** The lines of a text for machines. */
final class CodeLines extends Lines {

  private static final Set<String> PREPROCESSED =
      Set.of("c", "cpp", "csharp", "cuda", "glsl", "objectivec");

  private static final String CLOSING_CHARS = "})];,> \t";
  private static final String NO_COMMENT = "";

  private final LineText text;
  private final String language;
  private final CommentMarks marks;

  CodeLines(LineText text, String language) {
    super(text.count());
    this.text = text;
    this.language = language;
    this.marks = CommentMarks.of(language);
    read();
  }

  @Override
  boolean prose() {
    return false;
  }

  @Override
  boolean statement(int line) {
    return CodeWords.STATEMENTS.contains(text.firstWord(line));
  }

  @Override
  boolean importing(int line) {
    return CodeWords.IMPORTS.contains(text.firstWord(line));
  }

  @Override
  boolean container(int line) {
    var start = text.contentStart(line);
    var end = text.end(line);
    for (var at = start; at < end && "({=;".indexOf(text.at(at)) < 0; at++) {
      if (text.startsWord(at, start) && CodeWords.CONTAINERS.contains(text.word(at, end))) {
        return true;
      }
    }
    return false;
  }

  private void read() {
    var commentEnd = NO_COMMENT;
    var commentIndent = 0;
    for (var i = 0; i < count(); i++) {
      var start = text.contentStart(i);
      var end = text.end(i);
      if (!commentEnd.equals(NO_COMMENT)) {
        // As deep as its first line, whatever stars or art stand before the words.
        setInsideComment(i, start == end, commentIndent);
        commentEnd = text.find(commentEnd, start, end) >= 0 ? NO_COMMENT : commentEnd;
      } else if (start < end) {
        set(i, kindOf(start, end), text.indent(i));
        commentEnd = kind(i) == Kind.COMMENT ? endToCome(start, end) : NO_COMMENT;
        commentIndent = indent(i);
      }
    }
  }

  /** What a comment that this line opens waits for; empty if it ends here. */
  private String endToCome(int start, int end) {
    var commentEnd = commentEnd(start);
    return text.find(commentEnd, start + 2, end) < 0 ? commentEnd : NO_COMMENT;
  }

  /** What ends a comment that may span lines; empty for one that may not. */
  private String commentEnd(int start) {
    return text.startsWith("/*", start)
        ? "*/"
        : text.startsWith("<!--", start) ? "-->" : NO_COMMENT;
  }

  private Kind kindOf(int start, int end) {
    return switch (text.at(start)) {
      case '}', ')', ']' -> text.only(CLOSING_CHARS, start, end) ? Kind.CLOSER : Kind.CONTINUATION;
      case '{' -> start + 1 == end ? Kind.CONTINUATION : Kind.PLAIN;
      case '/' -> kindOfSlash(start, end);
      case '<' -> kindOfTag(start, end);
      case '#' -> kindOfHash(start);
      case '-' -> commentIf(marks.dash() && text.startsWith("--", start));
      case ';' -> commentIf(marks.semicolon());
      case '%' -> commentIf(marks.percent());
      case '@' -> annotationIf(annotation(start, end));
      case '[' -> annotationIf(language.equals("csharp") && text.at(end - 1) == ']');
      default -> kindOfWord(start, end);
    };
  }

  private static Kind commentIf(boolean comment) {
    return comment ? Kind.COMMENT : Kind.PLAIN;
  }

  private static Kind annotationIf(boolean annotation) {
    return annotation ? Kind.ANNOTATION : Kind.PLAIN;
  }

  private Kind kindOfSlash(int start, int end) {
    if (marks.slash() && (text.startsWith("//", start) || text.startsWith("/*", start))) {
      return commentIf(!codeBehindComment(start, end));
    }
    return text.startsWith("/>", start) ? Kind.CLOSER : Kind.PLAIN;
  }

  private Kind kindOfTag(int start, int end) {
    if (text.startsWith("<!--", start)) {
      return commentIf(!codeBehindComment(start, end));
    }
    return text.startsWith("</", start) ? Kind.CLOSER : Kind.PLAIN;
  }

  private Kind kindOfHash(int start) {
    if (PREPROCESSED.contains(language)) {
      return preprocessorCondition(start) ? Kind.NEUTRAL : Kind.PLAIN;
    }
    return marks.hash() ? Kind.COMMENT : annotationIf(text.startsWith("#[", start));
  }

  private boolean preprocessorCondition(int start) {
    return text.startsWith("#if", start)
        || text.startsWith("#el", start)
        || text.startsWith("#endif", start)
        || text.startsWith("#pragma", start);
  }

  private Kind kindOfWord(int start, int end) {
    var word = text.word(start, end);
    if (language.equals("cpp")) {
      if (text.startsWith("template", start) && text.at(end - 1) == '>') {
        return Kind.ANNOTATION;
      }
      if (CodeWords.ACCESS.contains(word) && text.only(": \t", start + word.length(), end)) {
        return Kind.CONTINUATION;
      }
    }
    if (language.equals("bash") && (word.equals("then") || word.equals("do"))) {
      return Kind.CONTINUATION;
    }
    return CodeWords.CONTINUATIONS.contains(word)
        ? Kind.CONTINUATION
        : CodeWords.CLOSERS.contains(word) ? Kind.CLOSER : Kind.PLAIN;
  }

  private boolean codeBehindComment(int start, int end) {
    var close = commentEnd(start);
    if (close.equals(NO_COMMENT)) {
      return false;
    }
    var closed = text.find(close, start + 2, end);
    return closed >= 0 && !text.only(" \t", closed + close.length(), end);
  }

  /** A name, and perhaps arguments, and nothing behind them but a comment. */
  private boolean annotation(int start, int end) {
    var at = start + 1;
    while (at < end
        && (Character.isJavaIdentifierPart(text.at(at)) || ".:".indexOf(text.at(at)) >= 0)) {
      at++;
    }
    var open = 0;
    for (; at < end; at++) {
      var c = text.at(at);
      if (c == '(') {
        open++;
      } else if (c == ')') {
        open--;
      } else if (open == 0 && c != ' ' && c != '\t') {
        return c == '/' || c == '#';
      }
    }
    return true;
  }
}
