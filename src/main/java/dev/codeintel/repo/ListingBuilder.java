package dev.codeintel.repo;

import dev.codeintel.config.Limits;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A listing while it is being made. Safe for use by any thread. */
final class ListingBuilder {

  private final int filesMax;
  private final List<Part> parts = new ArrayList<>();
  private final List<Unindexed> unindexed = new ArrayList<>();
  private final Map<SkipReason, Integer> skipped = new EnumMap<>(SkipReason.class);

  /** Files and folders of which the listing says no more than their number. */
  private final Set<String> passedOver = new HashSet<>();

  private int size;

  /** The files of one folder, in order. */
  private record Part(String folder, List<SourceFile> files) {}

  /**
   * @param filesMax so many files are indexed; those that come first in order
   */
  ListingBuilder(int filesMax) {
    this.filesMax = filesMax;
  }

  /**
   * Judges what lies at a path and is no folder, and takes it down where it is not indexed.
   *
   * @return the file, where it is worth indexing; it counts when it was {@linkplain #add added}
   */
  Optional<SourceFile> file(String path, BasicFileAttributes attributes) {
    if (attributes.isSymbolicLink()) {
      return leaveOut(path, attributes, SkipReason.SYMLINK);
    }
    if (!attributes.isRegularFile()) {
      skip(path, SkipReason.SPECIAL);
      return Optional.empty();
    }
    if (Secrets.looksSecret(path)) {
      return leaveOut(path, attributes, SkipReason.SECRET);
    }
    if (attributes.size() > Limits.FILE_BYTES_MAX) {
      return leaveOut(path, attributes, SkipReason.TOO_LARGE);
    }
    return Optional.of(Workspace.sourceFile(path, attributes));
  }

  private synchronized Optional<SourceFile> leaveOut(
      String path, BasicFileAttributes attributes, SkipReason reason) {
    if (unindexed.size() < Limits.FILES_MAX) {
      unindexed.add(new Unindexed(Workspace.sourceFile(path, attributes), reason));
      skipped.merge(reason, 1, Integer::sum);
    } else {
      skip(path, reason);
    }
    return Optional.empty();
  }

  synchronized void skip(String path, SkipReason reason) {
    passedOver.add(path);
    skipped.merge(reason, 1, Integer::sum);
  }

  /** Counts names that no path can be made of. */
  synchronized void skipNames(int count) {
    if (count > 0) {
      skipped.merge(SkipReason.UNSUPPORTED_NAME, count, Integer::sum);
    }
  }

  /**
   * @param folder path; empty for the root
   * @param files in order
   */
  synchronized void add(String folder, List<SourceFile> files) {
    parts.add(new Part(folder, files));
    size += files.size();
  }

  /** How many files were added. */
  synchronized int size() {
    return size;
  }

  synchronized int skipped(SkipReason reason) {
    return skipped.getOrDefault(reason, 0);
  }

  synchronized boolean isPassedOver(String path) {
    return passedOver.contains(path);
  }

  /** What is known by now; files beyond the bound are passed over from then on. */
  synchronized FileListing build() {
    // So there are long runs in order, which to sort costs little.
    parts.sort(Comparator.comparing(Part::folder, PathOrder.INSTANCE));
    var files = new ArrayList<SourceFile>(size);
    parts.forEach(part -> files.addAll(part.files));
    files.sort(SourceFile.IN_ORDER);
    if (files.size() > filesMax) {
      var beyond = files.subList(filesMax, files.size());
      beyond.forEach(file -> skip(file.path(), SkipReason.TOO_MANY));
      beyond.clear();
    }
    parts.clear();
    add("", files);
    size = files.size();
    unindexed.sort(Comparator.comparing(Unindexed::file, SourceFile.IN_ORDER));
    return new FileListing(files, unindexed, skipped);
  }
}
