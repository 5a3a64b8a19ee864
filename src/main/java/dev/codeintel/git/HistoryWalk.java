package dev.codeintel.git;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import org.eclipse.jgit.lib.ObjectId;

/**
 * Walks from a commit into the past, newest first, and finds the commits that changed a path, in
 * git's order: by the date of the commit, and of those with equal dates the one first that was come
 * by first. Can be left and gone on with later. Belongs to one thread at a time.
 *
 * <p>There are git's two ways. One follows a file through renames: all commits are looked at, with
 * one path at a time for all of them, and merges are never found. The other never changes its path:
 * of a merge it follows only the first parent that has the same under the path, and finds the merge
 * when there is none.
 */
final class HistoryWalk {

  private static final Comparator<Waiting> NEWEST_FIRST =
      Comparator.<Waiting>comparingLong(one -> one.commit().time())
          .reversed()
          .thenComparingLong(Waiting::turn);

  private final PriorityQueue<Waiting> waiting = new PriorityQueue<>(NEWEST_FIRST);
  private final Set<ObjectId> seen = new HashSet<>();
  private final boolean follow;

  private GitPath path;
  private long turns;
  private boolean shallow;
  private Optional<TreeEntry> newest = Optional.empty();

  /**
   * @param path that the commit changed; what it was called before, where it was renamed, is
   *     another
   */
  record Found(ObjectId commit, GitPath path) {}

  private record Waiting(CommitNode commit, long turn) {}

  HistoryWalk(Objects objects, ObjectId start, GitPath path, boolean follow) throws IOException {
    this.path = path;
    this.follow = follow;
    add(objects, start);
  }

  /** Whether a commit was passed at which a shallow clone ends. */
  boolean isShallow() {
    return shallow;
  }

  /** Whether the first commit found has a folder under the path, or had one in its parent. */
  boolean isOfFolder() {
    return newest.filter(TreeEntry::isFolder).isPresent();
  }

  /** How many commits it keeps in mind. */
  int size() {
    return seen.size();
  }

  /** The next commits that changed the path; fewer than asked for only when there are no more. */
  List<Found> next(Objects objects, int count) throws IOException {
    var found = new ArrayList<Found>();
    while (found.size() < count && !waiting.isEmpty()) {
      objects.cancel().check();
      var commit = waiting.poll().commit();
      shallow |= objects.shallow().contains(commit.id());
      var here = path;
      if (follow ? isFollowed(objects, commit) : isChanged(objects, commit)) {
        found.add(new Found(commit.id(), here));
      }
    }
    return found;
  }

  private boolean isFollowed(Objects objects, CommitNode commit) throws IOException {
    for (var parent : commit.parents()) {
      add(objects, parent);
    }
    if (commit.parents().size() > 1) {
      return false;
    }
    var here = path;
    if (commit.parents().isEmpty()) {
      var first = objects.find(commit, here);
      newest = newest.or(() -> first);
      return first.isPresent();
    }
    var parent = objects.commit(commit.parents().getFirst());
    if (isSame(objects, commit, parent)) {
      return false;
    }
    var now = objects.find(commit, here);
    var before = objects.find(parent, here);
    newest = newest.or(() -> now).or(() -> before);
    if (before.isEmpty()) {
      path = Renames.sourceOrModel(objects, parent, commit, here).orElse(here);
    }
    return true;
  }

  private boolean isChanged(Objects objects, CommitNode commit) throws IOException {
    if (path.isRoot() || commit.parents().isEmpty()) {
      for (var parent : commit.parents()) {
        add(objects, parent);
      }
      return path.isRoot() || objects.find(commit, path).isPresent();
    }
    for (var id : commit.parents()) {
      if (isSame(objects, commit, objects.commit(id))) {
        add(objects, id);
        return false;
      }
    }
    for (var parent : commit.parents()) {
      add(objects, parent);
    }
    return true;
  }

  private boolean isSame(Objects objects, CommitNode commit, CommitNode parent) throws IOException {
    return commit.parents().getFirst().equals(parent.id()) && !objects.mayHaveChanged(commit, path)
        || objects.haveSame(commit, parent, path);
  }

  private void add(Objects objects, ObjectId commit) throws IOException {
    if (seen.add(commit)) {
      waiting.add(new Waiting(objects.commit(commit), turns++));
    }
  }
}
