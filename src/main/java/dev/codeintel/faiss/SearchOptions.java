package dev.codeintel.faiss;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * What one search is told. It travels with the call; nothing is set on the index, so searches
 * beside each other do not disturb each other.
 *
 * @param nprobe inverted lists that are looked into, at least 1; more than there are means all. An
 *     index without lists ignores it
 * @param filter a bitmap in off-heap memory: id {@code i} may be found when bit {@code i % 8} of
 *     byte {@code i / 8} is set, which is the layout of little-endian words. Ids past its end are
 *     not found. It must live, unchanged, until the search returns. Absent: every id may be found
 * @param threads most threads of OpenMP for this call. FAISS searches one query with one thread, so
 *     more pay off only where it says so
 */
public record SearchOptions(int nprobe, Optional<MemorySegment> filter, int threads) {

  public SearchOptions {
    if (nprobe < 1) {
      throw new IllegalArgumentException("nprobe is " + nprobe + "; it must be at least 1.");
    }
    if (threads < 1) {
      throw new IllegalArgumentException("threads is " + threads + "; it must be at least 1.");
    }
    filter.ifPresent(bitmap -> Checks.requireOffHeap(bitmap, "the filter", 1));
  }

  /** One thread, no filter, so many lists. */
  public static SearchOptions nprobe(int nprobe) {
    return new SearchOptions(nprobe, Optional.empty(), 1);
  }

  /** For an index without lists: one thread, no filter. */
  public static SearchOptions exact() {
    return nprobe(1);
  }

  /** These options, finding ids of the bitmap only. */
  public SearchOptions filteredBy(MemorySegment bitmap) {
    return new SearchOptions(nprobe, Optional.of(bitmap), threads);
  }

  /** These options with so many threads. */
  public SearchOptions withThreads(int threads) {
    return new SearchOptions(nprobe, filter, threads);
  }
}
