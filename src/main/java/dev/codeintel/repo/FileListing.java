package dev.codeintel.repo;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The files of a work tree at one moment.
 *
 * @param files in the order of {@link PathOrder}
 * @param skipped how many files and folders were left out, by reason; reasons with none are absent
 */
public record FileListing(List<SourceFile> files, Map<SkipReason, Integer> skipped) {

  public FileListing {
    files = List.copyOf(files);
    var copy = new EnumMap<SkipReason, Integer>(SkipReason.class);
    copy.putAll(skipped);
    skipped = Collections.unmodifiableMap(copy);
  }
}
