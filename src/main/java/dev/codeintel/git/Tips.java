package dev.codeintel.git;

import dev.codeintel.ops.CancelToken;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.internal.storage.commitgraph.CommitGraph;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;

/**
 * The commits from which history is read: those of HEAD, branches, remote branches and tags.
 *
 * @param commits without doubles
 * @param digest changes when they do
 */
record Tips(Set<ObjectId> commits, ObjectId digest) {

  private static final List<String> REFS = List.of("refs/heads/", "refs/remotes/", "refs/tags/");

  static Tips of(Repository repository) throws IOException {
    var ids = new TreeSet<ObjectId>();
    for (var prefix : REFS) {
      for (var ref : repository.getRefDatabase().getRefsByPrefix(prefix)) {
        if (ref.getObjectId() != null) {
          ids.add(ref.getObjectId());
        }
      }
    }
    var head = repository.resolve(Constants.HEAD);
    if (head != null) {
      ids.add(head);
    }
    return new Tips(commits(repository, ids), digest(ids));
  }

  /** Of tags what they name; what is no commit, or is not there, is left out. */
  private static Set<ObjectId> commits(Repository repository, Set<ObjectId> ids)
      throws IOException {
    var commits = new TreeSet<ObjectId>();
    try (var walk = new RevWalk(repository)) {
      walk.setRetainBody(false);
      for (var id : ids) {
        try {
          commits.add(walk.parseCommit(id).copy());
        } catch (MissingObjectException | IncorrectObjectTypeException e) {
          continue; // a tag of a tree; a promised object
        }
      }
    }
    return commits;
  }

  private static ObjectId digest(Set<ObjectId> ids) {
    var bytes = new byte[ids.size() * Constants.OBJECT_ID_LENGTH];
    var at = 0;
    for (var id : ids) {
      id.copyRawTo(bytes, at);
      at += Constants.OBJECT_ID_LENGTH;
    }
    try (var formatter = new ObjectInserter.Formatter()) {
      return formatter.idFor(Constants.OBJ_BLOB, bytes);
    }
  }

  /**
   * How many commits a graph lacks.
   *
   * @param enough where to stop counting
   */
  long missing(Repository repository, CommitGraph graph, long enough, CancelToken cancel)
      throws IOException {
    var seen = new HashSet<ObjectId>();
    var waiting = new ArrayDeque<ObjectId>();
    try (var reader = repository.newObjectReader()) {
      waiting.addAll(commits);
      while (!waiting.isEmpty() && seen.size() < enough) {
        cancel.check();
        var id = waiting.remove();
        if (graph.findGraphPosition(id) < 0 && seen.add(id)) {
          var bytes = reader.open(id, Constants.OBJ_COMMIT).getCachedBytes();
          waiting.addAll(CommitNode.parse(id, bytes).parents());
        }
      }
    }
    return seen.size();
  }
}
