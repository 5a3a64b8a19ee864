package dev.codeintel.repo;

import dev.codeintel.ops.Log;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/**
 * The folders where git keeps what it knows about a work tree. Read without JGit: a look at HEAD
 * shall open no repository, and nothing here may wait on a pipe that a stranger put in the place of
 * a file.
 *
 * @param gitDirectory of this work tree alone
 * @param commonDirectory shared by all work trees of the repository
 */
record GitFolder(Path gitDirectory, Path commonDirectory, AtomicBoolean unsupportedLogged) {

  private static final int SMALL_FILE_BYTES_MAX = 4_096;
  private static final int SYMBOLIC_DEPTH_MAX = 5;
  private static final int REF_LINE_CHARS_MAX = 8_192;

  /** The git folder of a work tree whose root is given, if it is one. */
  static Optional<GitFolder> of(Path folder) {
    var dotGit = folder.resolve(".git");
    try {
      if (Files.isDirectory(dotGit)) {
        return complete(dotGit.toRealPath());
      }
      var link = small(dotGit);
      if (link.isPresent() && link.get().startsWith("gitdir:")) {
        var target = folder.resolve(link.get().substring("gitdir:".length()).strip());
        return Files.isDirectory(target) ? complete(target.toRealPath()) : Optional.empty();
      }
    } catch (IOException | InvalidPathException e) {
      Log.warning("Git folder not readable", "path", dotGit, "error", e.toString());
    }
    return Optional.empty();
  }

  private static Optional<GitFolder> complete(Path gitDirectory) throws IOException {
    var common = gitDirectory;
    var link = small(gitDirectory.resolve("commondir"));
    if (link.isPresent()) {
      common = gitDirectory.resolve(link.get().strip());
      if (!Files.isDirectory(common)) {
        return Optional.empty();
      }
      common = common.toRealPath();
    }
    return hasAll(gitDirectory, common)
        ? Optional.of(new GitFolder(gitDirectory, common, new AtomicBoolean()))
        : Optional.empty();
  }

  /** Whether a folder is git's own, such as a bare repository. */
  static boolean isOne(Path folder) {
    return hasAll(folder, folder);
  }

  private static boolean hasAll(Path gitDirectory, Path common) {
    return Files.exists(gitDirectory.resolve("HEAD"), LinkOption.NOFOLLOW_LINKS)
        && Files.isDirectory(common.resolve("objects"))
        && Files.isDirectory(common.resolve("refs"));
  }

  /** The commit that HEAD stands for; empty before the first, or when we cannot tell. */
  Optional<String> headCommit() {
    try {
      var name = "HEAD";
      for (var depth = 0; depth < SYMBOLIC_DEPTH_MAX; depth++) {
        var value = loose(name);
        if (value.isEmpty()) {
          return packed(name).flatMap(this::commit);
        }
        if (!value.get().startsWith("ref:")) {
          return commit(value.get());
        }
        name = value.get().substring("ref:".length()).strip();
        if (name.equals("refs/heads/.invalid")) { // what reftable leaves for readers of files
          return unsupported("refs are kept in a reftable");
        }
        if (!isRefName(name)) {
          return unsupported("HEAD names no ref");
        }
      }
      return unsupported("refs point at refs without an end");
    } catch (IOException | InvalidPathException e) {
      return unsupported(e.toString());
    }
  }

  /** The commits that are being merged into HEAD, in git's order; none outside of a merge. */
  List<String> mergeHeads() {
    try {
      return small(gitDirectory.resolve("MERGE_HEAD")).stream()
          .flatMap(String::lines)
          .map(line -> line.replaceFirst("\\s.*", ""))
          .filter(line -> line.matches("[0-9a-f]{40}"))
          .toList();
    } catch (IOException e) {
      Log.warning("Merge not readable", "git_directory", gitDirectory, "error", e.toString());
      return List.of();
    }
  }

  /** How long the names of objects are. */
  int hashBytes() {
    return extension("objectFormat").filter("sha256"::equalsIgnoreCase).isPresent() ? 32 : 20;
  }

  /** Whether JGit knows how objects and refs are kept here. */
  boolean readableByJGit() {
    return hashBytes() == 20
        && extension("refStorage").filter(refs -> !refs.equalsIgnoreCase("files")).isEmpty();
  }

  /**
   * The repository's configuration as it is now: that of all its work trees, then that of this one
   * alone where the repository says that there is one.
   */
  GitConfig config() {
    var shared = GitConfig.empty().with(commonDirectory.resolve("config"));
    return shared.flag("extensions", "worktreeConfig").orElse(false)
        ? shared.with(gitDirectory.resolve("config.worktree"))
        : shared;
  }

  private Optional<String> extension(String name) {
    return config().value("extensions", name);
  }

  private Optional<String> commit(String value) {
    var hex = value.strip();
    if (hex.matches("[0-9a-f]{40}")) {
      return Optional.of(hex);
    }
    return unsupported(hex.matches("[0-9a-f]{64}") ? "objects are named by SHA-256" : "bad ref");
  }

  private Optional<String> unsupported(String why) {
    if (unsupportedLogged.compareAndSet(false, true)) {
      Log.warning("Commit of HEAD unknown", "git_directory", gitDirectory, "reason", why);
    }
    return Optional.empty();
  }

  private static boolean isRefName(String name) {
    return name.startsWith("refs/")
        && !name.contains("..")
        && !name.contains("//")
        && name.chars().noneMatch(c -> c <= ' ' || c == '\\' || c == 0x7F);
  }

  private Optional<String> loose(String name) throws IOException {
    var own = small(gitDirectory.resolve(name));
    return own.isPresent() || name.equals("HEAD") ? own : small(commonDirectory.resolve(name));
  }

  private Optional<String> packed(String name) throws IOException {
    var wanted = " " + IgnoreRule.bytesOf(name);
    return packedLine(
            commonDirectory.resolve("packed-refs"),
            line -> line.endsWith(wanted) && line.indexOf(' ') == line.length() - wanted.length())
        .map(line -> line.substring(0, line.indexOf(' ')));
  }

  /** The first line of packed refs that is wanted; one char a byte. */
  static Optional<String> packedLine(Path file, Predicate<String> wanted) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    // Latin-1: a ref name in another encoding must not end the reading.
    try (var reader = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
      for (var line = line(reader); line != null; line = line(reader)) {
        if (wanted.test(line)) {
          return Optional.of(line);
        }
      }
    }
    return Optional.empty();
  }

  /** A line, cut where no ref can be that long; null at the end. */
  private static String line(BufferedReader reader) throws IOException {
    var line = new StringBuilder();
    for (var c = reader.read(); c != '\n'; c = reader.read()) {
      if (c < 0) {
        return line.isEmpty() ? null : line.toString();
      }
      if (line.length() < REF_LINE_CHARS_MAX) {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  /** A small regular file, without the line end; empty when it is missing or something else. */
  static Optional<String> small(Path file) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    var bytes = Bytes.read(file, SMALL_FILE_BYTES_MAX);
    return bytes.length > SMALL_FILE_BYTES_MAX
        ? Optional.empty()
        : Optional.of(new String(bytes, StandardCharsets.UTF_8).stripTrailing());
  }
}
