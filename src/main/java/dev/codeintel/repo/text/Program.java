package dev.codeintel.repo.text;

/**
 * An expression as a machine that reads UTF-8 byte by byte, in any number of states at once. Entry
 * i of each array belongs to instruction i. Immutable by agreement: the arrays are shared.
 *
 * @param kinds what each instruction does
 * @param low of {@link #BYTES}: the lowest byte; of {@link #LOOK}: the ordinal of a {@link Node.At}
 * @param high of {@link #BYTES}: the highest byte
 * @param next where it goes on; of {@link #FORK}: what is preferred
 * @param other of {@link #FORK}: the other way
 * @param start of a match that begins here
 * @param search of a match that begins here or behind
 * @param looks whether there is a {@link #LOOK}
 */
record Program(
    byte[] kinds,
    int[] low,
    int[] high,
    int[] next,
    int[] other,
    int start,
    int search,
    boolean looks) {

  static final byte BYTES = 0;
  static final byte FORK = 1;
  static final byte LOOK = 2;
  static final byte MATCH = 3;

  int size() {
    return kinds.length;
  }
}
