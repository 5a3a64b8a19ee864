package dev.codeintel.git;

import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.util.RawParseUtils;

/**
 * A commit as a walk through history needs it: what it follows, when, and with which files.
 * Immutable; shared by calls.
 *
 * @param parents in their order; empty for a first commit and where a shallow clone ends
 * @param time of the commit, in seconds since 1970
 */
record CommitNode(ObjectId id, ObjectId tree, List<ObjectId> parents, long time) {

  private static final byte[] TREE = Constants.encodeASCII("tree ");
  private static final byte[] PARENT = Constants.encodeASCII("parent ");
  private static final int TREE_BYTES = TREE.length + Constants.OBJECT_ID_STRING_LENGTH + 1;

  /**
   * Reads a commit's headers.
   *
   * @param bytes canonical form of the commit
   */
  static CommitNode parse(ObjectId id, byte[] bytes) throws CorruptObjectException {
    if (bytes.length < TREE_BYTES || RawParseUtils.match(bytes, 0, TREE) < 0) {
      throw new CorruptObjectException(id, "a commit names no tree");
    }
    var tree = ObjectId.fromString(bytes, TREE.length);
    var parents = new ArrayList<ObjectId>();
    var at = TREE_BYTES;
    while (RawParseUtils.match(bytes, at, PARENT) >= 0
        && at + PARENT.length + Constants.OBJECT_ID_STRING_LENGTH < bytes.length) {
      parents.add(ObjectId.fromString(bytes, at + PARENT.length));
      at += PARENT.length + Constants.OBJECT_ID_STRING_LENGTH + 1;
    }
    return new CommitNode(id, tree, List.copyOf(parents), time(bytes, at));
  }

  /** Zero where there is no date, as for git. */
  private static long time(byte[] bytes, int from) {
    var committer = RawParseUtils.committer(bytes, from);
    if (committer < 0) {
      return 0;
    }
    var line = RawParseUtils.nextLF(bytes, committer);
    var mail = line - 1;
    while (mail > committer && bytes[mail] != '>') {
      mail--;
    }
    return mail == committer ? 0 : RawParseUtils.parseLongBase10(bytes, mail + 1, null);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CommitNode node && id.equals(node.id);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }
}
