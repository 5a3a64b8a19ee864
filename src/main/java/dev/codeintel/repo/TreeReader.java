package dev.codeintel.repo;

import dev.codeintel.config.Limits;
import dev.codeintel.repo.text.TextBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads many files of a work tree. Folders stay open, one below the other, while the next file lies
 * in them too, so that files in the order of {@link PathOrder} cost least. For one thread.
 */
final class TreeReader implements AutoCloseable {

  private static final int PIECE_BYTES = 64 << 10;

  private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
  private final RootFolder root;

  /** The root, and the folders below it that lead to the last file. */
  private final List<OpenFolder> open = new ArrayList<>();

  /** The names of the open folders below the root. */
  private final List<String> names = new ArrayList<>();

  TreeReader(RootFolder root) {
    this.root = root;
  }

  /**
   * Reads a file into a buffer.
   *
   * @param path of a listing
   * @return why it was not read; empty when it was
   */
  Optional<SkipReason> read(String path, TextBuffer into) {
    try (var file = folder(path).file(path.substring(path.lastIndexOf('/') + 1), path)) {
      return file.attributes().size() > Limits.FILE_BYTES_MAX
          ? Optional.of(SkipReason.TOO_LARGE)
          : read(file.channel(), into);
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
  private OpenFolder folder(String path) throws IOException {
    if (open.isEmpty()) {
      open.add(root.folder(""));
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
        open.add(open.getLast().folder(name));
        names.add(name);
      }
      depth++;
      start = slash + 1;
    }
    leave(depth);
    return open.getLast();
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
