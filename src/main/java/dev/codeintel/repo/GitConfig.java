package dev.codeintel.repo;

import dev.codeintel.ops.Log;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.jgit.errors.ConfigInvalidException;
import org.eclipse.jgit.lib.Config;

/**
 * Git's configuration as plain values: which bytes of two files count as the same, which revisions
 * blame looks through. Includes are not followed, and no value ever names a program that we start.
 */
final class GitConfig {

  private static final long CONFIG_BYTES_MAX = 1L << 20;

  private final Config values;

  private GitConfig(Config values) {
    this.values = values;
  }

  static GitConfig empty() {
    return new GitConfig(new Config());
  }

  /** These values, and stronger ones out of a file; a file that cannot be read says nothing. */
  GitConfig with(Path file) {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return this;
    }
    try {
      var stronger = new Config(values);
      stronger.fromText(new String(Bytes.read(file, CONFIG_BYTES_MAX), StandardCharsets.UTF_8));
      return new GitConfig(stronger);
    } catch (IOException | ConfigInvalidException e) {
      Log.warning("Git configuration not readable", "path", file, "error", e.toString());
      return this;
    }
  }

  /** The strongest value of a key; empty text for one without a value. */
  Optional<String> value(String section, String key) {
    return value(section, null, key);
  }

  /** All values of a key, weakest first. */
  List<String> values(String section, String key) {
    return values(section, null, key);
  }

  /** Whether a key is on; empty where it is not there, or where it is no boolean. */
  Optional<Boolean> flag(String section, String key) {
    return value(section, null, key).flatMap(GitConfig::flag);
  }

  /** Whether a key is on in any subsection, such as {@code remote.*.promisor}. */
  boolean anyFlag(String section, String key) {
    return values.getSubsections(section).stream()
        .anyMatch(name -> value(section, name, key).flatMap(GitConfig::flag).orElse(false));
  }

  private Optional<String> value(String section, String subsection, String key) {
    var all = values(section, subsection, key);
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
  }

  private List<String> values(String section, String subsection, String key) {
    return Stream.of(values.getStringList(section, subsection, key))
        .map(value -> value == null ? "" : value) // JGit's word for "key ="
        .toList();
  }

  private static Optional<Boolean> flag(String value) {
    if (Config.isMissing(value)) { // a key alone, without "=", is on
      return Optional.of(true);
    }
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "true", "yes", "on" -> Optional.of(true);
      case "false", "no", "off", "" -> Optional.of(false);
      default ->
          value.matches("[+-]?[0-9]{1,9}")
              ? Optional.of(Integer.parseInt(value) != 0)
              : Optional.empty();
    };
  }
}
