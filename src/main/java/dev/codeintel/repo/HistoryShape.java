package dev.codeintel.repo;

import dev.codeintel.ops.Log;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;

/**
 * How the history of a repository differs from what its commits say of themselves.
 *
 * @param shallow commits are cut off from their parents
 * @param grafts commits have other parents than they name ({@code info/grafts})
 * @param replacements objects stand for others ({@code refs/replace/})
 * @param partial objects may be missing, because they were to be fetched when they are needed
 * @param digest of all that cuts, grafts and replaces, for the keys of caches: 64 hex digits; empty
 *     when nothing does
 */
public record HistoryShape(
    boolean shallow, boolean grafts, boolean replacements, boolean partial, String digest) {

  /** Outside git, and where nothing is out of the ordinary. */
  public static final HistoryShape PLAIN = new HistoryShape(false, false, false, false, "");

  private static final long GRAFTS_BYTES_MAX = 16L << 20;
  private static final int REPLACEMENTS_MAX = 100_000;
  private static final String REPLACE = "refs/replace/";

  /** Whether commits have the parents and contents that they name. */
  public boolean unaltered() {
    return digest.isEmpty();
  }

  /** Looks at a repository again and again; keeps what is long to read. Safe for any thread. */
  static final class Reader {

    private final GitFolder git;

    private PackedRefs packed = new PackedRefs("", List.of());

    Reader(GitFolder git) {
      this.git = git;
    }

    private record PackedRefs(String stamp, List<String> replacements) {}

    /** The shape as it is now. */
    HistoryShape read() {
      var common = git.commonDirectory();
      var cuts = bytes(common.resolve("shallow"));
      var grafts = bytes(common.resolve("info/grafts"));
      var replacements = new ArrayList<>(loose(common.resolve(REPLACE)));
      replacements.addAll(packed(common.resolve("packed-refs")));
      var config = git.config();
      return new HistoryShape(
          cuts.length > 0,
          grafts.length > 0,
          !replacements.isEmpty(),
          config.value("extensions", "partialClone").isPresent()
              || config.anyFlag("remote", "promisor"),
          cuts.length + grafts.length + replacements.size() == 0
              ? ""
              : digest(cuts, grafts, String.join("\n", replacements)));
    }

    /** The lines of packed refs that replace; read again only when the file was. */
    private synchronized List<String> packed(Path file) {
      try {
        var attributes =
            Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isRegularFile()) {
          return List.of();
        }
        var stamp =
            "%s %s %s"
                .formatted(attributes.fileKey(), attributes.lastModifiedTime(), attributes.size());
        if (!packed.stamp.equals(stamp)) {
          var lines =
              GitFolder.packedLines(file, line -> line.contains(" " + REPLACE), REPLACEMENTS_MAX);
          packed = new PackedRefs(stamp, lines);
        }
        return packed.replacements;
      } catch (NoSuchFileException e) {
        return List.of();
      } catch (IOException e) {
        return unreadable(file, e);
      }
    }
  }

  private static List<String> loose(Path folder) {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    var byName = new TreeMap<String, String>();
    try (var files = Files.newDirectoryStream(folder)) {
      for (var file : files) {
        if (byName.size() < REPLACEMENTS_MAX) {
          GitFolder.small(file).ifPresent(value -> byName.put("" + file.getFileName(), value));
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return unreadable(folder, e);
    }
    var lines = new ArrayList<String>();
    byName.forEach((name, value) -> lines.add(value + " " + REPLACE + name));
    return lines;
  }

  /** The bytes of a regular file, or none. */
  private static byte[] bytes(Path file) {
    try {
      return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
          ? Bytes.read(file, GRAFTS_BYTES_MAX)
          : new byte[0];
    } catch (IOException e) {
      return unreadable(file, e).getFirst().getBytes(StandardCharsets.UTF_8);
    }
  }

  /** What we cannot read may alter anything: it counts as a change that is like no other. */
  private static List<String> unreadable(Path file, Exception e) {
    Log.warning("Not readable in the git folder", "path", file, "error", e.toString());
    return List.of("unreadable " + System.nanoTime());
  }

  private static String digest(byte[] cuts, byte[] grafts, String replacements) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      for (var part : List.of(cuts, grafts, replacements.getBytes(StandardCharsets.UTF_8))) {
        digest.update((part.length + "\n").getBytes(StandardCharsets.US_ASCII));
        digest.update(part);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256.", e);
    }
  }
}
