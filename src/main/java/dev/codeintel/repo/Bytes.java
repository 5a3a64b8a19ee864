package dev.codeintel.repo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Reading of files that a stranger may have made. */
final class Bytes {

  private Bytes() {}

  /**
   * Reads a file once. The caller has seen that it is a regular file (a pipe would never end).
   *
   * @return its bytes; limit + 1 of them when it is longer, whatever its size was a moment ago
   */
  static byte[] read(Path file, long limit) throws IOException {
    try (var in = Files.newInputStream(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      return in.readNBytes(Math.toIntExact(limit + 1));
    }
  }
}
