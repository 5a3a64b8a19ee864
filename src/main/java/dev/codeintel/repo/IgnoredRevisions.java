package dev.codeintel.repo;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.Log;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The commits that blame looks through, out of the files that {@code blame.ignoreRevsFile} names.
 * As in git, all files count that the user or the repository names, and an empty value takes none
 * back (git's manual says that it does). A file that is missing names no commit.
 */
final class IgnoredRevisions {

  private final RootFolder root;
  private final Set<String> commits = new TreeSet<>();

  private IgnoredRevisions(RootFolder root) {
    this.root = root;
  }

  /**
   * @return full names of commits, in small letters; they need not exist
   */
  static Set<String> read(RootFolder root, GitConfig repository, Optional<UserGitConfig> user) {
    var revisions = new IgnoredRevisions(root);
    var home = user.map(UserGitConfig::home).orElse(root.path());
    for (var named : repository.values("blame", "ignoreRevsFile")) {
      revisions.add(home, named, false);
    }
    if (user.isPresent()) {
      for (var named : user.get().values().values("blame", "ignoreRevsFile")) {
        revisions.add(home, named, true);
      }
    }
    return Set.copyOf(revisions.commits);
  }

  /**
   * @param anywhere whether the file may lie outside the root; what a stranger's configuration
   *     names may not
   */
  private void add(Path home, String named, boolean anywhere) {
    if (named.isEmpty()) {
      return;
    }
    try {
      var file =
          named.startsWith("~/") ? home.resolve(named.substring(2)) : root.path().resolve(named);
      if (!Files.exists(file)) {
        return;
      }
      var real = file.toRealPath();
      if (real.startsWith(root.path())) {
        var path = root.path().relativize(real).toString();
        root.bytes(path, Limits.IGNORED_REVISIONS_BYTES_MAX).ifPresent(bytes -> add(real, bytes));
      } else if (!anywhere) {
        Log.warning("blame.ignoreRevsFile leaves the repository", "path", named);
      } else if (Files.isRegularFile(real, LinkOption.NOFOLLOW_LINKS)) {
        add(real, Bytes.read(real, Limits.IGNORED_REVISIONS_BYTES_MAX));
      }
    } catch (IOException | InvalidPathException e) {
      Log.warning("Ignored revisions not readable", "path", named, "error", e.toString());
    }
  }

  private void add(Path file, byte[] bytes) {
    var text = new String(bytes, StandardCharsets.ISO_8859_1);
    if (bytes.length > Limits.IGNORED_REVISIONS_BYTES_MAX) {
      Log.warning("Ignored revisions cut", "path", file);
      text = text.substring(0, text.lastIndexOf('\n') + 1);
    }
    var bad = new int[1];
    text.lines()
        .map(line -> line.replaceFirst("#.*", "").strip().toLowerCase(Locale.ROOT))
        .filter(line -> !line.isEmpty())
        .forEach(
            line -> {
              if (line.matches("[0-9a-f]{40}")) {
                commits.add(line);
              } else {
                bad[0]++;
              }
            });
    if (bad[0] > 0) {
      Log.warning(
          "Not the full name of a commit in ignored revisions", "path", file, "lines", bad[0]);
    }
  }
}
