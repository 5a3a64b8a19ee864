package dev.codeintel.repo;

import dev.codeintel.ops.Log;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What the user tells git for all repositories. Includes are not followed, and the configuration of
 * the system is not read.
 *
 * @param home the user's folder, for values that start with {@code ~/}
 * @param standard where git looks for what the configuration does not name
 */
record UserGitConfig(Path home, Path standard, GitConfig values) {

  /**
   * Reads the configuration as it is now.
   *
   * @param environment that of the process: HOME, XDG_CONFIG_HOME, GIT_CONFIG_GLOBAL count
   * @return empty where the environment names no folder
   */
  static Optional<UserGitConfig> read(Map<String, String> environment) {
    try {
      var home = Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")));
      var xdg = environment.getOrDefault("XDG_CONFIG_HOME", "");
      var standard = (xdg.isEmpty() ? home.resolve(".config") : Path.of(xdg)).resolve("git");
      var global = environment.get("GIT_CONFIG_GLOBAL");
      var values =
          global != null
              ? GitConfig.empty().with(followed(Path.of(global)))
              : GitConfig.empty()
                  .with(followed(standard.resolve("config")))
                  .with(followed(home.resolve(".gitconfig")));
      return Optional.of(new UserGitConfig(home, standard, values));
    } catch (InvalidPathException e) {
      Log.warning("The user's git configuration not found", "error", e.toString());
      return Optional.empty();
    }
  }

  /** Ignore rules for all repositories. */
  Path excludes() {
    return named("excludesFile", "ignore");
  }

  /** Attributes for all repositories. */
  Path attributes() {
    return named("attributesFile", "attributes");
  }

  private Path named(String key, String standardName) {
    var value = values.value("core", key).filter(name -> !name.isEmpty());
    try {
      return followed(value.map(this::inHome).orElse(standard.resolve(standardName)));
    } catch (InvalidPathException e) {
      Log.warning("Not a path in the user's git configuration", "key", key, "error", e.toString());
      return standard.resolve(standardName);
    }
  }

  private Path inHome(String value) {
    return home.resolve(value.startsWith("~/") ? value.substring(2) : value);
  }

  /** A link here is the user's own (dotfiles), so it is followed. */
  private static Path followed(Path file) {
    try {
      return Files.isSymbolicLink(file) ? file.toRealPath() : file;
    } catch (IOException e) {
      return file;
    }
  }
}
