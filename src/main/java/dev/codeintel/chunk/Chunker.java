package dev.codeintel.chunk;

import dev.codeintel.repo.SourceText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Cuts a file where its blank lines and its indentation say that one thing ends and the next
 * begins: about one chunk a function, method or section. A block that fits stays whole; a larger
 * one becomes its head, the blocks of its body, and so on inwards. Small neighbours are joined.
 *
 * <p>Every line that is not blank lies in exactly one chunk, in order; only a line that is too long
 * by itself is cut into several. Takes time linear in the text, whatever it is. Safe for use by any
 * thread.
 */
public final class Chunker {

  /** Small neighbours are joined up to this size. */
  static final int JOINED_CHARS_MAX = 400;

  /** A definition with a body is a chunk of its own from this size on. */
  static final int ALONE_CHARS_MIN = 40;

  /** A class is not one chunk, however small, when it defines so many things with bodies. */
  static final int DEFINITIONS_APART_MIN = 2;

  /** Less than this says too little: it goes to a neighbour that has room. */
  static final int TINY_CHARS_MAX = 40;

  /** Deeper nesting is cut at blank lines and line ends alone. */
  static final int NESTING_DEPTH_MAX = 24;

  /** How far a file is read to see whether its first comment is a licence. */
  private static final int LICENSE_LINES_MAX = 60;

  private final int budgetChars;

  /**
   * @param budgetChars most chars of a chunk, counted as UTF-16 units
   */
  public Chunker(int budgetChars) {
    if (budgetChars < 2) { // a character outside the basic plane takes two
      throw new IllegalArgumentException("A chunk of " + budgetChars + " chars holds nothing.");
    }
    this.budgetChars = budgetChars;
  }

  /**
   * @param text a text file; a binary one has no chunks
   * @param language one of {@link dev.codeintel.repo.Languages#ids()}, or empty
   * @param tokens counts what the embedding model would see
   * @param tokensMax most tokens of a chunk; the smaller of the two limits counts
   */
  public List<Chunk> chunk(SourceText text, String language, TokenCounter tokens, int tokensMax) {
    return text.binary() || text.lineCount() == 0
        ? List.of()
        : new Cut(text, new Lines(text, language), tokens, Math.max(1, tokensMax)).run();
  }

  /**
   * Lines that belong together.
   *
   * @param from first line, from 0, not blank
   * @param to behind the last line, which is not blank
   * @param alone big enough and important enough to be a chunk of its own
   * @param closed not to be joined with anything
   * @param imports nothing but imports
   */
  private record Unit(int from, int to, boolean alone, boolean closed, boolean imports) {

    static Unit flat(int from, int to) {
      return new Unit(from, to, false, false, false);
    }

    Unit and(Unit next) {
      return new Unit(from, next.to, alone || next.alone, false, imports && next.imports);
    }

    Unit asClosed() {
      return new Unit(from, to, alone, true, imports);
    }
  }

  private final class Cut {

    private final SourceText text;
    private final Lines lines;
    private final TokenCounter counter;
    private final int tokensMax;

    /** Sums over the lines before an index: chars with one for each line end, and tokens. */
    private final long[] chars;

    private final long[] tokens;

    private final List<Chunk> chunks = new ArrayList<>();

    Cut(SourceText text, Lines lines, TokenCounter counter, int tokensMax) {
      this.text = text;
      this.lines = lines;
      this.counter = counter;
      this.tokensMax = tokensMax;
      chars = new long[lines.count() + 1];
      tokens = new long[lines.count() + 1];
      for (var i = 0; i < lines.count(); i++) {
        var length = text.lineEndChar(i + 1) - text.lineStartChar(i + 1);
        chars[i + 1] = chars[i] + length + 1;
        // Each line is counted once; a sum may be a little more than the whole. A line that will be
        // cut anyway is not counted.
        var count = lines.blank(i) ? 0 : length > budgetChars ? tokensMax + 1L : count(i);
        tokens[i + 1] = tokens[i] + count;
      }
    }

    private int count(int line) {
      return counter.count(text.line(line + 1));
    }

    List<Chunk> run() {
      var units = new ArrayList<Unit>();
      var body = licenseEnd();
      if (body > 0) {
        blocks(0, body, 0, units);
        units.replaceAll(Unit::asClosed);
      }
      blocks(body, lines.count(), 0, units);
      for (var unit : joined(units)) {
        emit(unit.from(), unit.to());
      }
      return List.copyOf(chunks);
    }

    /** Where the licence ends that a file starts with; 0 if it does not. */
    private int licenseEnd() {
      var at = 0;
      var license = false;
      while (at < lines.count() && lines.gap(at)) {
        at++;
      }
      for (; at < lines.count() && lines.comment(at); at++) {
        if (at < LICENSE_LINES_MAX && !license) {
          var line = text.line(at + 1);
          license = mentions(line, "license") || mentions(line, "copyright");
          license |= mentions(line, "spdx-") || mentions(line, "licence");
        }
      }
      return license ? at : 0;
    }

    private static boolean mentions(String line, String word) {
      for (var i = 0; i + word.length() <= Math.min(line.length(), 500); i++) {
        if (line.regionMatches(true, i, word, 0, word.length())) {
          return true;
        }
      }
      return false;
    }

    // ---- finding the blocks

    /** Adds the units of a stretch of lines: its blocks, or their parts where one is too big. */
    private void blocks(int first, int behind, int depth, List<Unit> units) {
      var from = first;
      var to = behind;
      while (from < to && lines.blank(from)) {
        from++;
      }
      while (from < to && lines.blank(to - 1)) {
        to--;
      }
      if (from == to) {
        return;
      }
      if (depth > NESTING_DEPTH_MAX) {
        plain(from, to, units);
        return;
      }
      var base = base(from, to);
      var start = from;
      var headToCome = lines.belongsBelow(from);
      for (var i = from + 1; i < to; i++) {
        if (lines.blank(i) || lines.indent(i) > base) {
          continue;
        }
        var goesOn = headToCome && !lines.gap(i - 1);
        var starts =
            switch (lines.kind(i)) {
              case COMMENT, ANNOTATION -> !goesOn;
              case PLAIN -> lines.prose() ? startsProse(i) : !goesOn;
              case BLANK, CLOSER, CONTINUATION, NEUTRAL -> false;
            };
        if (starts) {
          block(start, i, false, depth, units);
          start = i;
        }
        if (starts || lines.kind(i) == Lines.Kind.PLAIN) {
          headToCome = lines.belongsBelow(i);
        }
      }
      block(start, to, start == from, depth, units);
    }

    private boolean startsProse(int line) {
      return lines.blank(line - 1) || lines.indent(line) < Lines.TEXT_INDENT;
    }

    private int base(int from, int to) {
      var base = Integer.MAX_VALUE;
      for (var i = from; i < to; i++) {
        if (!lines.blank(i) && lines.kind(i) != Lines.Kind.NEUTRAL) {
          base = Math.min(base, lines.indent(i));
        }
      }
      return base;
    }

    /**
     * @param whole whether the block is all of the stretch that it was found in
     */
    private void block(int first, int behind, boolean whole, int depth, List<Unit> units) {
      var from = first;
      var to = behind;
      while (lines.blank(to - 1)) {
        to--;
      }
      if (fits(from, to) && !holdsDefinitions(from, to, depth)) {
        var head = head(from, to);
        var body = head + 1 < to && !lines.prose();
        var alone = body && size(from, to) >= ALONE_CHARS_MIN && !lines.statement(head);
        var imports = !body && lines.importing(from);
        units.add(new Unit(from, to, alone, false, imports));
        return;
      }
      if (!whole && lines.indent(from) > base(from, to)) {
        blocks(from, to, depth + 1, units); // its first line is not its shallowest: look again
        return;
      }
      var parts = new ArrayList<Unit>();
      parts(from, to, depth, parts);
      for (var part : joined(parts)) {
        units.add(part.asClosed());
      }
    }

    /** Whether a block is a class or the like, whose methods are found better one by one. */
    private boolean holdsDefinitions(int from, int to, int depth) {
      if (lines.prose() || depth >= NESTING_DEPTH_MAX || !lines.container(head(from, to))) {
        return false;
      }
      var parts = new ArrayList<Unit>();
      parts(from, to, depth, parts);
      return parts.stream().filter(Unit::alone).count() >= DEFINITIONS_APART_MIN;
    }

    /** The first line of a block that is not a comment or an annotation above it. */
    private int head(int from, int to) {
      var head = from;
      while (head < to - 1 && (lines.belongsBelow(head) || lines.blank(head))) {
        head++;
      }
      return head;
    }

    /** A block that is too big: its shallowest lines, and between them the blocks of its body. */
    private void parts(int from, int to, int depth, List<Unit> parts) {
      var base = base(from, to);
      var inner = Integer.MAX_VALUE;
      for (var i = from; i < to; i++) {
        if (!lines.blank(i) && lines.kind(i) != Lines.Kind.NEUTRAL && lines.indent(i) > base) {
          inner = Math.min(inner, lines.indent(i));
        }
      }
      if (inner == Integer.MAX_VALUE || lines.prose() && base >= Lines.TEXT_INDENT) {
        plain(from, to, parts);
        return;
      }
      var at = from;
      while (at < to) {
        // The head: shallow lines, and what is indented deeper than the body (its parameters).
        var headEnd = at;
        while (headEnd < to && (lines.blank(headEnd) || lines.indent(headEnd) != inner)) {
          headEnd++;
        }
        headUnits(at, headEnd, parts);
        var bodyEnd = headEnd;
        while (bodyEnd < to && (lines.blank(bodyEnd) || deep(bodyEnd, base))) {
          bodyEnd++;
        }
        blocks(headEnd, bodyEnd, depth + 1, parts);
        at = bodyEnd;
      }
    }

    private boolean deep(int line, int base) {
      return lines.indent(line) > base || lines.kind(line) == Lines.Kind.NEUTRAL;
    }

    /** Closers go to what they close, the rest is a unit of its own. */
    private void headUnits(int first, int behind, List<Unit> parts) {
      var from = first;
      var to = behind;
      while (from < to
          && !parts.isEmpty()
          && (lines.blank(from) || lines.kind(from) == Lines.Kind.CLOSER)) {
        if (!lines.blank(from)) {
          var last = parts.getLast();
          if (!fits(last.from(), from + 1)) {
            break;
          }
          parts.set(
              parts.size() - 1,
              new Unit(last.from(), from + 1, last.alone(), last.closed(), last.imports()));
        }
        from++;
      }
      while (from < to && lines.blank(from)) {
        from++;
      }
      while (from < to && lines.blank(to - 1)) {
        to--;
      }
      if (from < to) {
        plain(from, to, parts);
      }
    }

    /** Without structure: as much as fits, cut at a blank line where one is near, else anywhere. */
    private void plain(int first, int behind, List<Unit> units) {
      var from = first;
      while (from < behind) {
        if (lines.blank(from)) {
          from++;
          continue;
        }
        var to = from + 1;
        var gap = -1;
        while (to < behind && (lines.blank(to) || fits(from, to + 1))) {
          if (lines.blank(to)) {
            gap = to;
          }
          to++;
        }
        if (to < behind && gap > from && size(from, gap) * 2 >= size(from, to)) {
          to = gap;
        }
        var end = to;
        while (lines.blank(end - 1)) {
          end--;
        }
        units.add(Unit.flat(from, end));
        from = to;
      }
    }

    // ---- joining small ones

    private List<Unit> joined(List<Unit> all) {
      var units = withComments(all);
      var joined = new ArrayList<Unit>();
      for (var i = 0; i < units.size(); i++) {
        var unit = units.get(i);
        if (!joined.isEmpty() && belong(joined.getLast(), units, i)) {
          unit = joined.removeLast().and(unit);
        }
        joined.add(unit);
      }
      return joined;
    }

    /** A short comment that a blank line parts from what it introduces still goes along with it. */
    private List<Unit> withComments(List<Unit> units) {
      var merged = new ArrayList<Unit>();
      for (var unit : units) {
        var last = merged.isEmpty() ? null : merged.getLast();
        var introduced =
            last != null
                && !last.closed()
                && !unit.closed()
                && size(last.from(), last.to()) < ALONE_CHARS_MIN
                && commentOnly(last)
                && fits(last.from(), unit.to());
        merged.add(introduced ? merged.removeLast().and(unit) : unit);
      }
      return merged;
    }

    private boolean belong(Unit left, List<Unit> units, int next) {
      var right = units.get(next);
      if (left.closed() || right.closed() || !fits(left.from(), right.to())) {
        return false;
      }
      if (left.imports() && right.imports()) {
        return true;
      }
      var last = next == units.size() - 1 || units.get(next + 1).closed();
      if (size(left.from(), left.to()) < TINY_CHARS_MAX
          || last && size(right.from(), right.to()) < TINY_CHARS_MAX) {
        return true;
      }
      if (left.alone()
          || right.alone()
          || left.imports() != right.imports()
          || size(left.from(), right.to()) > JOINED_CHARS_MAX) {
        return false;
      }
      // Across a blank line only if all that follows up to the next one can come along.
      if (!lines.blank(right.from() - 1)) {
        return true;
      }
      var end = right.to();
      for (var i = next + 1; i < units.size(); i++) {
        var unit = units.get(i);
        if (unit.alone() || unit.closed() || lines.blank(unit.from() - 1)) {
          break;
        }
        end = unit.to();
        if (size(left.from(), end) > JOINED_CHARS_MAX) {
          return size(right.from(), end) > JOINED_CHARS_MAX;
        }
      }
      return true;
    }

    private boolean commentOnly(Unit unit) {
      return lines.belongsBelow(unit.to() - 1) && head(unit.from(), unit.to()) == unit.to() - 1;
    }

    private long size(int from, int to) {
      return chars[to] - chars[from] - 1;
    }

    private boolean fits(int from, int to) {
      return size(from, to) <= budgetChars && tokens[to] - tokens[from] <= tokensMax;
    }

    // ---- making chunks

    private void emit(int from, int to) {
      if (to - from == 1) {
        emitLine(from);
        return;
      }
      var content = content(from, to);
      if (content.length() <= budgetChars && counter.count(content) <= tokensMax) {
        chunks.add(
            new Chunk(
                from + 1,
                to,
                text.lineStartByte(from + 1),
                text.lineEndByte(to),
                Optional.empty(),
                content));
        return;
      }
      // The whole has more tokens than its lines: halve it.
      var middle = (from + to) / 2;
      var left = middle;
      while (lines.blank(left - 1)) {
        left--;
      }
      var right = middle;
      while (lines.blank(right)) {
        right++;
      }
      emit(from, left);
      emit(right, to);
    }

    private String content(int from, int to) {
      var raw = text.text().substring(text.lineStartChar(from + 1), text.lineEndChar(to));
      return raw.indexOf('\r') < 0 ? raw : raw.replace("\r\n", "\n");
    }

    private void emitLine(int line) {
      var start = text.lineStartChar(line + 1);
      var end = text.lineEndChar(line + 1);
      var startByte = text.lineStartByte(line + 1);
      while (start < end) {
        var cut = pieceEnd(start, end);
        var endByte = startByte + text.byteLength(start, cut);
        var piece = text.text().substring(start, cut);
        if (!piece.isBlank()) {
          chunks.add(new Chunk(line + 1, line + 1, startByte, endByte, Optional.empty(), piece));
        }
        start = cut;
        startByte = endByte;
      }
    }

    /** Behind the longest piece of a line that fits, at a blank where one is near its end. */
    private int pieceEnd(int start, int end) {
      var cut = Math.min(end, start + budgetChars);
      while (true) {
        cut = niceCut(start, cut, end);
        var count = counter.count(text.text().substring(start, cut));
        if (count <= tokensMax || cut - start <= 2) {
          return cut;
        }
        var scaled = (int) ((long) (cut - start) * tokensMax / count * 9 / 10);
        cut = start + Math.clamp(scaled, 1, cut - start - 1);
      }
    }

    private int niceCut(int start, int wanted, int end) {
      if (wanted >= end) {
        return end;
      }
      for (var at = wanted; at > start + (wanted - start) * 2 / 3; at--) {
        if (Character.isWhitespace(text.text().charAt(at - 1))) {
          return at;
        }
      }
      if (!splitsPair(wanted)) {
        return wanted;
      }
      return wanted - 1 > start ? wanted - 1 : wanted + 1;
    }

    private boolean splitsPair(int at) {
      return Character.isHighSurrogate(text.text().charAt(at - 1))
          && Character.isLowSurrogate(text.text().charAt(at));
    }
  }
}
