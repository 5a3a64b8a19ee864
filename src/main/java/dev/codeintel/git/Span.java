package dev.codeintel.git;

import java.util.ArrayList;
import java.util.List;

/**
 * Consecutive lines of the file that is blamed, and where they stand in an older version of it.
 * Lines count from 0.
 *
 * @param line first of them in the file that is blamed
 * @param count how many, at least one
 * @param source the same line in the older version
 */
record Span(int line, int count, int source) {

  /** A part of it. */
  Span part(int from, int size) {
    return new Span(line + from, size, source + from);
  }

  /** Behind its last line in the older version. */
  int sourceEnd() {
    return source + count;
  }

  /** Whether another one goes on where this one ends, in both versions. */
  boolean isFollowedBy(Span next) {
    return next.line == line + count && next.source == source + count;
  }

  /** Adds a span to a list, as part of the last one where it follows that. */
  static void append(List<Span> spans, Span next) {
    if (!spans.isEmpty() && spans.getLast().isFollowedBy(next)) {
      var last = spans.removeLast();
      spans.add(new Span(last.line, last.count + next.count, last.source));
    } else {
      spans.add(next);
    }
  }

  /** Lines that one step back in history explains, and those that it does not. */
  record Split(List<Span> older, List<Span> own) {

    /**
     * Splits lines of a version by what differs from its parent.
     *
     * @param spans whose source is the version
     * @param hunks from the parent to the version
     * @return the lines that the parent has too, with their place there; the others as they were
     */
    static Split by(List<LineDiff.Hunk> hunks, List<Span> spans) {
      var older = new ArrayList<Span>();
      var own = new ArrayList<Span>();
      for (var span : spans) {
        split(hunks, span, older, own);
      }
      return new Split(older, own);
    }

    private static void split(
        List<LineDiff.Hunk> hunks, Span span, List<Span> older, List<Span> own) {
      var next = firstEndingBehind(hunks, span.source());
      for (var at = span.source(); at < span.sourceEnd(); next++) {
        var last = next == hunks.size();
        var same = last ? span.sourceEnd() : Math.min(hunks.get(next).bStart(), span.sourceEnd());
        if (same > at) {
          var moved = shift(hunks, next);
          var part = span.part(at - span.source(), same - at);
          append(older, new Span(part.line(), part.count(), part.source() + moved));
          at = same;
        }
        if (!last && at < span.sourceEnd()) {
          var changed = Math.min(hunks.get(next).bEnd(), span.sourceEnd());
          if (changed > at) {
            append(own, span.part(at - span.source(), changed - at));
            at = changed;
          }
        }
      }
    }

    /** How far a line behind so many hunks is from its place in the parent. */
    private static int shift(List<LineDiff.Hunk> hunks, int passed) {
      if (passed == 0) {
        return 0;
      }
      var before = hunks.get(passed - 1);
      return before.aEnd() - before.bEnd();
    }

    private static int firstEndingBehind(List<LineDiff.Hunk> hunks, int line) {
      var low = 0;
      var high = hunks.size();
      while (low < high) {
        var middle = (low + high) >>> 1;
        if (hunks.get(middle).bEnd() <= line) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }
  }
}
