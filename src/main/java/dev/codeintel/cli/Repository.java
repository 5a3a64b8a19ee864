package dev.codeintel.cli;

import dev.codeintel.config.Settings;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.repo.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** Which repository a command is about. */
final class Repository {

  @Option(
      names = "--repo",
      paramLabel = "DIR",
      description =
          "Repository, or any folder in it (default: the work tree around the current folder).")
  Path folder;

  @Option(
      names = "--yes-index-all",
      description = "Index even the home folder or the root of the file system.")
  boolean indexAll;

  /**
   * Opens it.
   *
   * @throws CodeintelException {@code invalid-argument} when it is no folder, when nothing is named
   *     outside a git work tree, or for a folder that nobody means
   */
  Workspace open(Settings settings) {
    var named = Optional.ofNullable(folder).or(settings::repoRoot);
    var start = named.orElse(Path.of("")).toAbsolutePath();
    if (!Files.isDirectory(start)) {
      throw invalid("%s is not a folder. Name a repository with --repo DIR.", start);
    }
    var workspace = Workspace.open(start);
    if (named.isEmpty() && !workspace.isGit()) {
      workspace.close();
      throw invalid("%s is in no git work tree. Name the folder with --repo DIR.", start);
    }
    if (!indexAll && (workspace.root().getParent() == null || isHome(workspace.root()))) {
      workspace.close();
      throw invalid(
          "%s is too much to index by accident. Name a repository with --repo DIR, or add --yes-index-all.",
          start);
    }
    return workspace;
  }

  /** The folder that HOME names, where our data lies then too, or that of the account. */
  private static boolean isHome(Path root) {
    return Stream.of(System.getenv().getOrDefault("HOME", ""), System.getProperty("user.home"))
        .filter(named -> !named.isEmpty())
        .anyMatch(named -> isSame(root, Path.of(named)));
  }

  private static boolean isSame(Path root, Path named) {
    try {
      return Files.isSameFile(root, named);
    } catch (IOException e) {
      return root.equals(named); // such as a home that does not exist
    }
  }

  private static CodeintelException invalid(String format, Path folder) {
    return new CodeintelException(ErrorCode.INVALID_ARGUMENT, format.formatted(folder));
  }
}
