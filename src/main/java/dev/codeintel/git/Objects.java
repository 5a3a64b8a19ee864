package dev.codeintel.git;

import dev.codeintel.ops.CancelToken;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.errors.LargeObjectException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;

/**
 * Reads a repository on behalf of one call, and looks at the call's token before each read. Belongs
 * to one thread; JGit's readers may not be shared.
 *
 * <p>Following a path through a history asks for the same commits and folders again and again, most
 * of which no commit in between has touched; so what was found is kept in {@link KnownObjects}.
 * Commits come out of the commit-graph where there is one: JGit's own walk inflates each one even
 * then.
 */
final class Objects implements AutoCloseable {

  private final KnownObjects known;
  private final CommitGraphFile graph;
  private final Set<ObjectId> shallow;
  private final CancelToken cancel;
  private final ObjectReader reader;

  private long reads;

  /**
   * @param known what earlier calls found
   * @param graph of the commits; {@link CommitGraphFile#NONE} to read each commit itself
   */
  Objects(Repository repository, KnownObjects known, CommitGraphFile graph, CancelToken cancel)
      throws IOException {
    this.known = known;
    this.graph = graph;
    this.cancel = cancel;
    this.reader = repository.newObjectReader();
    this.shallow = reader.getShallowCommits();
  }

  /** Knows nothing before. */
  Objects(Repository repository, CancelToken cancel) throws IOException {
    this(repository, new KnownObjects(), CommitGraphFile.NONE, cancel);
  }

  KnownObjects known() {
    return known;
  }

  CancelToken cancel() {
    return cancel;
  }

  /** How many objects were read; what was known does not count. */
  long reads() {
    return reads;
  }

  /** The commits at which a shallow clone ends; their parents are not there. */
  Set<ObjectId> shallow() {
    return shallow;
  }

  /** A commit; one at which a shallow clone ends has no parents. */
  CommitNode commit(ObjectId id) throws IOException {
    var commit = known.commit(id);
    if (commit == null) {
      commit = read(id);
      known.add(commit);
    }
    return shallow.contains(id)
        ? new CommitNode(commit.id(), commit.tree(), List.of(), commit.time())
        : commit;
  }

  private CommitNode read(ObjectId id) throws IOException {
    cancel.check();
    var position = graph.findGraphPosition(id);
    if (position < 0) {
      return CommitNode.parse(id.copy(), commitBytes(id));
    }
    var data = graph.getCommitData(position);
    var parents = new ObjectId[data.getParents().length];
    for (var at = 0; at < parents.length; at++) { // a stream here was a fifth of a walk's time
      parents[at] = graph.getObjectId(data.getParents()[at]);
    }
    return new CommitNode(id.copy(), data.getTree(), List.of(parents), data.getCommitTime());
  }

  /** The canonical bytes of a commit. */
  byte[] commitBytes(ObjectId id) throws IOException {
    count();
    return reader.open(id, Constants.OBJ_COMMIT).getCachedBytes();
  }

  /** What a commit has under a path; the root is its tree. */
  Optional<TreeEntry> find(CommitNode commit, GitPath path) throws IOException {
    var at = root(commit);
    for (var name : path.names()) {
      at = below(at, name);
    }
    return at;
  }

  /**
   * Whether two commits have the same under a path, be it nothing. Looks no deeper than to the
   * first folder that is the same in both.
   */
  boolean haveSame(CommitNode one, CommitNode other, GitPath path) throws IOException {
    var here = root(one);
    var there = root(other);
    for (var name : path.names()) {
      if (here.equals(there)) {
        return true;
      }
      here = below(here, name);
      there = below(there, name);
    }
    return here.equals(there);
  }

  private static Optional<TreeEntry> root(CommitNode commit) {
    return Optional.of(new TreeEntry(FileMode.TREE.getBits(), commit.tree()));
  }

  private Optional<TreeEntry> below(Optional<TreeEntry> folder, GitPath name) throws IOException {
    return folder.isPresent() && folder.get().isFolder()
        ? find(folder.get().id(), name)
        : Optional.empty();
  }

  private Optional<TreeEntry> find(ObjectId tree, GitPath name) throws IOException {
    var key = new KnownObjects.Name(tree, name);
    var entry = known.entry(key);
    if (entry == null) {
      entry = Tree.find(tree(tree), name.bytes());
      known.add(key, entry);
    }
    return entry;
  }

  /** The canonical bytes of a tree, see {@link Tree}. */
  byte[] tree(ObjectId id) throws IOException {
    count();
    return reader.open(id, Constants.OBJ_TREE).getCachedBytes();
  }

  /** How many bytes a blob has. */
  long size(ObjectId blob) throws IOException {
    count();
    // Of what is said to be a blob JGit first asks the pack that it used last, be that gone or not.
    return reader.getObjectSize(blob, ObjectReader.OBJ_ANY);
  }

  /**
   * The content of a blob.
   *
   * @throws org.eclipse.jgit.errors.LargeObjectException when it has more than {@code bytesMax}
   */
  byte[] blob(ObjectId id, int bytesMax) throws IOException {
    // JGit puts together all of a blob that is kept as a delta before it looks at the limit.
    var size = size(id);
    if (size > bytesMax) {
      throw new LargeObjectException.ExceedsLimit(bytesMax, size);
    }
    count();
    return reader.open(id, Constants.OBJ_BLOB).getBytes(bytesMax);
  }

  /**
   * Whether a commit may have changed a path against its first parent. A no is certain and cost no
   * look at a tree; where no filter is at hand, all may have changed.
   */
  boolean mayHaveChanged(CommitNode commit, GitPath path) {
    if (commit.parents().isEmpty() || path.isRoot()) {
      return true;
    }
    return graph.mayHaveChanged(graph.findGraphPosition(commit.id()), path.bytes());
  }

  private void count() {
    cancel.check();
    reads++;
  }

  @Override
  public void close() {
    reader.close();
  }
}
