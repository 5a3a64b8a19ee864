package dev.codeintel.git;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * A text as lines of bytes, split after each {@code '\n'} and nowhere else: a line includes its
 * line feed, only the last may lack one, a carriage return is a byte like any other. Holds the
 * bytes that it was given (not a copy), where each line starts and a hash of each; no object a
 * line. Immutable as long as nobody writes into those bytes; safe for use by any thread.
 */
final class TextLines {

  private static final VarHandle EIGHT_BYTES =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Nobody can write a text whose lines all have the same hash without knowing this. */
  private static final long SECRET = new SecureRandom().nextLong();

  /** An empty text. */
  static final TextLines NONE = new TextLines(new byte[0], new int[1]);

  private static final int BLOCK_BYTES = 1_024;
  private static final long ONES = 0x0101010101010101L;
  private static final long LINE_FEEDS = '\n' * ONES;
  private static final long HIGH_BITS = 0x80 * ONES;
  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;
  private static final int GUESSED_BYTES_A_LINE = 24;

  private final byte[] bytes;
  private final int[] starts;

  /** Made when the first is asked for; null until then. */
  private volatile int[] hashes;

  private TextLines(byte[] bytes, int[] starts) {
    this.bytes = bytes;
    this.starts = starts;
  }

  /** Splits a text; an empty one has no line. */
  static TextLines of(byte[] bytes) {
    return of(bytes, NONE);
  }

  /**
   * Splits a text, faster where it is much like one that was split before: lines at the start and
   * at the end that both have are not looked at again. Two versions of a file differ little.
   */
  static TextLines of(byte[] bytes, TextLines like) {
    var head = like.linesBefore(equalStart(bytes, like.bytes));
    var from = like.starts[head];
    var tail = like.firstLineBehind(like.bytes.length - equalEnd(bytes, like.bytes, from));
    var moved = bytes.length - like.bytes.length;
    var middle = starts(bytes, from, like.starts[tail] + moved);
    var tailTo = head + middle.length;
    var starts = Arrays.copyOf(like.starts, tailTo + like.starts.length - tail);
    System.arraycopy(middle, 0, starts, head, middle.length);
    for (var line = tailTo; line < starts.length; line++) {
      starts[line] = like.starts[line - tailTo + tail] + moved;
    }
    var text = new TextLines(bytes, starts);
    if (like.hashes != null) {
      text.hashes = text.hashes(like.hashes, head, like.count() - tail);
    }
    return text;
  }

  private static int equalStart(byte[] a, byte[] b) {
    var differs = Arrays.mismatch(a, b);
    return differs < 0 ? a.length : differs;
  }

  /** Bytes that both end with, none of them among the first {@code from}. */
  private static int equalEnd(byte[] a, byte[] b, int from) {
    var most = Math.min(a.length, b.length) - from;
    var same = 0;
    while (same + BLOCK_BYTES <= most && equalBefore(a, b, same, BLOCK_BYTES)) {
      same += BLOCK_BYTES;
    }
    while (same < most && a[a.length - 1 - same] == b[b.length - 1 - same]) {
      same++;
    }
    return same;
  }

  private static boolean equalBefore(byte[] a, byte[] b, int fromEnd, int size) {
    return Arrays.equals(
        a,
        a.length - fromEnd - size,
        a.length - fromEnd,
        b,
        b.length - fromEnd - size,
        b.length - fromEnd);
  }

  /** How many lines, with their line feeds, lie before an offset. */
  private int linesBefore(int offset) {
    var found = Arrays.binarySearch(starts, offset);
    var line = found >= 0 ? found : -found - 2;
    var lacksItsEnd = line == count() && line > 0 && bytes[bytes.length - 1] != '\n';
    return lacksItsEnd ? line - 1 : line;
  }

  /** The first line that starts behind an offset, so that the line feed before it does not. */
  private int firstLineBehind(int offset) {
    var found = Arrays.binarySearch(starts, offset);
    return Math.min(found >= 0 ? found + 1 : -found - 1, count());
  }

  int count() {
    return starts.length - 1;
  }

  /** The whole text; not to be written to. */
  byte[] bytes() {
    return bytes;
  }

  /** Offset of a line's first byte; of line {@code count()}, the length of the text. */
  int start(int line) {
    return starts[line];
  }

  /** Offset after a line's last byte, the line feed included. */
  int end(int line) {
    return starts[line + 1];
  }

  /**
   * Equal lines have equal hashes, within one process; the value differs from run to run and must
   * not decide anything but speed.
   */
  int hash(int line) {
    var all = hashes;
    if (all == null) {
      all = hashes(new int[0], 0, 0);
      hashes = all; // two threads may do this, and find the same
    }
    return all[line];
  }

  /** Those of the first and of the last lines are known: they are those of another text. */
  private int[] hashes(int[] known, int first, int last) {
    var all = Arrays.copyOf(known, count());
    for (var line = first; line < all.length - last; line++) {
      all[line] = hash(bytes, starts[line], starts[line + 1]);
    }
    System.arraycopy(known, known.length - last, all, all.length - last, last);
    return all;
  }

  /** Whether two lines have the same bytes; fast where most have not. */
  boolean sameLine(int line, TextLines other, int otherLine) {
    return hash(line) == other.hash(otherLine) && sameBytes(line, other, otherLine);
  }

  /** The same without a look at hashes, which may not be there yet. */
  boolean sameBytes(int line, TextLines other, int otherLine) {
    return Arrays.equals(
        bytes, start(line), end(line), other.bytes, other.start(otherLine), other.end(otherLine));
  }

  /** How many lines two texts start with that are the same. */
  int sameHead(TextLines other) {
    return linesBefore(equalStart(bytes, other.bytes));
  }

  /** How many lines two texts end with that are the same, none of them among the first few. */
  int sameTail(TextLines other, int butFirst) {
    var same = equalEnd(bytes, other.bytes, starts[butFirst]);
    return count() - firstLineBehind(bytes.length - same);
  }

  /** How many lines start before an offset. */
  int countBefore(int offset) {
    var found = Arrays.binarySearch(starts, 0, count(), offset);
    return found >= 0 ? found : -found - 1;
  }

  /** Where lines start between the start of one and the end of one. */
  private static int[] starts(byte[] bytes, int from, int to) {
    var starts = new int[(to - from) / GUESSED_BYTES_A_LINE + 1];
    var count = 0;
    for (var start = from; start < to; count++) {
      if (count == starts.length) {
        starts = Arrays.copyOf(starts, starts.length + starts.length / 2 + 1);
      }
      starts[count] = start;
      start = behindLineFeed(bytes, start, to);
    }
    return Arrays.copyOf(starts, count);
  }

  /** Eight bytes at a time: a byte that is a line feed becomes zero, and zeros borrow. */
  private static int behindLineFeed(byte[] bytes, int from, int to) {
    var at = from;
    for (; at + Long.BYTES <= to; at += Long.BYTES) {
      var zeros = (long) EIGHT_BYTES.get(bytes, at) ^ LINE_FEEDS;
      var found = zeros - ONES & ~zeros & HIGH_BITS;
      if (found != 0) {
        return at + Long.numberOfTrailingZeros(found) / Byte.SIZE + 1;
      }
    }
    while (at < to && bytes[at] != '\n') {
      at++;
    }
    return Math.min(at + 1, to);
  }

  private static int hash(byte[] bytes, int from, int to) {
    var hash = SECRET ^ (to - from);
    var at = from;
    for (; at + Long.BYTES <= to; at += Long.BYTES) {
      hash = stir(hash ^ (long) EIGHT_BYTES.get(bytes, at));
    }
    var rest = 0L;
    for (; at < to; at++) {
      rest = rest << Byte.SIZE | Byte.toUnsignedLong(bytes[at]);
    }
    hash = stir(hash ^ rest);
    return (int) (hash ^ hash >>> Integer.SIZE);
  }

  /** Both halves of a wide product: each bit of the input moves each bit of the output. */
  private static long stir(long bits) {
    return Math.unsignedMultiplyHigh(bits, MULTIPLIER) ^ bits * MULTIPLIER ^ SECRET;
  }
}
