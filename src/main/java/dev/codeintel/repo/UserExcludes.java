package dev.codeintel.repo;

import dev.codeintel.ops.Log;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.errors.ConfigInvalidException;
import org.eclipse.jgit.lib.Config;

/**
 * Where the user keeps ignore rules for all repositories: {@code core.excludesFile} of the user's
 * git configuration, else {@code git/ignore} in the configuration folder. Includes in that
 * configuration are not followed, and the repository's own configuration has no say.
 */
final class UserExcludes {

  private static final long CONFIG_BYTES_MAX = 1L << 20;

  private UserExcludes() {}

  /**
   * @param environment that of the process: HOME, XDG_CONFIG_HOME, GIT_CONFIG_GLOBAL count
   */
  static Optional<Path> find(Map<String, String> environment) {
    try {
      var home = Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")));
      var xdg = environment.getOrDefault("XDG_CONFIG_HOME", "");
      var configHome = xdg.isEmpty() ? home.resolve(".config") : Path.of(xdg);
      var global = environment.get("GIT_CONFIG_GLOBAL");
      var named =
          global != null
              ? excludesFile(Path.of(global))
              : excludesFile(home.resolve(".gitconfig"))
                  .or(() -> excludesFile(configHome.resolve("git").resolve("config")));
      if (named.isEmpty()) {
        return Optional.of(configHome.resolve("git").resolve("ignore"));
      }
      var value = named.get();
      return Optional.of(
          value.startsWith("~/") ? home.resolve(value.substring(2)) : home.resolve(value));
    } catch (InvalidPathException e) {
      Log.warning("Global excludes not found", "error", e.toString());
      return Optional.empty();
    }
  }

  private static Optional<String> excludesFile(Path config) {
    if (!Files.isRegularFile(config)) {
      return Optional.empty();
    }
    try {
      // A link here is the user's own (dotfiles), so it is followed.
      var bytes = Bytes.read(config.toRealPath(), CONFIG_BYTES_MAX);
      var parsed = new Config();
      parsed.fromText(new String(bytes, StandardCharsets.UTF_8));
      return Optional.ofNullable(parsed.getString("core", null, "excludesFile"))
          .filter(value -> !value.isEmpty());
    } catch (IOException | ConfigInvalidException e) {
      Log.warning("Git configuration not readable", "path", config, "error", e.toString());
      return Optional.empty();
    }
  }
}
