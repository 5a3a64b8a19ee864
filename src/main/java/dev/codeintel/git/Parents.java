package dev.codeintel.git;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a file was in the parents of a commit.
 *
 * @param same the first parent that has exactly this content, which then answers for all of it
 * @param different else the other versions, in the order of the parents, none twice
 */
record Parents(Optional<Origin> same, List<Origin> different) {

  /** Looks under the file's own name in every parent first, then for what it was renamed from. */
  static Parents of(Objects objects, Origin origin) throws IOException {
    var commit = origin.commit();
    var versions = new Origin[commit.parents().size()];
    for (var i = 0; i < versions.length; i++) {
      var parent = objects.commit(commit.parents().get(i));
      if (i == 0 && !objects.mayHaveChanged(commit, origin.path())) {
        return same(new Origin(parent, origin.path(), origin.blob()));
      }
      var version = Origin.find(objects, parent, origin.path());
      if (version.isPresent() && version.get().blob().equals(origin.blob())) {
        return same(version.get());
      }
      versions[i] = version.orElse(null);
    }
    for (var i = 0; i < versions.length; i++) {
      if (versions[i] == null) {
        var parent = objects.commit(commit.parents().get(i));
        var version = underAnotherName(objects, parent, origin);
        if (version.isPresent() && version.get().blob().equals(origin.blob())) {
          return same(version.get());
        }
        versions[i] = version.orElse(null);
      }
    }
    return different(versions);
  }

  private static Parents same(Origin origin) {
    return new Parents(Optional.of(origin), List.of());
  }

  private static Parents different(Origin[] versions) {
    var distinct = new ArrayList<Origin>();
    for (var version : versions) {
      if (version != null
          && distinct.stream().noneMatch(other -> other.blob().equals(version.blob()))) {
        distinct.add(version);
      }
    }
    return new Parents(Optional.empty(), distinct);
  }

  private static Optional<Origin> underAnotherName(
      Objects objects, CommitNode parent, Origin origin) throws IOException {
    if (hasAnotherKind(objects, parent, origin.path())) {
      return Optional.empty();
    }
    var source = Renames.source(objects, parent, origin.commit(), origin.path());
    return source.isEmpty() ? Optional.empty() : Origin.find(objects, parent, source.get());
  }

  /** Whether a link or a submodule lies where a file came to be: then nothing was renamed. */
  static boolean hasAnotherKind(Objects objects, CommitNode parent, GitPath path)
      throws IOException {
    return objects.find(parent, path).filter(there -> !there.isFolder()).isPresent();
  }
}
