package dev.codeintel.repo;

import dev.codeintel.config.Limits;
import org.eclipse.jgit.storage.file.WindowCacheConfig;

/**
 * How much memory JGit may use to keep parts of packs, for the whole process: a share of the heap,
 * since a stdio server is small and an HTTP server is not.
 *
 * <p>Packs are read, not mapped. Mapping saved 5 to 10 % of CPU time at reading blobs, and the
 * virtual machine outlived a pack that was cut under its readers; but then they get errors of the
 * virtual machine, and one interrupted reader closes the pack for all others, which cannot happen
 * to packs that are read.
 */
final class GitTuning {

  private static final int MEBI = 1 << 20;

  /** Parts of packs, as they are on disk. */
  private static final int WINDOWS_HEAP_PARTS = 16;

  private static final long WINDOWS_BYTES_MIN = 10L * MEBI;
  private static final long WINDOWS_BYTES_MAX = 128L * MEBI;
  private static final int WINDOW_BYTES = 32 << 10;

  /** Objects that others are made from, unpacked. */
  private static final int DELTA_BASES_HEAP_PARTS = 32;

  private static final int DELTA_BASES_BYTES_MIN = 10 * MEBI;
  private static final int DELTA_BASES_BYTES_MAX = 64 * MEBI;

  /**
   * A larger object that is no delta is not kept in memory by JGit itself; a delta always is, so
   * that who reads must ask for the size first.
   */
  private static final int OBJECT_HEAP_PARTS = 32;

  private static final int OBJECT_BYTES_MIN = (int) (2 * Limits.FILE_BYTES_MAX);
  private static final int OBJECT_BYTES_MAX = 50 * MEBI;

  private static final int OPEN_FILES_MAX = 128;

  private GitTuning() {}

  /**
   * @param heapBytes the most that the heap may grow to
   */
  static WindowCacheConfig forHeap(long heapBytes) {
    var config = new WindowCacheConfig();
    config.setPackedGitMMAP(false);
    config.setPackedGitOpenFiles(OPEN_FILES_MAX);
    config.setPackedGitWindowSize(WINDOW_BYTES);
    config.setPackedGitLimit(
        Math.clamp(heapBytes / WINDOWS_HEAP_PARTS, WINDOWS_BYTES_MIN, WINDOWS_BYTES_MAX));
    config.setDeltaBaseCacheLimit(
        Math.clamp(
            heapBytes / DELTA_BASES_HEAP_PARTS, DELTA_BASES_BYTES_MIN, DELTA_BASES_BYTES_MAX));
    config.setStreamFileThreshold(
        Math.clamp(heapBytes / OBJECT_HEAP_PARTS, OBJECT_BYTES_MIN, OBJECT_BYTES_MAX));
    return config;
  }
}
