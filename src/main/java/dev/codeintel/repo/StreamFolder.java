package dev.codeintel.repo;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A folder as plain Java holds one open, for systems other than Linux. No link is followed, ever.
 * But Java looks first and opens then, and opening cannot be told not to wait: a pipe that comes to
 * lie at a name in the moment between holds its reader until somebody writes into it.
 */
final class StreamFolder implements OpenFolder {

  private static final Set<OpenOption> READING =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

  private final SecureDirectoryStream<Path> stream;

  private StreamFolder(SecureDirectoryStream<Path> stream) {
    this.stream = stream;
  }

  static StreamFolder at(Path folder) throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      throw new NotDirectoryException(folder.toString());
    }
    var before = Files.readAttributes(folder, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    var stream = Files.newDirectoryStream(folder);
    if (stream instanceof SecureDirectoryStream<Path> secure) {
      var opened = new StreamFolder(secure);
      if (opened.attributes().fileKey().equals(before.fileKey())) {
        return opened;
      }
    }
    stream.close();
    throw new NotDirectoryException(folder.toString()); // or this system has no such streams
  }

  @Override
  public BasicFileAttributes attributes() throws IOException {
    return stream.getFileAttributeView(BasicFileAttributeView.class).readAttributes();
  }

  @Override
  public BasicFileAttributes attributes(String name) throws IOException {
    return stream
        .getFileAttributeView(path(name), BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .readAttributes();
  }

  @Override
  public OpenFolder folder(String name) throws IOException {
    if (!attributes(name).isDirectory()) {
      throw new NotDirectoryException(name);
    }
    return new StreamFolder(stream.newDirectoryStream(path(name), LinkOption.NOFOLLOW_LINKS));
  }

  @Override
  public OpenedFile file(String name, String path) throws IOException {
    var attributes = attributes(name);
    if (!attributes.isRegularFile()) {
      throw new NotRegular(name, attributes);
    }
    return new OpenedFile(path, attributes, stream.newByteChannel(path(name), READING));
  }

  @Override
  public void forEachEntry(Consumer<Path> visitor) throws IOException {
    try {
      stream.forEach(visitor);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private static Path path(String name) throws IOException {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw new NoSuchFileException(name, null, e.getMessage());
    }
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
