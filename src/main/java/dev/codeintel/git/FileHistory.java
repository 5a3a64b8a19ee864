package dev.codeintel.git;

import java.util.List;
import java.util.OptionalInt;

/**
 * The commits that changed a file or folder, newest first.
 *
 * @param entries those of this page
 * @param more whether older ones follow
 * @param total how many there are in all, where the walk has seen the last one
 * @param shallow whether the clone ends before the history does
 * @param revision the commit at which the walk began, 40 hex digits; a later page starts there too;
 *     empty before the first commit
 * @param notes what the reader must know to trust the answer, a sentence each
 */
public record FileHistory(
    List<Entry> entries,
    boolean more,
    OptionalInt total,
    boolean shallow,
    String revision,
    List<String> notes) {

  FileHistory with(List<String> notes) {
    return new FileHistory(entries, more, total, shallow, revision, notes);
  }

  /**
   * @param path of the file in this commit
   */
  public record Entry(Commit commit, String path) {}
}
