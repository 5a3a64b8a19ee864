package dev.codeintel.chunk;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds the blocks of a stretch of lines: each starts at a line that is as shallow as any, and
 * holds what is deeper. One that fits is a unit; a larger one is taken apart, and so on inwards.
 */
final class Blocks {

  /** Deeper nesting is cut at blank lines and line ends alone. */
  static final int NESTING_DEPTH_MAX = 24;

  /** A class is not one chunk, however small, when it defines so many things with bodies. */
  private static final int DEFINITIONS_APART_MIN = 2;

  private final Lines lines;
  private final Sizes sizes;
  private final Joiner joiner;
  private final Filler filler;

  Blocks(Lines lines, Sizes sizes, Joiner joiner) {
    this.lines = lines;
    this.sizes = sizes;
    this.joiner = joiner;
    this.filler = new Filler(lines, sizes);
  }

  /** The units of a stretch of lines, in order. */
  List<Unit> units(int from, int to) {
    var units = new ArrayList<Unit>();
    blocks(from, to, 0, units);
    return units;
  }

  private void blocks(int first, int behind, int depth, List<Unit> units) {
    var from = lines.skipBlank(first, behind);
    var to = lines.trimBlank(from, behind);
    if (from == to) {
      return;
    }
    if (depth > NESTING_DEPTH_MAX) {
      filler.fill(from, to, units);
      return;
    }
    var base = lines.base(from, to);
    var start = from;
    var headToCome = lines.belongsBelow(from);
    for (var i = from + 1; i < to; i++) {
      if (lines.blank(i) || lines.indent(i) > base) {
        continue;
      }
      var starts = starts(i, headToCome);
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

  /**
   * Whether one of the shallowest lines of a stretch starts a block.
   *
   * @param headToCome whether only comments and annotations of the block before were seen
   */
  private boolean starts(int line, boolean headToCome) {
    var goesOn = headToCome && !lines.gap(line - 1);
    return switch (lines.kind(line)) {
      case COMMENT, ANNOTATION -> !goesOn;
      case PLAIN -> lines.prose() ? startsProse(line) : !goesOn;
      case BLANK, CLOSER, CONTINUATION, NEUTRAL -> false;
    };
  }

  private boolean startsProse(int line) {
    return lines.blank(line - 1) || lines.indent(line) < ProseLines.TEXT_INDENT;
  }

  /**
   * @param whole whether the block is all of the stretch that it was found in
   */
  private void block(int from, int behind, boolean whole, int depth, List<Unit> units) {
    var to = lines.trimBlank(from, behind);
    // Once only: if each level asked the next one twice, nested classes would take 2^depth steps.
    var parts = new ArrayList<Unit>();
    if (sizes.fits(from, to)) {
      if (mayHoldDefinitions(from, to, depth)) {
        parts(from, to, depth, parts);
      }
      if (parts.stream().filter(Unit::alone).count() < DEFINITIONS_APART_MIN) {
        units.add(unit(from, to));
        return;
      }
    }
    if (!whole && lines.indent(from) > lines.base(from, to)) {
      // Its first line is not its shallowest: look again. Only what a file starts with is so; parts
      // start with their shallowest line, so this does not double the work of each level either.
      blocks(from, to, depth + 1, units);
      return;
    }
    if (parts.isEmpty()) {
      parts(from, to, depth, parts);
    }
    for (var part : joiner.join(parts)) {
      units.add(part.asClosed());
    }
  }

  private Unit unit(int from, int to) {
    var head = lines.head(from, to);
    var body = head + 1 < to && !lines.prose();
    var large = sizes.chars(from, to) >= Unit.ALONE_CHARS_MIN;
    var alone = body && large && !lines.statement(head);
    return new Unit(from, to, alone, false, !body && lines.importing(from));
  }

  /** Whether a block looks like a class, whose methods are found better one by one. */
  private boolean mayHoldDefinitions(int from, int to, int depth) {
    return depth < NESTING_DEPTH_MAX && lines.container(lines.head(from, to));
  }

  /** What a block is made of: its shallowest lines, and between them the blocks of its body. */
  private void parts(int from, int to, int depth, List<Unit> parts) {
    var base = lines.base(from, to);
    var inner = lines.shallowest(from, to, base + 1);
    if (inner == Integer.MAX_VALUE || lines.prose() && base >= ProseLines.TEXT_INDENT) {
      filler.fill(from, to, parts);
      return;
    }
    var at = from;
    while (at < to) {
      // The head: shallow lines, and what is indented deeper than the body (its parameters).
      var headEnd = at;
      while (headEnd < to && (lines.blank(headEnd) || lines.indent(headEnd) != inner)) {
        headEnd++;
      }
      filler.fill(closed(at, headEnd, parts), headEnd, parts);
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

  /**
   * Gives closers to what they close.
   *
   * @return behind the last that was given
   */
  private int closed(int from, int to, List<Unit> parts) {
    var at = from;
    while (at < to && !parts.isEmpty()) {
      if (lines.kind(at) == Lines.Kind.CLOSER && sizes.fits(parts.getLast().from(), at + 1)) {
        parts.add(parts.removeLast().upTo(at + 1));
      } else if (!lines.blank(at)) {
        break;
      }
      at++;
    }
    return at;
  }
}
