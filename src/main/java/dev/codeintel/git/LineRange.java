package dev.codeintel.git;

import java.util.List;

/**
 * Lines of a file, from 1, both ends included.
 *
 * @param last one less than the first where the file is empty
 */
record LineRange(int first, int last) {

  /** The same lines, from 0. */
  List<Span> spans() {
    return last < first ? List.of() : List.of(new Span(first - 1, last - first + 1, first - 1));
  }
}
