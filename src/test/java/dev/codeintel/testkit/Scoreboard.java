package dev.codeintel.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What clients and checks that others wrote came to: a table for {@code scripts/conformance}. */
public final class Scoreboard {

  private static final Path FILE = Path.of("target/conformance.txt");

  private Scoreboard() {}

  public static synchronized void add(String who, String how, String outcome) {
    try {
      Files.writeString(
          FILE,
          "%-29s %-21s %s%n".formatted(who, how, outcome),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
