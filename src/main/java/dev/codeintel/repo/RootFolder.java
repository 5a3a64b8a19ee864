package dev.codeintel.repo;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * The top folder of a work tree: the one door through which the files in it are looked at.
 *
 * <p>A path is first found ({@link #resolve}: links may lead anywhere inside), and then opened part
 * by part from the root without following any link, so that whatever is swapped meanwhile, nothing
 * outside is ever opened, and nothing that is no regular file. Where the root itself, or a folder
 * above it, comes to be a link, nothing is opened at all. Safe for use by any thread.
 */
final class RootFolder {

  private final Path root;
  private final Opener opener;

  /** Which folder lay at the root when the way to it was last seen to have no links. */
  private volatile Object identity;

  /**
   * @param root a real path
   */
  RootFolder(Path root) {
    this(root, OpenFolder::at);
  }

  /**
   * @param opener opens the root; the same that {@link OpenFolder#at} says
   */
  RootFolder(Path root, Opener opener) {
    this.root = root;
    this.opener = opener;
  }

  /** Opens a folder by its path. */
  interface Opener {
    OpenFolder at(Path folder) throws IOException;
  }

  /** The real path that it had when it was opened. */
  Path path() {
    return root;
  }

  /** See {@link Workspace#checked}. */
  static String checked(String relative) {
    if (relative.length() > Limits.PATH_CHARS_MAX) {
      throw outside(relative.substring(0, 60) + "...", "is longer than " + Limits.PATH_CHARS_MAX);
    }
    if (relative.indexOf('\0') >= 0) {
      throw outside(relative.replace('\0', '?'), "holds a NUL character");
    }
    if (relative.indexOf('\\') >= 0) {
      throw outside(relative, "holds a backslash; parts are joined by '/'");
    }
    if (relative.startsWith("/") || relative.matches("[A-Za-z]:/.*")) {
      throw outside(relative, "is absolute");
    }
    var path = relative;
    while (path.startsWith("./")) {
      path = path.substring(2);
    }
    if (path.endsWith("/")) {
      path = path.substring(0, path.length() - 1);
    }
    if (path.isEmpty() || path.equals(".")) {
      return "";
    }
    for (var segment : path.split("/", -1)) {
      if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
        throw outside(relative, "has a part that is empty, '.' or '..'");
      }
      if (GitName.isGit(segment)) {
        throw outside(relative, "lies in git's own folder");
      }
    }
    return path;
  }

  /** See {@link Workspace#resolve}. */
  Path resolve(String relative) {
    var path = checked(relative);
    try {
      var real = root.resolve(path).toRealPath();
      if (!real.startsWith(root) || entersGit(root.relativize(real))) {
        throw outside(relative, "is a link that leaves the repository");
      }
      return real;
    } catch (NoSuchFileException e) {
      throw notFound(path, "does not exist");
    } catch (IOException | InvalidPathException e) {
      throw notFound(path, "cannot be reached (" + e.getClass().getSimpleName() + ")");
    }
  }

  /** See {@link Workspace#open}. */
  OpenedFile open(String relative) {
    var path = checked(relative);
    try {
      return openExactly(path);
    } catch (IOException | InvalidPathException e) {
      return openResolved(path); // a link, or nothing: who knows which says so
    }
  }

  private OpenedFile openResolved(String path) {
    var real = root.relativize(resolve(path)).toString();
    try {
      return openExactly(real);
    } catch (OpenFolder.NotRegular e) {
      if (!e.isLink()) {
        throw new CodeintelException(
            ErrorCode.NOT_A_FILE,
            "%s is not a file. Use list_paths to see what it holds.".formatted(path));
      }
      throw unreadable(path, e); // it was swapped
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  /**
   * Opens a regular file.
   *
   * @param path checked; no part of it may be a link
   * @throws OpenFolder.NotRegular where it is something else
   */
  OpenedFile openExactly(String path) throws IOException {
    try (var folder = folder(parent(path))) {
      return path.isEmpty()
          ? throwNotRegular(folder)
          : folder.file(path.substring(path.lastIndexOf('/') + 1), path);
    }
  }

  private static OpenedFile throwNotRegular(OpenFolder folder) throws IOException {
    throw new OpenFolder.NotRegular("", folder.attributes());
  }

  /**
   * What lies at a path.
   *
   * @param path checked; no part of it but the last may be a link
   */
  BasicFileAttributes attributes(String path) throws IOException {
    try (var folder = folder(parent(path))) {
      return path.isEmpty()
          ? folder.attributes()
          : folder.attributes(path.substring(path.lastIndexOf('/') + 1));
    }
  }

  /** The bytes of a regular file to which no link leads; empty where there is none. */
  Optional<byte[]> bytes(String path, long limit) throws IOException {
    try (var file = openExactly(path)) {
      return Optional.of(file.read(limit));
    } catch (NoSuchFileException | NotDirectoryException | OpenFolder.NotRegular e) {
      return Optional.empty();
    }
  }

  /**
   * Opens a folder; the caller closes it.
   *
   * @param path checked; no part of it may be a link; empty for the root
   */
  OpenFolder folder(String path) throws IOException {
    return path.isEmpty() ? open() : descend(open(), path.split("/"));
  }

  private OpenFolder open() throws IOException {
    var folder = opener.at(root);
    try {
      requireRoot(folder.attributes().fileKey());
      return folder;
    } catch (IOException e) {
      folder.close();
      throw e;
    }
  }

  /** Another folder than before, such as a fresh clone, counts where no link leads to it. */
  private void requireRoot(Object key) throws IOException {
    if (key.equals(identity)) {
      return;
    }
    try (var again = opener.at(root)) {
      if (!root.toRealPath().equals(root) || !key.equals(again.attributes().fileKey())) {
        throw new NotDirectoryException(root.toString());
      }
    }
    identity = key;
  }

  /** Goes down from a folder, which is closed. */
  private static OpenFolder descend(OpenFolder from, String[] names) throws IOException {
    var folder = from;
    for (var name : names) {
      try (var above = folder) {
        folder = above.folder(name);
      }
    }
    return folder;
  }

  private static String parent(String path) {
    return path.substring(0, Math.max(0, path.lastIndexOf('/')));
  }

  private static boolean entersGit(Path relative) {
    for (var segment : relative) {
      if (GitName.isGit(segment.toString())) {
        return true;
      }
    }
    return false;
  }

  static CodeintelException outside(String path, String why) {
    return new CodeintelException(
        ErrorCode.PATH_OUTSIDE_REPOSITORY,
        "Path '%s' %s. Give a path inside the repository, such as 'src/main.py'."
            .formatted(path, why));
  }

  static CodeintelException unreadable(String path, IOException e) {
    return notFound(path, "cannot be read (" + e.getClass().getSimpleName() + ")");
  }

  private static CodeintelException notFound(String path, String why) {
    return new CodeintelException(
        ErrorCode.PATH_NOT_FOUND,
        "%s %s. Use list_paths to see which files there are.".formatted(path, why));
  }
}
