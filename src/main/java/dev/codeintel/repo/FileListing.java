package dev.codeintel.repo;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The files of a work tree at one moment.
 *
 * @param files what is worth indexing, in the order of {@link PathOrder}
 * @param unindexed what else git lists, in the same order: secrets, large files, links
 * @param skipped how many files and folders are not indexed, by reason, those of {@code unindexed}
 *     among them; reasons with none are absent
 */
public record FileListing(
    List<SourceFile> files, List<Unindexed> unindexed, Map<SkipReason, Integer> skipped) {

  public FileListing {
    files = List.copyOf(files);
    unindexed = List.copyOf(unindexed);
    var copy = new EnumMap<SkipReason, Integer>(SkipReason.class);
    copy.putAll(skipped);
    skipped = Collections.unmodifiableMap(copy);
  }

  /**
   * All that git lists and that lies on disk, indexed or not, in the order of {@link PathOrder}.
   */
  public List<SourceFile> listed() {
    if (unindexed.isEmpty()) {
      return files;
    }
    var listed = new ArrayList<>(files);
    unindexed.forEach(other -> listed.add(other.file()));
    listed.sort(SourceFile.IN_ORDER); // two sorted runs: as good as a merge
    return listed;
  }
}
