package dev.codeintel.ops;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Files of the jar that must lie on disk (native libraries, the model), extracted once to a private
 * folder that is named by their digests. They are hashed while they are extracted; later starts
 * look at owner and size only. Safe for parallel starts of many processes: a folder appears whole,
 * by one rename.
 */
public final class NativeCache {

  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final String SIZES = "sizes";
  private static final String LOCK = ".lock";

  /** Belongs to whom this process belongs to. */
  private static final Path OUR_PROCESS = Path.of("/proc/self/task");

  private static final int NAME_DIGITS = 16;

  private final Path root;

  /**
   * @param root the user's cache folder; created with mode 0700 when missing
   */
  public NativeCache(Path root) {
    this.root = root;
  }

  /**
   * Gives a folder that holds the files named in a list of digests, each under its last path
   * segment.
   *
   * @param name what the files are, for the folder's name, such as {@code faiss}
   * @param digestsResource absolute name of a resource in the format of {@code sha256sum}; its
   *     paths are resources beside it
   * @throws CodeintelException when a file is missing from the jar or differs from its digest, or
   *     the folder cannot be written
   */
  public Path extract(String name, String digestsResource) {
    try {
      var list = readAll(digestsResource);
      var wanted = root.resolve(name + "-" + hex(sha256().digest(list)).substring(0, NAME_DIGITS));
      return isComplete(wanted) ? wanted : install(wanted, Entry.parse(list, digestsResource));
    } catch (IOException e) {
      throw new CodeintelException(
          ErrorCode.INTERNAL,
          "Cannot extract %s to %s: %s. Free some space there, or point XDG_CACHE_HOME to a folder that can be written."
              .formatted(name, root, e),
          e);
    }
  }

  private Path install(Path wanted, List<Entry> entries) throws IOException {
    Files.createDirectories(root, PRIVATE);
    // One at a time, over threads and processes: two that repair the same folder must not take it
    // from each other.
    synchronized (NativeCache.class) {
      try (var channel = FileChannel.open(root.resolve(LOCK), CREATE, WRITE);
          var _ = channel.lock()) {
        if (!isComplete(wanted)) {
          installLocked(wanted, entries);
        }
        return wanted;
      }
    }
  }

  private void installLocked(Path wanted, List<Entry> entries) throws IOException {
    var partial = Files.createDirectory(root.resolve(".partial-" + UUID.randomUUID()), PRIVATE);
    try {
      var sizes = new StringBuilder();
      for (var entry : entries) {
        sizes.append(extract(entry, partial)).append(' ').append(entry.fileName()).append('\n');
      }
      Files.writeString(partial.resolve(SIZES), sizes);
      delete(wanted); // one that lost files after it was made
      Files.move(partial, wanted, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      delete(partial);
    }
  }

  private static long extract(Entry entry, Path folder) throws IOException {
    var digest = sha256();
    try (var in = new DigestInputStream(open(entry.resource()), digest)) {
      var size = Files.copy(in, folder.resolve(entry.fileName()));
      if (!hex(digest.digest()).equals(entry.sha256())) {
        throw new IOException(
            entry.resource() + " is not the file its digest names; the jar is damaged");
      }
      return size;
    }
  }

  private static boolean isComplete(Path folder) throws IOException {
    try {
      if (!owner(folder).equals(owner(OUR_PROCESS))) {
        return false;
      }
      for (var line : Files.readAllLines(folder.resolve(SIZES))) {
        var blank = line.indexOf(' ');
        if (Files.size(folder.resolve(line.substring(blank + 1)))
            != Long.parseLong(line.substring(0, blank))) {
          return false;
        }
      }
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** The user's number: in a container the user may have no name. */
  private static Object owner(Path path) throws IOException {
    return Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (var files = Files.list(folder)) {
      for (var file : files.toList()) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(folder);
  }

  private static byte[] readAll(String resource) throws IOException {
    try (var in = open(resource)) {
      return in.readAllBytes();
    }
  }

  private static InputStream open(String resource) throws IOException {
    var in = NativeCache.class.getResourceAsStream(resource);
    if (in == null) {
      throw new IOException(resource + " is missing from the jar");
    }
    return in;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private record Entry(String sha256, String resource) {

    static List<Entry> parse(byte[] list, String listResource) {
      var folder = listResource.substring(0, listResource.lastIndexOf('/') + 1);
      return new String(list, StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.split(" [ *]", 2))
          .map(parts -> new Entry(parts[0], folder + parts[1]))
          .toList();
    }

    String fileName() {
      return resource.substring(resource.lastIndexOf('/') + 1);
    }
  }
}
