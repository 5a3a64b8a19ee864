package dev.codeintel.repo.text;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.repo.text.TextPattern.Literals;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Goes through the lines of one text after the other that match. What takes the least time comes
 * first: bytes that every match holds; the automaton, over what is left; where in the line the
 * match is, only when somebody asks. For one thread.
 */
public final class LineFinder {

  /** Where so many bytes a line that holds the literal, but no match, the automaton is faster. */
  private static final int BYTES_A_VAIN_LINE = 400;

  private final TextPattern pattern;
  private final CancelToken cancel;
  private Optional<Automata> automata = Optional.empty();

  private TextBuffer text;
  private Optional<Literal> whole;
  private Optional<Literal> required;
  private int next;
  private int vain;

  private int lineStart;
  private int lineEnd;
  private int lineNumber;
  private int counted;

  /** Both directions; made when the first line asks for them. */
  private record Automata(LazyDfa forward, LazyDfa backward) {}

  /** A match in the current line, in bytes. */
  private record Match(int start, int end) {}

  public LineFinder(TextPattern pattern, CancelToken cancel) {
    this.pattern = pattern;
    this.cancel = cancel;
  }

  /**
   * Begins with a text.
   *
   * @return whether a line may match
   */
  public boolean begin(TextBuffer taken) {
    cancel.check();
    text = taken;
    var anyway = pattern.anyText();
    var probe = anyway.whole().or(anyway::required);
    if (probe.isPresent() && probe.get().find(text.bytes(), text.from(), text.to()) < 0) {
      return false;
    }
    text.settle(pattern.seesCarriageReturns());
    if (text.ascii() && !pattern.inAscii()) {
      return false;
    }
    choose(text.ascii() ? pattern.asciiText() : anyway);
    next = text.from();
    vain = 0;
    lineStart = -1;
    lineEnd = -1;
    lineNumber = 1;
    counted = text.from();
    return true;
  }

  private void choose(Literals literals) {
    whole = literals.whole();
    required = literals.required();
  }

  /** Goes to the next line that matches, if there is one. */
  public boolean nextLine() {
    while (next < text.to()) {
      var place = place();
      if (place < 0) {
        break;
      }
      lineStart = text.lineStart(place);
      lineEnd = text.lineEnd(place);
      next = lineEnd + 1;
      if (whole.isPresent()
          || required.isEmpty()
          || automata().forward.matchEnd(text.bytes(), lineStart, lineStart, lineEnd) >= 0) {
        return true;
      }
      vain++;
    }
    next = text.to();
    return false;
  }

  /** A place in the next line that matches, or may; -1 where none follows. */
  private int place() {
    if (whole.isPresent()) {
      return whole.get().find(text.bytes(), next, text.to());
    }
    if (vain * BYTES_A_VAIN_LINE > next - text.from() + BYTES_A_VAIN_LINE * 4) {
      required = Optional.empty();
    }
    return required.isPresent()
        ? required.get().find(text.bytes(), next, text.to())
        : automata().forward.lineWithMatch(text.bytes(), next, text.to());
  }

  private Automata automata() {
    if (automata.isEmpty()) {
      automata =
          Optional.of(
              new Automata(
                  new LazyDfa(pattern.forward(), false, cancel),
                  new LazyDfa(pattern.backward(), true, cancel)));
    }
    return automata.get();
  }

  /** The number of the current line, from 1. */
  public int lineNumber() {
    lineNumber += Swar.count(text.bytes(), (byte) '\n', counted, lineStart);
    counted = lineStart;
    return lineNumber;
  }

  /**
   * Where the matches of the current line begin.
   *
   * @return columns, in characters from 1; the first is there, of the others only so many
   */
  public List<Integer> columns() {
    var columns = new ArrayList<Integer>();
    var from = lineStart;
    var reached = lineStart;
    var column = 1;
    var lastEnd = -1;
    while (from <= lineEnd && columns.size() < Limits.COLUMNS_MAX) {
      var found = match(from);
      if (found.isEmpty()) {
        break;
      }
      var match = found.get();
      var isEmpty = match.start == match.end;
      if (!isEmpty || match.start != lastEnd) { // nothing is no match right behind one
        column += text.characters(reached, match.start);
        reached = match.start;
        columns.add(column);
      }
      lastEnd = match.end;
      from = isEmpty ? text.nextCharacter(match.end, lineEnd) : match.end;
    }
    return columns;
  }

  private Optional<Match> match(int from) {
    if (whole.isPresent()) {
      var start = whole.get().find(text.bytes(), from, lineEnd);
      return start < 0
          ? Optional.empty()
          : Optional.of(new Match(start, start + whole.get().length()));
    }
    var end = automata().forward.matchEnd(text.bytes(), lineStart, from, lineEnd);
    return end < 0
        ? Optional.empty()
        : Optional.of(
            new Match(
                automata().backward.matchStart(text.bytes(), lineStart, from, end, lineEnd), end));
  }

  /**
   * The current line, around a column where it is too long.
   *
   * @param column in characters, from 1
   */
  public String preview(int column) {
    return LinePreview.around(text, lineStart, lineEnd, column);
  }

  /** So many lines before the current one, or as many as there are. */
  public List<String> linesBefore(int count) {
    var lines = new ArrayList<String>();
    var end = lineStart - 1;
    while (lines.size() < count && end >= text.from()) {
      var start = text.lineStart(end);
      lines.addFirst(LinePreview.around(text, start, end, 1));
      end = start - 1;
    }
    return lines;
  }

  /** So many lines behind the current one, or as many as there are. */
  public List<String> linesAfter(int count) {
    var lines = new ArrayList<String>();
    var start = lineEnd + 1;
    while (lines.size() < count && start < text.to()) {
      var end = text.lineEnd(start);
      lines.add(LinePreview.around(text, start, end, 1));
      start = end + 1;
    }
    return lines;
  }
}
