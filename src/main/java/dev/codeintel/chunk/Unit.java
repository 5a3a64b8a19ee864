package dev.codeintel.chunk;

/**
 * Lines that belong together.
 *
 * @param from first line, from 0, not blank
 * @param to behind the last line, which is not blank
 * @param alone big enough and important enough to be a chunk of its own
 * @param closed not to be joined with anything
 * @param imports nothing but imports
 */
record Unit(int from, int to, boolean alone, boolean closed, boolean imports) {

  /** A definition with a body is a chunk of its own from this size on. */
  static final int ALONE_CHARS_MIN = 40;

  static Unit flat(int from, int to) {
    return new Unit(from, to, false, false, false);
  }

  Unit and(Unit next) {
    return new Unit(from, next.to, alone || next.alone, false, imports && next.imports);
  }

  Unit asClosed() {
    return new Unit(from, to, alone, true, imports);
  }

  Unit upTo(int newTo) {
    return new Unit(from, newTo, alone, closed, imports);
  }
}
