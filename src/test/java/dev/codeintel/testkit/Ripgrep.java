package dev.codeintel.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * The ripgrep program, where {@code scripts/ripgrep} has laid it. A test that needs it is skipped,
 * and says so, where it is missing.
 */
public final class Ripgrep {

  private static final Path PROGRAM = Path.of("target/ripgrep/rg").toAbsolutePath();

  private Ripgrep() {}

  /** A match: all is counted from 1. */
  public record Match(String path, int line, int column) {}

  /** Skips the test, with a printed reason, where ripgrep is missing. */
  public static void require() {
    Assumptions.assumeTrue(
        Files.isExecutable(PROGRAM),
        () -> {
          var reason = "target/ripgrep/rg is missing; scripts/ripgrep fetches it";
          System.err.println("skipped: " + reason);
          return reason;
        });
  }

  /**
   * Searches a folder.
   *
   * @param arguments flags, and what is searched for behind {@code -e}
   * @return the lines that match, with the first match each; columns are in bytes
   */
  public static List<Match> search(Path folder, List<String> arguments) {
    var command = new ArrayList<>(List.of(PROGRAM.toString()));
    command.addAll(List.of("--no-config", "--hidden", "--no-ignore", "--glob", "!.git", "--crlf"));
    command.addAll(
        List.of("--no-heading", "--with-filename", "--line-number", "--column", "--null"));
    command.addAll(arguments);
    command.add(".");
    try {
      var process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      process.getOutputStream().close();
      var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() > 1) {
        throw new AssertionError(command + " ended with " + process.exitValue());
      }
      return output.lines().filter(line -> line.indexOf('\0') >= 0).map(Ripgrep::match).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while waiting for " + command, e);
    }
  }

  private static Match match(String line) {
    var path = line.substring(0, line.indexOf('\0'));
    var rest = line.substring(path.length() + 1).split(":", 3);
    return new Match(path.substring(2), Integer.parseInt(rest[0]), Integer.parseInt(rest[1]));
  }
}
