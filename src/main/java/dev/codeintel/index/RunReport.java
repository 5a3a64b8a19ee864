package dev.codeintel.index;

/**
 * What a run did.
 *
 * @param added files that were not known, those that are skipped left out
 * @param changed files whose bytes differ
 * @param deleted files that are gone
 * @param unchanged files that were left alone
 * @param chunks chunks of the whole index afterwards
 * @param embedded texts that the model was asked for
 * @param reused chunks that found their vector already there
 * @param missing chunks that still have no vector and shall have one
 * @param timeUp whether the model got nothing more because its time was up
 * @param committed whether anything was written
 */
public record RunReport(
    int added,
    int changed,
    int deleted,
    int unchanged,
    int chunks,
    int embedded,
    int reused,
    int missing,
    boolean timeUp,
    boolean committed) {

  /** Whether it ended only because its time was up, so that the next goes on with it. */
  public boolean isPart() {
    return missing > 0 && timeUp;
  }

  /** Whether the index says the same as before; a commit may still note when a file was read. */
  public boolean changedNothing() {
    return added + changed + deleted + embedded + reused == 0;
  }
}
