package dev.codeintel.repo;

import java.util.Comparator;

/**
 * A file as the listing saw it.
 *
 * @param path relative to the root of the work tree, parts joined by {@code /}
 * @param size bytes
 * @param modifiedNanos last modification, nanoseconds since the epoch
 * @param language one of {@link Languages#ids()}, or empty where none is known
 */
public record SourceFile(String path, long size, long modifiedNanos, String language) {

  static final Comparator<SourceFile> IN_ORDER =
      Comparator.comparing(SourceFile::path, PathOrder.INSTANCE);
}
