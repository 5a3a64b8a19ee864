package dev.codeintel.repo;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * A regular file of the work tree, open for reading. Whoever has it closes it.
 *
 * @param path of the file itself, relative to the root: a link that was asked for was followed
 * @param attributes as they were when it was opened
 * @param channel at its start
 */
public record OpenedFile(String path, BasicFileAttributes attributes, SeekableByteChannel channel)
    implements Closeable {

  /**
   * Reads from where the channel is.
   *
   * @return what is left of the file; limit + 1 bytes where that is more
   */
  public byte[] read(long limit) throws IOException {
    return Channels.newInputStream(channel).readNBytes(Math.toIntExact(limit + 1));
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(path, e); // nothing was written, so nothing is lost
    }
  }
}
