package dev.codeintel.git;

import org.eclipse.jgit.lib.ObjectId;

/**
 * Consecutive lines of a file and where they come from. Lines count from 0.
 *
 * @param start first of them in the file that is blamed
 * @param count how many
 * @param commit that brought them
 * @param path of the file in that commit
 * @param sourceStart first of them in the file of that commit
 */
record Region(int start, int count, ObjectId commit, String path, int sourceStart) {

  /** Behind its last line. */
  int end() {
    return start + count;
  }

  Region part(int from, int size) {
    return new Region(start + from, size, commit, path, sourceStart + from);
  }

  /** The same lines in another file. */
  Region movedTo(int line) {
    return new Region(line, count, commit, path, sourceStart);
  }
}
