package dev.codeintel.store;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.Log;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.store.Directory;

/**
 * The vectors of one repository and one embedder, in append-only blocks. A vector's ordinal is its
 * FAISS id: never moved, never given twice. Safe for use by any thread and by many processes.
 */
public final class VectorStore implements AutoCloseable {

  private static final String SUFFIX = ".vec";
  private static final String DAMAGED_SUFFIX = ".damaged";

  private final Path folder;
  private final Directory directory;
  private final VectorKey identity;
  private final int dimension;
  private final Map<String, BlockFile> mapped = new HashMap<>();
  private VectorBlocks newest;

  /**
   * @param folder the store's own; created when missing
   * @param identity of the embedder
   * @param dimension floats of a vector
   */
  public VectorStore(Storage storage, Path folder, String identity, int dimension) {
    this.folder = folder;
    this.identity = VectorKey.of(identity, "");
    this.dimension = dimension;
    try {
      this.directory = storage.open(folder);
    } catch (IOException e) {
      throw StoreException.io(folder, e);
    }
  }

  /** Floats of a vector. */
  public int dimension() {
    return dimension;
  }

  public Path folder() {
    return folder;
  }

  /**
   * Held by a run from its first look-up to its commit, so that what it found is not collected
   * meanwhile.
   */
  public HeldLock lockForRun(CancelToken cancel) {
    return FileLocks.shared(folder.resolve("store.lock"), cancel);
  }

  /** The newest blocks. Cheap when nothing was appended since the last call. */
  public synchronized VectorBlocks blocks() {
    try {
      if (newest == null || newest.generation() != Manifest.newestGeneration(directory)) {
        newest = loadNewest();
      }
      return newest;
    } catch (IOException e) {
      throw StoreException.io(folder, e);
    }
  }

  private VectorBlocks loadNewest() throws IOException {
    while (true) {
      var manifest = Manifest.newest(directory);
      var loaded = load(manifest);
      if (loaded.damaged().isEmpty()
          || Manifest.newest(directory).generation() == manifest.generation()) {
        return loaded;
      }
      // Another process set a block aside meanwhile, and has a manifest without it.
    }
  }

  private synchronized VectorBlocks load(Manifest manifest) {
    var files = new ArrayList<BlockFile>();
    var damaged = new ArrayList<String>();
    for (var block : manifest.blocks()) {
      try {
        files.add(
            mapped.computeIfAbsent(
                block.reference(), _ -> BlockFile.map(folder, block, identity, dimension)));
      } catch (StoreException e) {
        if (e.code() != ErrorCode.INDEX_DAMAGED) {
          throw e;
        }
        Log.warning("Vector block is damaged", "reason", e.getMessage());
        damaged.add(e.getMessage());
      }
    }
    return new VectorBlocks(dimension, manifest, files, damaged);
  }

  /**
   * Appends vectors as one block: complete, checksummed and synced when this returns.
   *
   * @param keys one a vector, 1 to {@link Limits#BLOCK_VECTORS_MAX}
   * @param vectors {@code keys.size() * dimension} floats of unit norm
   * @return the ordinal of the first vector; the others follow
   */
  public int append(List<VectorKey> keys, MemorySegment vectors, CancelToken cancel) {
    if (keys.isEmpty() || keys.size() > Limits.BLOCK_VECTORS_MAX) {
      throw new IllegalArgumentException(
          "1 to %d vectors, not %d".formatted(Limits.BLOCK_VECTORS_MAX, keys.size()));
    }
    if (vectors.byteSize() != (long) keys.size() * dimension * Float.BYTES) {
      throw new IllegalArgumentException(
          "%d keys of dimension %d, but %d bytes"
              .formatted(keys.size(), dimension, vectors.byteSize()));
    }
    try (var _ = FileLocks.exclusive(folder.resolve("append.lock"), cancel)) {
      var manifest = Manifest.newest(directory);
      var first = firstFreeOrdinal(manifest);
      var name = "%010d-%d%s".formatted(first, keys.size(), SUFFIX);
      try {
        var block = BlockFile.write(directory, name, identity, dimension, first, keys, vectors);
        var blocks = new ArrayList<>(manifest.blocks());
        blocks.add(block);
        new Manifest(nextGeneration(), block.end(), List.copyOf(blocks)).write(directory);
      } catch (IOException e) {
        dropUnlessNamed(name, e);
        throw e;
      }
      return first;
    } catch (IOException e) {
      throw StoreException.io(folder, e);
    }
  }

  /** A disk that is full must not be filled further by each try. */
  private void dropUnlessNamed(String name, IOException failure) {
    try {
      var named = Manifest.newest(directory).blocks().stream().map(Manifest.Block::name);
      if (named.noneMatch(name::equals) && Arrays.asList(directory.listAll()).contains(name)) {
        directory.deleteFile(name);
      }
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * Sets damaged blocks aside, so that their vectors count as missing and are made again.
   *
   * @return whether there were any
   */
  public boolean setDamagedAside(CancelToken cancel) {
    if (blocks().damaged().isEmpty()) {
      return false;
    }
    try (var _ = FileLocks.exclusive(folder.resolve("append.lock"), cancel)) {
      var manifest = Manifest.newest(directory);
      var sound = load(manifest).references();
      var kept =
          manifest.blocks().stream().filter(block -> sound.contains(block.reference())).toList();
      new Manifest(nextGeneration(), manifest.nextOrdinal(), kept).write(directory);
      var files = Arrays.asList(directory.listAll());
      for (var block : manifest.blocks()) {
        if (!kept.contains(block) && files.contains(block.name())) {
          directory.rename(block.name(), block.name() + DAMAGED_SUFFIX);
        }
      }
      return true;
    } catch (IOException e) {
      throw StoreException.io(folder, e);
    }
  }

  /**
   * After a damaged manifest its forerunner counts again, yet what the lost one gave must not be
   * given twice.
   */
  private int firstFreeOrdinal(Manifest manifest) throws IOException {
    var first = manifest.nextOrdinal();
    for (var name : directory.listAll()) {
      if (name.contains(SUFFIX)) {
        var dash = name.indexOf('-');
        var end =
            Integer.parseInt(name, 0, dash, 10)
                + Integer.parseInt(name, dash + 1, name.indexOf(SUFFIX), 10);
        first = Math.max(first, end);
      }
    }
    if (first > Limits.ORDINALS_MAX - Limits.BLOCK_VECTORS_MAX) {
      throw StoreException.full(folder);
    }
    return first;
  }

  private long nextGeneration() throws IOException {
    return Manifest.newestGeneration(directory) + 1;
  }

  @Override
  public void close() {
    try {
      directory.close();
    } catch (IOException e) {
      throw StoreException.io(folder, e);
    }
  }
}
