package dev.codeintel.git;

import dev.codeintel.config.Limits;
import dev.codeintel.git.BlameCache.Entry;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.Recent;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jgit.lib.ObjectId;

/**
 * The blame cache of one repository, shared by all processes that look at it: a file an entry, in a
 * folder that holds a bounded number of bytes, and the entries used last in memory.
 *
 * <p>Files appear by a rename and are never changed, so a reader sees one whole or not at all, and
 * a writer that is killed leaves nothing that anyone reads. Two processes that add to the same
 * entry at the same time may lose what one of them found: it is found again. Safe for use by any
 * thread.
 */
final class BlameStore {

  /** What a file takes at least. */
  private static final int DISK_BLOCK_BYTES = 4_096;

  /** Room is made for some more than the one that did not fit. */
  private static final int KEPT_PERCENT = 90;

  private static final int ENTRY_BYTES_MAX = 4 << 20;
  private static final int MEMORY_REGIONS_MAX = 100_000;
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int USED_SECONDS = 3_600;

  private final PrivateFolder folder;
  private final long bytesMax;
  private final long lookNanos;
  private final AtomicBoolean failureLogged = new AtomicBoolean();

  /** The commits that files are about; may hold some whose files are gone. */
  private final Set<ObjectId> commits = ConcurrentHashMap.newKeySet();

  private final Recent<BlameRecord.Key, Entry> memory = new Recent<>(MEMORY_REGIONS_MAX);

  /** Guarded by this. */
  private long bytes;

  private boolean listed;
  private FileTime listedAt = FileTime.fromMillis(0);
  private volatile long lookedNanos;

  BlameStore(Path dataDirectory, String repositoryId) {
    this(
        PrivateFolder.of(dataDirectory, repositoryId).child("blame"), Limits.BLAME_CACHE_BYTES_MAX);
  }

  BlameStore(PrivateFolder folder, long bytesMax) {
    this(folder, bytesMax, LOOK_NANOS);
  }

  /**
   * @param lookNanos how often it looks what others have written
   */
  BlameStore(PrivateFolder folder, long bytesMax, long lookNanos) {
    this.folder = folder;
    this.bytesMax = bytesMax;
    this.lookNanos = lookNanos;
    this.lookedNanos = System.nanoTime() - lookNanos - 1;
  }

  Optional<Entry> get(BlameRecord.Key key) {
    lookSometimes();
    if (!commits.contains(key.commit())) {
      return Optional.empty();
    }
    var known = memory.get(key);
    if (known.isPresent()) {
      return known;
    }
    var read = read(key);
    read.ifPresent(entry -> remember(key, entry));
    return read;
  }

  /**
   * @param entry valid
   */
  synchronized void put(BlameRecord.Key key, Entry entry) {
    var before = get(key);
    var united = before.isPresent() ? entry.with(before.get()) : entry;
    if (before.isEmpty() || !before.get().equals(united)) {
      commits.add(key.commit());
      remember(key, united);
      write(key, united);
    }
  }

  private Optional<Entry> read(BlameRecord.Key key) {
    var file = folder.file(key.fileName());
    try {
      var attributes = Files.readAttributes(file, BasicFileAttributes.class);
      if (attributes.size() > ENTRY_BYTES_MAX) {
        return Optional.empty();
      }
      var entry = BlameRecord.decode(key, Files.readAllBytes(file));
      if (entry.isPresent()) {
        markUsed(file, attributes.lastModifiedTime().toInstant());
      }
      return entry;
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      return failed(e);
    }
  }

  /** The oldest go first. Somebody may have removed it, or may let us read only. */
  private void markUsed(Path file, Instant before) {
    var now = Instant.now();
    if (before.isBefore(now.minusSeconds(USED_SECONDS))) {
      try {
        Files.setLastModifiedTime(file, FileTime.from(now));
      } catch (IOException e) {
        Log.debug("Blame cache entry not marked as used", "path", file, "error", e.toString());
      }
    }
  }

  private void write(BlameRecord.Key key, Entry entry) {
    try {
      var record = BlameRecord.encode(key, entry);
      if (record.length > ENTRY_BYTES_MAX) {
        return;
      }
      if (!listed) {
        folder.create();
        folder.removeLeftovers();
        shrinkTo(bytesMax);
        listed = true;
      }
      folder.write(key.fileName(), record);
      bytes += onDisk(record.length); // of a file that is replaced twice: a listing comes earlier
      if (bytes > bytesMax) {
        shrinkTo(bytesMax / 100 * KEPT_PERCENT);
      }
    } catch (IOException e) {
      failed(e);
    }
  }

  private static long onDisk(long length) {
    return (length + DISK_BLOCK_BYTES - 1) / DISK_BLOCK_BYTES * DISK_BLOCK_BYTES;
  }

  private record Kept(Path file, FileTime used, long bytes) {}

  /** Counts what is there, and removes the oldest of it where it is too much. */
  private void shrinkTo(long most) throws IOException {
    var kept = new ArrayList<Kept>();
    try (var files = Files.newDirectoryStream(folder.path())) {
      for (var file : files) {
        try {
          var attributes = Files.readAttributes(file, BasicFileAttributes.class);
          kept.add(new Kept(file, attributes.lastModifiedTime(), onDisk(attributes.size())));
        } catch (NoSuchFileException e) {
          continue; // another process made room
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    kept.sort(Comparator.comparing(Kept::used));
    bytes = kept.stream().mapToLong(Kept::bytes).sum();
    for (var oldest : kept) {
      if (bytes <= most) {
        break;
      }
      Files.deleteIfExists(oldest.file);
      bytes -= oldest.bytes;
    }
  }

  /** Learns from time to time what other processes have written. */
  private void lookSometimes() {
    if (System.nanoTime() - lookedNanos > lookNanos) {
      look();
    }
  }

  private synchronized void look() {
    if (System.nanoTime() - lookedNanos <= lookNanos) {
      return; // another thread did
    }
    try {
      var changed = Files.getLastModifiedTime(folder.path());
      if (!changed.equals(listedAt)) {
        keepCommits(listCommits());
        listedAt = changed;
      }
    } catch (NoSuchFileException e) {
      keepCommits(Set.of()); // nothing was written yet
    } catch (IOException e) {
      failed(e);
    } finally {
      lookedNanos = System.nanoTime();
    }
  }

  private Set<ObjectId> listCommits() throws IOException {
    var there = new HashSet<ObjectId>();
    try (var files = Files.newDirectoryStream(folder.path())) {
      for (var file : files) {
        var name = file.getFileName().toString();
        var hex = name.substring(0, Math.max(0, name.indexOf('-')));
        if (ObjectId.isId(hex)) {
          there.add(ObjectId.fromString(hex));
        }
      }
      return there;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  /** Forgets all but these and those in memory. */
  private void keepCommits(Set<ObjectId> there) {
    var known = new HashSet<>(there);
    memory.keys().forEach(key -> known.add(key.commit()));
    commits.retainAll(known);
    commits.addAll(known);
  }

  private void remember(BlameRecord.Key key, Entry entry) {
    memory.put(key, entry, entry.regions().size() + 4L); // one without regions takes room too
  }

  private Optional<Entry> failed(IOException e) {
    if (failureLogged.compareAndSet(false, true)) {
      Log.warning("Blame cache not usable", "path", folder.path(), "error", e.toString());
    }
    return Optional.empty();
  }
}
