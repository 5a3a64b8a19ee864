package dev.codeintel.repo;

import dev.codeintel.ops.Log;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * How the history of a repository differs from what its commits say of themselves. What cannot be
 * read may alter anything, and counts as if it did.
 *
 * @param shallow commits are cut off from their parents
 * @param grafts commits have other parents than they name ({@code info/grafts})
 * @param replacements objects stand for others ({@code refs/replace/})
 * @param partial objects may be missing, because they were to be fetched when they are needed
 */
public record HistoryShape(boolean shallow, boolean grafts, boolean replacements, boolean partial) {

  /** Outside git, and where nothing is out of the ordinary. */
  public static final HistoryShape PLAIN = new HistoryShape(false, false, false, false);

  private static final String REPLACE = "refs/replace/";

  /** Whether commits have the parents and contents that they name. */
  public boolean unaltered() {
    return !shallow && !grafts && !replacements;
  }

  /** Looks at a repository again and again; keeps what is long to read. Safe for any thread. */
  static final class Reader {

    private final GitFolder git;

    private PackedRefs packed = new PackedRefs("", false);

    Reader(GitFolder git) {
      this.git = git;
    }

    private record PackedRefs(String stamp, boolean replace) {}

    /** The shape as it is now. */
    HistoryShape read() {
      var common = git.commonDirectory();
      var config = git.config();
      return new HistoryShape(
          isFilled(common.resolve("shallow")),
          isFilled(common.resolve("info/grafts")),
          hasRef(common.resolve(REPLACE)) || packed(common.resolve("packed-refs")),
          config.value("extensions", "partialClone").isPresent()
              || config.anyFlag("remote", "promisor"));
    }

    /** Whether packed refs replace anything; read again only when the file was. */
    private synchronized boolean packed(Path link) {
      try {
        var file = link.toRealPath(); // work trees that share by links have one here
        var attributes =
            Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        var stamp =
            "%s %s %s"
                .formatted(attributes.fileKey(), attributes.lastModifiedTime(), attributes.size());
        if (!packed.stamp.equals(stamp)) {
          var line = GitFolder.packedLine(file, text -> text.contains(" " + REPLACE));
          packed = new PackedRefs(stamp, line.isPresent());
        }
        return packed.replace;
      } catch (NoSuchFileException e) {
        return false;
      } catch (IOException e) {
        return unreadable(link, e);
      }
    }
  }

  private static boolean hasRef(Path folder) {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (var files = Files.newDirectoryStream(folder)) {
      for (var file : files) {
        if (GitFolder.small(file).isPresent()) {
          return true;
        }
      }
      return false;
    } catch (IOException | DirectoryIteratorException e) {
      return unreadable(folder, e);
    }
  }

  /** A link counts, wherever it leads: JGit follows it. */
  private static boolean isFilled(Path file) {
    try {
      var attributes =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return !attributes.isDirectory() && (!attributes.isRegularFile() || attributes.size() > 0);
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      return unreadable(file, e);
    }
  }

  private static boolean unreadable(Path file, Exception e) {
    Log.warning("Not readable in the git folder", "path", file, "error", e.toString());
    return true;
  }
}
