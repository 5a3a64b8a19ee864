package dev.codeintel.git;

import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;

/**
 * What a commit has under a path.
 *
 * @param mode git's mode bits: file, link, folder or submodule
 * @param id of the blob, of the tree, or of the submodule's commit
 */
record TreeEntry(int mode, ObjectId id) {

  boolean isFile() {
    return FileMode.REGULAR_FILE.equals(mode) || FileMode.EXECUTABLE_FILE.equals(mode);
  }

  boolean isLink() {
    return FileMode.SYMLINK.equals(mode);
  }

  boolean isFolder() {
    return FileMode.TREE.equals(mode);
  }

  boolean isSubmodule() {
    return FileMode.GITLINK.equals(mode);
  }
}
