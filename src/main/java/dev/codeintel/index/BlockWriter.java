package dev.codeintel.index;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.store.VectorKey;
import dev.codeintel.store.VectorStore;
import dev.codeintel.store.View;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Gathers new vectors until they fill a block, makes it durable, and gives the chunks their
 * ordinals. Belongs to one thread.
 */
final class BlockWriter implements AutoCloseable {

  private final VectorStore vectors;
  private final View.Writer view;
  private final long rowBytes;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment rows;
  private final List<VectorKey> keys = new ArrayList<>(Limits.BLOCK_VECTORS_MAX);
  private int written;

  BlockWriter(VectorStore vectors, View.Writer view) {
    this.vectors = vectors;
    this.view = view;
    this.rowBytes = (long) vectors.dimension() * Float.BYTES;
    this.rows = arena.allocate(Limits.BLOCK_VECTORS_MAX * rowBytes, Float.BYTES);
  }

  /**
   * Adds a vector.
   *
   * @param vector is copied
   * @return whether the block was full, and is written
   */
  boolean add(VectorKey key, MemorySegment vector) {
    MemorySegment.copy(vector, 0, rows, keys.size() * rowBytes, rowBytes);
    keys.add(key);
    return keys.size() == Limits.BLOCK_VECTORS_MAX && flush();
  }

  /**
   * Writes what there is.
   *
   * @return whether there was anything
   */
  boolean flush() {
    if (keys.isEmpty()) {
      return false;
    }
    var block = List.copyOf(keys);
    keys.clear(); // also when it fails, or it would be tried again
    var first =
        vectors.append(block, rows.asSlice(0, block.size() * rowBytes), CancelToken.create());
    for (var i = 0; i < block.size(); i++) {
      view.setOrdinal(block.get(i), first + i);
    }
    written += block.size();
    return true;
  }

  /** Vectors that are in the store, and whose chunks will have them with the next commit. */
  int written() {
    return written;
  }

  /** Forgets what is not written. */
  @Override
  public void close() {
    arena.close();
  }
}
