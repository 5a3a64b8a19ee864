package dev.codeintel.chunk;

import java.util.List;

/**
 * Cuts lines that have no structure: as much as fits, cut at a blank line where one is near, else
 * anywhere.
 */
final class Filler {

  private final Lines lines;
  private final Sizes sizes;

  Filler(Lines lines, Sizes sizes) {
    this.lines = lines;
    this.sizes = sizes;
  }

  void fill(int first, int behind, List<Unit> units) {
    var from = lines.skipBlank(first, behind);
    while (from < behind) {
      var cut = cut(from, behind);
      units.add(Unit.flat(from, lines.trimBlank(from, cut)));
      from = lines.skipBlank(cut, behind);
    }
  }

  private int cut(int from, int behind) {
    var to = from + 1;
    var gap = -1;
    while (to < behind && (lines.blank(to) || sizes.fits(from, to + 1))) {
      if (lines.blank(to)) {
        gap = to;
      }
      to++;
    }
    var gapIsNear = gap > from && sizes.chars(from, gap) * 2 >= sizes.chars(from, to);
    return to < behind && gapIsNear ? gap : to;
  }
}
