package dev.codeintel.git;

import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;

/** What was found out about the lines of files in commits. Safe for use by any thread. */
class BlameCache {

  /**
   * @param lines of the file
   * @param regions of it that are known, in order
   */
  record Entry(int lines, List<Region> regions) {}

  Optional<Entry> get(ObjectId commit, String path) {
    return Optional.empty();
  }

  void put(ObjectId commit, String path, Entry entry) {
    // nothing is kept yet
  }
}
