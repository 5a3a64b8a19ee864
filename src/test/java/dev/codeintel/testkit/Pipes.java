package dev.codeintel.testkit;

import java.io.IOException;
import java.nio.file.Path;

/** Named pipes, which Java cannot make. */
public final class Pipes {

  private Pipes() {}

  public static void make(Path path) throws IOException {
    var process = new ProcessBuilder("mkfifo", path.toString()).inheritIO().start();
    try {
      if (process.waitFor() != 0) {
        throw new IOException("mkfifo " + path + " failed");
      }
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while making " + path, e);
    }
  }
}
