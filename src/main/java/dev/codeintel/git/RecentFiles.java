package dev.codeintel.git;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.Log;
import dev.codeintel.repo.Workspace;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import org.eclipse.jgit.errors.InvalidObjectIdException;
import org.eclipse.jgit.errors.LargeObjectException;
import org.eclipse.jgit.lib.ObjectId;

/**
 * The files that the newest commits touched. Of the commits before the one that is checked out,
 * newest first, each is compared with its parent; a merge brings nothing of its own. Belongs to one
 * thread.
 */
public final class RecentFiles {

  private static final Comparator<Waiting> NEWEST_FIRST =
      Comparator.<Waiting>comparingLong(one -> one.commit().time())
          .reversed()
          .thenComparingLong(Waiting::turn);

  /** Trees on the way from the root down are held all at once; what lies deeper is left out. */
  private static final int HELD_BYTES_MAX = 64 << 20;

  private static final byte[] NO_TREE = {};

  private final Objects objects;
  private final PriorityQueue<Waiting> waiting = new PriorityQueue<>(NEWEST_FIRST);
  private final Set<ObjectId> seen = new HashSet<>();
  private final Set<String> found = new LinkedHashSet<>();
  private long heldBytes;

  private record Waiting(CommitNode commit, int turn) {}

  private RecentFiles(Objects objects) {
    this.objects = objects;
  }

  /**
   * Lists them, those of the newest commit first. What cannot be read, or not in the time that
   * {@link Limits} allow, is left out: it is of use, and nobody depends on it.
   *
   * @return paths relative to the root; of files that may be gone; none outside git
   * @throws CodeintelException {@code cancelled}
   */
  public static List<String> of(Workspace workspace, CancelToken cancel) {
    var time = CancelToken.withDeadline(Duration.ofMillis(Limits.RECENT_FILES_MILLIS_MAX));
    try {
      var repository = workspace.repository();
      var head = workspace.headCommit();
      if (repository.isEmpty() || head.isEmpty()) {
        return List.of();
      }
      try (var objects = new Objects(repository.get(), time)) {
        var recent = new RecentFiles(objects);
        recent.walk(ObjectId.fromString(head.get()), cancel);
        return List.copyOf(recent.found);
      }
    } catch (IOException e) {
      return unknown(e);
    } catch (CodeintelException e) {
      cancel.check();
      return unknown(e);
    }
  }

  private static List<String> unknown(Exception e) {
    Log.debug("Recent files are not all known", "reason", e.getMessage());
    return List.of();
  }

  private void walk(ObjectId head, CancelToken cancel) {
    try {
      add(head);
      for (var commits = 0;
          commits < Limits.RECENT_COMMITS_MAX
              && found.size() < Limits.RECENT_FILES_MAX
              && !waiting.isEmpty();
          commits++) {
        cancel.check();
        look(waiting.poll().commit());
      }
    } catch (IOException | InvalidObjectIdException | LargeObjectException e) {
      unknown(e); // a partial clone, damage, or a tree too large for memory
    } catch (CodeintelException e) {
      cancel.check();
      unknown(e); // the time was up
    }
  }

  private void add(ObjectId id) throws IOException {
    if (seen.add(id)) {
      waiting.add(new Waiting(objects.commit(id), seen.size()));
    }
  }

  private void look(CommitNode commit) throws IOException {
    for (var parent : commit.parents()) {
      add(parent);
    }
    if (commit.parents().size() > 1 || objects.shallow().contains(commit.id())) {
      return; // what lies before the end of a shallow clone is not known
    }
    var before =
        commit.parents().isEmpty()
            ? NO_TREE
            : objects.tree(objects.commit(commit.parents().getFirst()).tree());
    compare(before, objects.tree(commit.tree()), GitPath.of(""));
  }

  private void compare(byte[] before, byte[] after, GitPath folder) throws IOException {
    heldBytes += (long) before.length + after.length;
    var old = new Tree(before);
    var now = new Tree(after);
    var hasOld = old.next();
    while (now.next() && found.size() < Limits.RECENT_FILES_MAX) {
      while (hasOld && old.compareTo(now) < 0) {
        hasOld = old.next();
      }
      var was =
          hasOld && old.compareTo(now) == 0
              ? Optional.of(old.entry())
              : Optional.<TreeEntry>empty();
      if (!was.equals(Optional.of(now.entry()))) {
        add(folder.child(now.name()), was, now.entry());
      }
    }
    heldBytes -= (long) before.length + after.length;
  }

  private void add(GitPath path, Optional<TreeEntry> was, TreeEntry now) throws IOException {
    if (path.bytes().length > Limits.PATH_CHARS_MAX) {
      return; // no work tree can have it, and folders in folders would fill the stack
    }
    if (now.isFolder() && heldBytes < HELD_BYTES_MAX) {
      compare(
          was.isPresent() ? objects.tree(was.get().id()) : NO_TREE, objects.tree(now.id()), path);
    } else if (now.isFile()) {
      found.add(path.toString());
    }
  }
}
