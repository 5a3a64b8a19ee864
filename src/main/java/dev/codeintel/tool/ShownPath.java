package dev.codeintel.tool;

import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.repo.OpenedFile;
import dev.codeintel.repo.Workspace;

/**
 * The path that a call asks about, in the form of {@link Workspace#checked}: refused where {@code
 * .codeintelignore} names it, whichever revision the call asks for, because what shall not be shown
 * now was no less private then.
 */
final class ShownPath {

  private ShownPath() {}

  /**
   * A file or folder of any revision.
   *
   * @throws CodeintelException {@code path-outside-repository}, {@code path-not-found} when hidden
   */
  static String of(Workspace workspace, String given) {
    var path = Workspace.checked(given);
    refuseHidden(workspace, path, path);
    return path;
  }

  /**
   * A file or folder on disk. A link is refused for what it leads to, too.
   *
   * @throws CodeintelException as above, and where there is none
   */
  static String onDisk(Workspace workspace, String given) {
    var path = of(workspace, given);
    var real = workspace.root().relativize(workspace.resolve(path)).toString();
    refuseHidden(workspace, real, path);
    return path;
  }

  /**
   * Opens a file on disk. A link is refused for what it leads to, too.
   *
   * @throws CodeintelException as above, and as {@link Workspace#open}
   */
  static OpenedFile open(Workspace workspace, String given) {
    var path = of(workspace, given);
    var file = workspace.open(path);
    try {
      refuseHidden(workspace, file.path(), path);
      return file;
    } catch (CodeintelException e) {
      file.close();
      throw e;
    }
  }

  private static void refuseHidden(Workspace workspace, String path, String given) {
    var rules = workspace.ignoreRules();
    if (path.isEmpty()) {
      return;
    }
    // Of what is gone from the disk nobody knows whether it was a folder.
    if (rules.hidden(path) || workspace.look(path).isEmpty() && rules.hiddenFolder(path)) {
      throw new CodeintelException(
          ErrorCode.PATH_NOT_FOUND,
          "%s is named by .codeintelignore, so no tool shows it. Use list_paths to see what there is."
              .formatted(given));
    }
  }
}
