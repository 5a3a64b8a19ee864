package dev.codeintel.cli;

import dev.codeintel.config.Settings;
import dev.codeintel.ops.CodeintelException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The usual ways to start a stdio server, read without the command-line library: its classes are of
 * a format that an AOT cache cannot hold, so that loading them takes as long as the rest of the
 * start, and a client waits. Anything else, and every mistake, is left to the library.
 */
public final class QuickStdio {

  private QuickStdio() {}

  /**
   * Serves, if that is what the arguments plainly ask for.
   *
   * @return the exit code; empty when {@link Cli} shall read the arguments
   */
  public static OptionalInt run(String... arguments) {
    var repository = read(arguments);
    if (repository.isEmpty()) {
      return OptionalInt.empty();
    }
    Settings settings;
    try {
      settings = Settings.load(Optional.empty(), System.getenv());
    } catch (CodeintelException e) {
      return OptionalInt.empty(); // the library's way comes to the same error, and explains it
    }
    return OptionalInt.of(StdioServing.run(settings, repository.get()));
  }

  /** {@code stdio} or {@code serve --stdio}, with no more than {@code --repo DIR}. */
  static Optional<Repository> read(String... arguments) {
    var rest = List.of(arguments);
    if (startsWith(rest, "stdio")) {
      rest = rest.subList(1, rest.size());
    } else if (startsWith(rest, "serve", "--stdio")) {
      rest = rest.subList(2, rest.size());
    } else {
      return Optional.empty();
    }
    var repository = new Repository();
    if (rest.size() == 2 && rest.getFirst().equals("--repo") && isPlain(rest.getLast())) {
      repository.folder = Path.of(rest.getLast());
      return Optional.of(repository);
    }
    return rest.isEmpty() ? Optional.of(repository) : Optional.empty();
  }

  private static boolean startsWith(List<String> list, String... start) {
    return list.size() >= start.length && list.subList(0, start.length).equals(List.of(start));
  }

  /** Nothing that the library might read in a way of its own. */
  private static boolean isPlain(String value) {
    return !value.isEmpty()
        && "-@".indexOf(value.charAt(0)) < 0
        && value.chars().noneMatch(c -> "\"'\\\0".indexOf(c) >= 0);
  }
}
