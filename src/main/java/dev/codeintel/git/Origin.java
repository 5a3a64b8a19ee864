package dev.codeintel.git;

import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;

/** A file in a commit, and the lines that it is suspected to have brought. */
final class Origin {

  private static final int SHORT_DIGITS = 8;

  private final CommitNode commit;
  private final GitPath path;
  private final ObjectId blob;

  private List<Span> suspected = new ArrayList<>();

  Origin(CommitNode commit, GitPath path, ObjectId blob) {
    this.commit = commit;
    this.path = path;
    this.blob = blob;
  }

  /** The file that a commit has under a path; empty where there is none, or no file. */
  static Optional<Origin> find(Objects objects, CommitNode commit, GitPath path)
      throws IOException {
    return objects
        .find(commit, path)
        .filter(TreeEntry::isFile)
        .map(entry -> new Origin(commit, path, entry.id()));
  }

  /**
   * The file that a commit must have under a path.
   *
   * @throws CodeintelException {@code path-not-found}, {@code not-a-file}, {@code
   *     git-operation-failed} in a submodule
   */
  static Origin require(Objects objects, CommitNode commit, GitPath path) throws IOException {
    var file = find(objects, commit, path);
    if (file.isEmpty()) {
      refuseInSubmodule(objects, commit, path);
      throw absent(objects.find(commit, path), commit, path);
    }
    return file.get();
  }

  /**
   * @throws CodeintelException {@code git-operation-failed} when another repository has the file
   */
  static void refuseInSubmodule(Objects objects, CommitNode commit, GitPath path)
      throws IOException {
    for (var folder : path.folders()) {
      if (objects.find(commit, folder).filter(TreeEntry::isSubmodule).isPresent()) {
        throw new CodeintelException(
            ErrorCode.GIT_OPERATION_FAILED,
            "%s lies in the submodule %s, which has a history of its own. Ask a server that has that folder as its repository."
                .formatted(path, folder));
      }
    }
  }

  private static CodeintelException absent(
      Optional<TreeEntry> entry, CommitNode commit, GitPath path) {
    var id = commit.id().abbreviate(SHORT_DIGITS).name();
    if (entry.isEmpty()) {
      return new CodeintelException(
          ErrorCode.PATH_NOT_FOUND,
          "%s is not in commit %s. Use file_history to see where it was.".formatted(path, id));
    }
    var kind =
        entry.get().isFolder()
            ? "a folder"
            : entry.get().isLink() ? "a symbolic link" : "a submodule";
    return new CodeintelException(
        ErrorCode.NOT_A_FILE,
        "%s is %s in commit %s, not a file. Give the path of a file.".formatted(path, kind, id));
  }

  CommitNode commit() {
    return commit;
  }

  GitPath path() {
    return path;
  }

  ObjectId blob() {
    return blob;
  }

  /** The lines that may come from here; their source is this file. */
  List<Span> suspected() {
    return suspected;
  }

  void suspect(List<Span> more) {
    more.forEach(span -> Span.append(suspected, span));
  }

  /** What is left when others have been found to explain the rest. */
  void keep(List<Span> left) {
    suspected = left;
  }

  /** Whether every line that was suspected to come from here has been explained. */
  boolean isSettled() {
    return suspected.isEmpty();
  }
}
