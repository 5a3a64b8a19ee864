package dev.codeintel.index;

import dev.codeintel.git.RecentFiles;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.repo.PathOrder;
import dev.codeintel.repo.Workspace;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Optional;

/**
 * In which order files are embedded: those that the newest commits touched, newest first, since
 * people ask about what they work on; then all others by their paths. Worked out once for each
 * commit that is checked out: a first index is made in many runs. Used by one run at a time.
 */
final class EmbeddingOrder {

  private final Workspace workspace;
  private Optional<Known> known = Optional.empty();

  private record Known(Optional<String> head, Comparator<String> paths) {}

  EmbeddingOrder(Workspace workspace) {
    this.workspace = workspace;
  }

  /** Compares paths. */
  synchronized Comparator<String> paths(CancelToken cancel) {
    var head = workspace.headCommit();
    if (known.filter(order -> order.head.equals(head)).isEmpty()) {
      known = Optional.of(new Known(head, newestFirst(cancel)));
    }
    return known.get().paths;
  }

  private Comparator<String> newestFirst(CancelToken cancel) {
    var places = new HashMap<String, Integer>();
    RecentFiles.of(workspace, cancel).forEach(path -> places.put(path, places.size()));
    return Comparator.<String>comparingInt(path -> places.getOrDefault(path, Integer.MAX_VALUE))
        .thenComparing(PathOrder.INSTANCE);
  }
}
