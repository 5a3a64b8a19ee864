package dev.codeintel.git;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.UUID;

/**
 * A folder of our own data that only its owner may look into. Files appear in it whole, by one
 * rename; what a killed process left half written is removed later. Safe for use by any thread and
 * process.
 */
record PrivateFolder(Path path) {

  private static final String PARTIAL = ".partial";

  /** So old that no living process writes it any more. */
  private static final int PARTIAL_SECONDS_MAX = 3_600;

  /** Where one kind of knowledge about a repository lies. */
  static PrivateFolder of(Path dataDirectory, String repositoryId) {
    return new PrivateFolder(dataDirectory.resolve("repos").resolve(repositoryId).resolve("git"));
  }

  PrivateFolder child(String name) {
    return new PrivateFolder(path.resolve(name));
  }

  Path file(String name) {
    return path.resolve(name);
  }

  void create() throws IOException {
    Files.createDirectories(
        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /** A name for what is being written. */
  Path partial() throws IOException {
    create();
    return path.resolve(UUID.randomUUID() + PARTIAL);
  }

  /**
   * Makes a file appear, or nothing, whenever the process ends. Not forced to the disk: after a
   * power failure it may be damaged.
   */
  void write(String name, byte[] bytes) throws IOException {
    var partial = partial();
    try {
      try (var channel =
          FileChannel.open(partial, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        var buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
      }
      publish(partial, name);
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  /** Gives a file that was written its name; one of that name is replaced. */
  void publish(Path partial, String name) throws IOException {
    Files.move(partial, file(name), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Removes what others began to write and never finished. */
  void removeLeftovers() throws IOException {
    removeLeftovers(Instant.now().minusSeconds(PARTIAL_SECONDS_MAX));
  }

  /** Removes all that is half written: for the one who alone may write here. */
  void removeAllLeftovers() throws IOException {
    removeLeftovers(Instant.MAX);
  }

  private void removeLeftovers(Instant before) throws IOException {
    try (var files = Files.newDirectoryStream(path, "*" + PARTIAL)) {
      for (var file : files) {
        if (Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
          Files.deleteIfExists(file);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }
}
