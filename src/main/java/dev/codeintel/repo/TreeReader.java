package dev.codeintel.repo;

import dev.codeintel.config.Limits;
import dev.codeintel.repo.text.TextBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads many files of a work tree. Folders are opened from the root down, one below the other, no
 * link followed, so that nobody can lead it out by swapping a folder for a link; they stay open
 * while the next file lies in them too, so that files in the order of {@link PathOrder} cost least.
 * For one thread.
 */
final class TreeReader implements AutoCloseable {

  private static final int PIECE_BYTES = 64 << 10;
  private static final Set<OpenOption> READ =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

  private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
  private final Path root;

  /** The root, and the folders below it that lead to the last file. */
  private final List<SecureDirectoryStream<Path>> open = new ArrayList<>();

  /** The names of the open folders below the root. */
  private final List<String> names = new ArrayList<>();

  TreeReader(Path root) {
    this.root = root;
  }

  /**
   * Reads a file into a buffer.
   *
   * @param path of a listing
   * @return why it was not read; empty when it was
   */
  Optional<SkipReason> read(String path, TextBuffer into) {
    try {
      var folder = folder(path);
      var name = Path.of(path.substring(path.lastIndexOf('/') + 1));
      var attributes =
          folder
              .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
              .readAttributes();
      if (!attributes.isRegularFile()) { // a pipe would block
        return Optional.of(SkipReason.UNREADABLE);
      }
      if (attributes.size() > Limits.FILE_BYTES_MAX) {
        return Optional.of(SkipReason.TOO_LARGE);
      }
      try (var channel = folder.newByteChannel(name, READ)) {
        return read(channel, into);
      }
    } catch (IOException e) {
      return Optional.of(SkipReason.UNREADABLE);
    }
  }

  private Optional<SkipReason> read(SeekableByteChannel channel, TextBuffer into)
      throws IOException {
    into.room(PIECE_BYTES);
    var size = 0;
    while (true) {
      piece.clear();
      var count = channel.read(piece);
      if (count < 0) {
        break;
      }
      if (size + count > Limits.FILE_BYTES_MAX) {
        return Optional.of(SkipReason.TOO_LARGE);
      }
      piece.flip().get(into.moreRoom(size + count), size, count);
      size += count;
    }
    return into.take(size) ? Optional.empty() : Optional.of(SkipReason.BINARY);
  }

  /** Opens the folder of a file, from the first one on that it does not share with the last. */
  private SecureDirectoryStream<Path> folder(String path) throws IOException {
    if (open.isEmpty()) {
      open.add(secured(Files.newDirectoryStream(root)));
    }
    var depth = 0;
    var start = 0;
    for (var slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', start)) {
      var isOpen =
          depth < names.size()
              && names.get(depth).length() == slash - start
              && path.startsWith(names.get(depth), start);
      if (!isOpen) {
        leave(depth);
        var name = path.substring(start, slash);
        open.add(
            secured(open.getLast().newDirectoryStream(Path.of(name), LinkOption.NOFOLLOW_LINKS)));
        names.add(name);
      }
      depth++;
      start = slash + 1;
    }
    leave(depth);
    return open.getLast();
  }

  private static SecureDirectoryStream<Path> secured(java.nio.file.DirectoryStream<Path> stream)
      throws IOException {
    if (stream instanceof SecureDirectoryStream<Path> secure) {
      return secure;
    }
    stream.close();
    throw new NotDirectoryException("the file system has no secure folders");
  }

  /** Closes the folders below a depth. */
  private void leave(int depth) throws IOException {
    while (names.size() > depth) {
      names.removeLast();
      open.removeLast().close();
    }
  }

  @Override
  public void close() throws IOException {
    leave(0);
    if (!open.isEmpty()) {
      open.removeLast().close();
    }
  }
}
