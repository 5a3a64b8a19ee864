package dev.codeintel.chunk;

import java.util.ArrayList;
import java.util.List;

/** Joins small neighbours, for a few words say too little to be found by what they mean. */
final class Joiner {

  /** Small neighbours are joined up to this size. */
  static final int JOINED_CHARS_MAX = 400;

  /** Less than this says too little: it goes to a neighbour that has room. */
  private static final int TINY_CHARS_MAX = 40;

  private final Lines lines;
  private final Sizes sizes;

  Joiner(Lines lines, Sizes sizes) {
    this.lines = lines;
    this.sizes = sizes;
  }

  List<Unit> join(List<Unit> all) {
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
      var introduced = !merged.isEmpty() && introduces(merged.getLast(), unit);
      merged.add(introduced ? merged.removeLast().and(unit) : unit);
    }
    return merged;
  }

  private boolean introduces(Unit comment, Unit unit) {
    return mayJoin(comment, unit)
        && size(comment) < Unit.ALONE_CHARS_MIN
        && lines.allBelongBelow(comment.from(), comment.to());
  }

  private boolean belong(Unit left, List<Unit> units, int next) {
    var right = units.get(next);
    if (!mayJoin(left, right)) {
      return false;
    }
    var last = next == units.size() - 1 || units.get(next + 1).closed();
    if (left.imports() && right.imports()
        || size(left) < TINY_CHARS_MAX
        || last && size(right) < TINY_CHARS_MAX) {
      return true;
    }
    return !left.alone()
        && !right.alone()
        && left.imports() == right.imports()
        && sizes.chars(left.from(), right.to()) <= JOINED_CHARS_MAX
        && (!behindGap(right) || groupComesAlong(left, units, next));
  }

  /** Across a blank line only if all that follows up to the next one can come along. */
  private boolean groupComesAlong(Unit left, List<Unit> units, int next) {
    var start = units.get(next).from();
    for (var i = next + 1; i < units.size(); i++) {
      var unit = units.get(i);
      if (unit.alone() || unit.closed() || behindGap(unit)) {
        return true;
      }
      if (sizes.chars(left.from(), unit.to()) > JOINED_CHARS_MAX) {
        return sizes.chars(start, unit.to()) > JOINED_CHARS_MAX; // else torn with or without left
      }
    }
    return true;
  }

  private boolean mayJoin(Unit left, Unit right) {
    return !left.closed() && !right.closed() && sizes.fits(left.from(), right.to());
  }

  private boolean behindGap(Unit unit) {
    return lines.blank(unit.from() - 1);
  }

  private long size(Unit unit) {
    return sizes.chars(unit.from(), unit.to());
  }
}
