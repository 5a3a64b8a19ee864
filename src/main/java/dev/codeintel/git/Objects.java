package dev.codeintel.git;

import dev.codeintel.ops.CancelToken;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;

/**
 * Reads a repository on behalf of one call, and looks at the call's token before each read. Belongs
 * to one thread; JGit's readers may not be shared.
 *
 * <p>Following a path through a history asks for the same folders again and again, because most
 * commits leave most of them alone; so what was found in a tree is kept for the call.
 */
final class Objects implements AutoCloseable {

  private static final int FOUND_MAX = 200_000;

  private final CancelToken cancel;
  private final ObjectReader reader;
  private final RevWalk walk;
  private final Map<Name, Optional<TreeEntry>> found = new HashMap<>();

  private long reads;

  /** A name in a tree. */
  private record Name(ObjectId tree, GitPath name) {}

  Objects(Repository repository, CancelToken cancel) {
    this.cancel = cancel;
    this.reader = repository.newObjectReader();
    this.walk = new RevWalk(reader);
    walk.setRetainBody(false);
  }

  CancelToken cancel() {
    return cancel;
  }

  /** How many objects were read; what was found again without reading does not count. */
  long reads() {
    return reads;
  }

  ObjectReader reader() {
    return reader;
  }

  /** A commit with its parents, time and tree; the same object for the same id. */
  RevCommit commit(ObjectId id) throws IOException {
    var commit = walk.lookupCommit(id);
    if (commit.getTree() == null) {
      count();
      walk.parseHeaders(commit);
    }
    return commit;
  }

  /** The canonical bytes of a commit. */
  byte[] commitBytes(ObjectId id) throws IOException {
    count();
    return reader.open(id, Constants.OBJ_COMMIT).getCachedBytes();
  }

  /** What a commit has under a path; the root is its tree. */
  Optional<TreeEntry> find(RevCommit commit, GitPath path) throws IOException {
    var at = Optional.of(new TreeEntry(FileMode.TREE.getBits(), commit(commit).getTree()));
    var bytes = path.bytes();
    for (var start = 0; start < bytes.length && at.isPresent(); ) {
      var end = start;
      while (end < bytes.length && bytes[end] != '/') {
        end++;
      }
      at =
          at.get().isFolder()
              ? find(at.get().id(), GitPath.of(Arrays.copyOfRange(bytes, start, end)))
              : Optional.empty();
      start = end + 1;
    }
    return at;
  }

  private Optional<TreeEntry> find(ObjectId tree, GitPath name) throws IOException {
    var key = new Name(tree, name);
    var known = found.get(key);
    if (known == null) {
      known = Tree.find(tree(tree), name.bytes());
      if (found.size() >= FOUND_MAX) {
        found.clear();
      }
      found.put(key, known);
    }
    return known;
  }

  /** The canonical bytes of a tree, see {@link Tree}. */
  byte[] tree(ObjectId id) throws IOException {
    count();
    return reader.open(id, Constants.OBJ_TREE).getCachedBytes();
  }

  /** How many bytes a blob has. */
  long size(ObjectId blob) throws IOException {
    count();
    return reader.getObjectSize(blob, Constants.OBJ_BLOB);
  }

  /**
   * The content of a blob.
   *
   * @throws org.eclipse.jgit.errors.LargeObjectException when it has more than {@code bytesMax}
   */
  byte[] blob(ObjectId id, int bytesMax) throws IOException {
    count();
    return reader.open(id, Constants.OBJ_BLOB).getBytes(bytesMax);
  }

  /**
   * Whether a commit may have changed a path against its first parent. A no is certain and cost no
   * look at a tree; where no filter is at hand, all may have changed.
   */
  boolean mayHaveChanged(RevCommit commit, GitPath path) throws IOException {
    if (commit.getParentCount() == 0) {
      return true;
    }
    var filter = commit.getChangedPathFilter(walk);
    return filter == null || filter.maybeContains(path.bytes());
  }

  private void count() {
    cancel.check();
    reads++;
  }

  @Override
  public void close() {
    walk.close(); // closes the reader too
  }
}
