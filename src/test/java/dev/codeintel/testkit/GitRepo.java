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
 * A repository that real git makes, without a trace of the developer's own configuration: fixed
 * author and dates, no hooks, no templates. A test that needs one is skipped, and says so, where
 * git is missing.
 */
public final class GitRepo {

  private static final boolean GIT_IS_THERE = gitIsThere();
  private static final Path NOTHING = Path.of("/dev/null");

  private final Path root;
  private int commits;

  private GitRepo(Path root) {
    this.root = root;
  }

  /** Makes an empty repository in a folder, which is created where it is missing. */
  public static GitRepo init(Path folder) {
    requireGit();
    try {
      Files.createDirectories(folder);
      var repo = new GitRepo(folder.toRealPath());
      repo.git("init", "-q", "-b", "main", "--template=");
      return repo;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A folder that already is a work tree, such as a linked one. */
  public static GitRepo at(Path folder) {
    requireGit();
    return new GitRepo(folder);
  }

  /** Skips the test, with a printed reason, where git is missing. */
  public static void requireGit() {
    Assumptions.assumeTrue(
        GIT_IS_THERE,
        () -> {
          System.err.println("skipped: git is not installed");
          return "git is not installed";
        });
  }

  public Path root() {
    return root;
  }

  public GitRepo write(String path, String text) {
    return write(path, text.getBytes(StandardCharsets.UTF_8));
  }

  public GitRepo write(String path, byte[] bytes) {
    try {
      var file = root.resolve(path);
      Files.createDirectories(file.getParent());
      Files.write(file, bytes);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Commits all that lies in the work tree; each commit is a minute later than the one before. */
  public String commitAll(String message) {
    git("add", "-A");
    git("commit", "-q", "--allow-empty", "-m", message);
    commits++;
    return head();
  }

  /**
   * Writes an object whatever its bytes are, even such as git itself would never write.
   *
   * @return its id
   */
  public String writeObject(String type, byte[] bytes) {
    write(".git/object-to-write", bytes);
    return git("hash-object", "-t", type, "-w", "--literally", ".git/object-to-write").strip();
  }

  public String head() {
    return git("rev-parse", "HEAD").strip();
  }

  /**
   * Runs git in the root.
   *
   * @return what it printed on stdout, UTF-8
   * @throws AssertionError when it fails, with what it said
   */
  public String git(String... arguments) {
    return gitReading(NOTHING, arguments);
  }

  /** Runs git like {@link #git}, with some bytes as its stdin. */
  public String gitWith(byte[] input, String... arguments) {
    try {
      var file = Files.createTempFile("git", ".in");
      try {
        return gitReading(Files.write(file, input), arguments);
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs git like {@link #git}, with a file as its stdin. */
  public String gitReading(Path input, String... arguments) {
    var command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(arguments));
    try {
      var errors = Files.createTempFile("git", ".err");
      try {
        var builder =
            new ProcessBuilder(command)
                .directory(root.toFile())
                .redirectInput(input.toFile())
                .redirectError(errors.toFile());
        var environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("GIT_"));
        var date = "2024-01-01T%02d:%02d:00+00:00".formatted(commits / 60 % 24, commits % 60);
        environment.put("GIT_CONFIG_GLOBAL", "/dev/null");
        environment.put("GIT_CONFIG_NOSYSTEM", "1");
        environment.put("GIT_TERMINAL_PROMPT", "0");
        environment.put("GIT_AUTHOR_NAME", "Ada Author");
        environment.put("GIT_AUTHOR_EMAIL", "ada@example.org");
        environment.put("GIT_AUTHOR_DATE", date);
        environment.put("GIT_COMMITTER_NAME", "Carl Committer");
        environment.put("GIT_COMMITTER_EMAIL", "carl@example.org");
        environment.put("GIT_COMMITTER_DATE", date);
        environment.put("HOME", root.toString());
        environment.put("XDG_CONFIG_HOME", root.resolve(".git/no-such-folder").toString());
        environment.put("LC_ALL", "C");
        environment.put("TZ", "UTC");
        var process = builder.start();
        var output = process.getInputStream().readAllBytes();
        var status = process.waitFor();
        if (status != 0) {
          throw new AssertionError(
              command + " ended with " + status + ": " + Files.readString(errors));
        }
        return new String(output, StandardCharsets.UTF_8);
      } finally {
        Files.deleteIfExists(errors);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while waiting for " + command, e);
    }
  }

  private static boolean gitIsThere() {
    try {
      var process = new ProcessBuilder("git", "--version").redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while waiting for git --version", e);
    }
  }
}
