package dev.codeintel.git;

import dev.codeintel.git.LineDiff.Hunk;

/**
 * The stretch in which two versions differ at all, found without a diff: every hunk of {@link
 * LineDiff} lies within. Most changes are far from the ten lines that somebody asks for, and then
 * this is all that has to be known.
 *
 * <p>Hunks start out between the common head and the common tail, but then they slide: a group of g
 * changed lines moves up past line p where p equals the line g further down. So no group of a
 * stretch of m lines passes a line that does not stand again within the next m.
 */
final class ChangedStretch {

  /** Above this a diff is not much dearer. */
  private static final int STRETCH_LINES_MAX = 500;

  /** So many lines are tried; where all stand again, the text is too regular. */
  private static final int TRIED_LINES_MAX = 30;

  private final TextLines a;
  private final TextLines b;
  private final int head;
  private final int tail;
  private final int inA;
  private final int inB;

  private ChangedStretch(TextLines a, TextLines b) {
    this.a = a;
    this.b = b;
    this.head = a.sameHead(b);
    this.tail = a.sameTail(b, head);
    this.inA = a.count() - tail - head;
    this.inB = b.count() - tail - head;
  }

  /** The stretch, which may be larger than need be: at most both texts. */
  static Hunk of(TextLines a, TextLines b) {
    return new ChangedStretch(a, b).find();
  }

  private Hunk find() {
    if (Math.max(inA, inB) > STRETCH_LINES_MAX) {
      return new Hunk(0, a.count(), 0, b.count());
    }
    var start = start();
    var behind = linesBehind();
    return new Hunk(start, a.count() - behind - start, start, b.count() - behind - start);
  }

  /** Behind the last line of the head that nothing slides past. */
  private int start() {
    for (var line = head - 1; line >= Math.max(0, head - TRIED_LINES_MAX); line--) {
      if (!standsAgain(a, line, line + 1, line + inA)
          && !standsAgain(b, line, line + 1, line + inB)) {
        return line + 1;
      }
    }
    return 0;
  }

  /** How many lines there are from the first one of the tail that nothing slides past. */
  private int linesBehind() {
    for (var left = tail; left > Math.max(0, tail - TRIED_LINES_MAX); left--) {
      var lineA = a.count() - left;
      var lineB = b.count() - left;
      if (!standsAgain(a, lineA, lineA - inA, lineA - 1)
          && !standsAgain(b, lineB, lineB - inB, lineB - 1)) {
        return left;
      }
    }
    return 0;
  }

  private static boolean standsAgain(TextLines text, int line, int first, int last) {
    for (var other = first; other <= last; other++) {
      if (text.sameBytes(line, text, other)) {
        return true;
      }
    }
    return false;
  }
}
