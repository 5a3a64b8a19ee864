package dev.codeintel.git;

import java.util.Arrays;

/**
 * How much of one file lies in another, counted as git counts it: both are cut behind each line end
 * and each 64 bytes, the pieces are told apart by a small hash, and what counts is the bytes of
 * those that both have. The order of the pieces does not count, nor does what follows the last cut.
 * Belongs to one thread.
 */
final class Similarity {

  /** The score of a file with itself. */
  static final int SCORE_MAX = 60_000;

  /** From here on git calls two files the same, renamed. */
  static final int RENAME_SCORE_MIN = 30_000;

  private static final int PIECE_BYTES_MAX = 64;
  private static final int HASHES = 107_927;

  /** A NUL among so many first bytes makes a file binary, in which a CR is like any other byte. */
  private static final int SNIFFED_BYTES = 8_000;

  private final int length;
  private final int[] bytesByHash = new int[HASHES];
  private final int[] left;

  /** Which entries of {@link #left} differ from those of the target. */
  private int[] taken = new int[64];

  private int takenCount;

  /** Will compare others with a file that appeared. */
  Similarity(byte[] target) {
    this.length = target.length;
    cut(target, (hash, bytes) -> bytesByHash[hash] += bytes);
    this.left = bytesByHash.clone();
  }

  /** Takes a piece of so many bytes. */
  private interface Pieces {
    void take(int hash, int bytes);
  }

  /** Whether two files of these sizes can have a score, as git asks before it reads them. */
  static boolean canReach(int score, long oneSize, long otherSize) {
    var larger = (double) Math.max(oneSize, otherSize);
    var smaller = Math.min(oneSize, otherSize);
    return larger * (SCORE_MAX - score) >= (larger - smaller) * SCORE_MAX;
  }

  /** No file of this size scores more. */
  int scoreMax(long size) {
    return score(Math.min(size, length), size);
  }

  /**
   * @return 0 to {@link #SCORE_MAX}
   */
  int score(byte[] source) {
    var common = new long[1];
    cut(
        source,
        (hash, bytes) -> {
          var shared = Math.min(bytes, left[hash]);
          if (shared > 0) {
            left[hash] -= shared;
            common[0] += shared;
            remember(hash);
          }
        });
    while (takenCount > 0) {
      var hash = taken[--takenCount];
      left[hash] = bytesByHash[hash];
    }
    return score(common[0], source.length);
  }

  private int score(long common, long size) {
    return length == 0 ? 0 : (int) (common * (double) SCORE_MAX / Math.max(length, size));
  }

  private void remember(int hash) {
    if (takenCount == taken.length) {
      taken = Arrays.copyOf(taken, 2 * taken.length);
    }
    taken[takenCount++] = hash;
  }

  /** The hash is git's, bit by bit: two pieces that it takes for one must be one here too. */
  private static void cut(byte[] text, Pieces pieces) {
    var ignoreCr = !isBinary(text);
    var high = 0;
    var low = 0;
    var bytes = 0;
    for (var at = 0; at < text.length; at++) {
      var next = text[at] & 0xff;
      if (ignoreCr && next == '\r' && at + 1 < text.length && text[at + 1] == '\n') {
        continue;
      }
      var before = high;
      high = (high << 7 ^ low >>> 25) + next;
      low = low << 7 ^ before >>> 25;
      bytes++;
      if (bytes == PIECE_BYTES_MAX || next == '\n') {
        pieces.take(Integer.remainderUnsigned(high + low * 0x61, HASHES), bytes);
        high = 0;
        low = 0;
        bytes = 0;
      }
    }
  }

  private static boolean isBinary(byte[] text) {
    for (var at = 0; at < Math.min(text.length, SNIFFED_BYTES); at++) {
      if (text[at] == 0) {
        return true;
      }
    }
    return false;
  }
}
