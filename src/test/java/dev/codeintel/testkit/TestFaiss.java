package dev.codeintel.testkit;

import dev.codeintel.faiss.FaissLibrary;
import java.nio.file.Path;
import java.util.Optional;

/** The FAISS library of the build, extracted below {@code target}. */
public final class TestFaiss {

  private TestFaiss() {}

  /** Fails where it cannot be had: a test of vectors that skips itself proves nothing. */
  public static FaissLibrary library() {
    var library = FaissLibrary.load(Optional.empty(), cache());
    if (!library.isAvailable()) {
      throw new AssertionError(library.reason());
    }
    return library;
  }

  public static Path cache() {
    return Path.of("target", "test-cache").toAbsolutePath();
  }
}
