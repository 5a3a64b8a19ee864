package dev.codeintel.repo;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.Consumer;

/**
 * A folder that is held open: what is asked of it is asked of this very folder, whatever has come
 * to lie at its path since. Names are single parts of a path; no link is followed, and nothing is
 * opened that is neither a folder nor a regular file. For one thread; but others may open folders
 * in it as long as that one keeps it open.
 */
sealed interface OpenFolder extends Closeable permits DescriptorFolder, StreamFolder {

  /**
   * Opens a folder by its path. Links above it are followed.
   *
   * @throws IOException where there is none, or a link
   */
  static OpenFolder at(Path folder) throws IOException {
    return DescriptorFolder.AVAILABLE ? DescriptorFolder.at(folder) : StreamFolder.at(folder);
  }

  /** What it is like; {@link BasicFileAttributes#fileKey()} says which folder it is. */
  BasicFileAttributes attributes() throws IOException;

  /** What an entry is like; a link is one. */
  BasicFileAttributes attributes(String name) throws IOException;

  /**
   * Opens a folder in this one.
   *
   * @throws IOException where there is none, or a link
   */
  OpenFolder folder(String name) throws IOException;

  /**
   * Opens a regular file in this folder for reading.
   *
   * @param path under which it will be known
   * @throws NotRegular where something else lies, which is not opened
   */
  OpenedFile file(String name, String path) throws IOException;

  /**
   * Calls back with each entry, in no order; only its name counts. Can be asked for once.
   *
   * @throws IOException where the folder may not be read
   */
  void forEachEntry(Consumer<Path> visitor) throws IOException;

  /** What should be a file is none. */
  final class NotRegular extends FileSystemException {

    private static final long serialVersionUID = 1;

    private final boolean link;

    NotRegular(String name, BasicFileAttributes attributes) {
      super(name, null, attributes.isSymbolicLink() ? "a link" : "not a regular file");
      this.link = attributes.isSymbolicLink();
    }

    /** Whether it is a link, which may lead to a file. */
    boolean isLink() {
      return link;
    }
  }
}
