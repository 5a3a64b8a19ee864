package dev.codeintel.repo.text;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.IntPredicate;

/**
 * A set of code points. Immutable.
 *
 * @param ranges first and last of each range, in turn; sorted, apart from each other
 */
record CodePoints(int[] ranges) {

  static final CodePoints NONE = new CodePoints(new int[0]);
  static final CodePoints ALL = new CodePoints(new int[] {0, Character.MAX_CODE_POINT});
  static final CodePoints ASCII = new CodePoints(new int[] {0, 0x7F});
  static final CodePoints DIGIT = of('0', '9');
  static final CodePoints WORD = of('0', '9', 'A', 'Z', '_', '_', 'a', 'z');
  static final CodePoints SPACE = of('\t', '\r', ' ', ' ');
  static final CodePoints LINE_FEED = of('\n', '\n');

  /**
   * @param bounds first and last of each range, in any order of ranges
   */
  static CodePoints of(int... bounds) {
    var pairs = new int[bounds.length / 2][];
    for (var i = 0; i < pairs.length; i++) {
      pairs[i] = new int[] {bounds[2 * i], bounds[2 * i + 1]};
    }
    Arrays.sort(pairs, Comparator.comparingInt(pair -> pair[0]));
    var joined = new int[bounds.length];
    var count = 0;
    for (var pair : pairs) {
      if (count > 0 && pair[0] <= joined[count - 1] + 1) {
        joined[count - 1] = Math.max(joined[count - 1], pair[1]);
      } else {
        joined[count++] = pair[0];
        joined[count++] = pair[1];
      }
    }
    return new CodePoints(Arrays.copyOf(joined, count));
  }

  static CodePoints one(int codePoint) {
    return new CodePoints(new int[] {codePoint, codePoint});
  }

  static CodePoints where(IntPredicate holds) {
    var bounds = new int[64];
    var count = 0;
    for (var c = 0; c <= Character.MAX_CODE_POINT; c++) {
      if (holds.test(c)) {
        var first = c;
        while (c < Character.MAX_CODE_POINT && holds.test(c + 1)) {
          c++;
        }
        if (count == bounds.length) {
          bounds = Arrays.copyOf(bounds, 2 * count);
        }
        bounds[count++] = first;
        bounds[count++] = c;
      }
    }
    return new CodePoints(Arrays.copyOf(bounds, count));
  }

  boolean isEmpty() {
    return ranges.length == 0;
  }

  boolean contains(int codePoint) {
    for (var i = 0; i < ranges.length; i += 2) {
      if (ranges[i] <= codePoint && codePoint <= ranges[i + 1]) {
        return true;
      }
    }
    return false;
  }

  /** How many code points there are. */
  int size() {
    var size = 0;
    for (var i = 0; i < ranges.length; i += 2) {
      size += ranges[i + 1] - ranges[i] + 1;
    }
    return size;
  }

  int first() {
    return ranges[0];
  }

  int last() {
    return ranges[ranges.length - 1];
  }

  CodePoints or(CodePoints other) {
    var bounds = Arrays.copyOf(ranges, ranges.length + other.ranges.length);
    System.arraycopy(other.ranges, 0, bounds, ranges.length, other.ranges.length);
    return of(bounds);
  }

  CodePoints negated() {
    var bounds = new int[ranges.length + 2];
    var count = 0;
    var next = 0;
    for (var i = 0; i < ranges.length; i += 2) {
      if (ranges[i] > next) {
        bounds[count++] = next;
        bounds[count++] = ranges[i] - 1;
      }
      next = ranges[i + 1] + 1;
    }
    if (next <= Character.MAX_CODE_POINT) {
      bounds[count++] = next;
      bounds[count++] = Character.MAX_CODE_POINT;
    }
    return new CodePoints(Arrays.copyOf(bounds, count));
  }

  CodePoints and(CodePoints other) {
    return negated().or(other.negated()).negated();
  }

  CodePoints without(CodePoints other) {
    return and(other.negated());
  }

  /** These and all that differ from one of them in case only. */
  CodePoints folded() {
    return CaseFolds.folded(this);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CodePoints points && Arrays.equals(ranges, points.ranges);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(ranges);
  }

  @Override
  public String toString() {
    return Arrays.toString(ranges);
  }
}
