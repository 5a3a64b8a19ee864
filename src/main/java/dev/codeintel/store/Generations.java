package dev.codeintel.store;

import java.io.IOException;
import java.util.Optional;
import org.apache.lucene.index.DirectoryReader;

/** Hands out the newest committed state of a view. Safe for use by any thread. */
public final class Generations implements AutoCloseable {

  private final View view;
  private final Optional<VectorStore> vectors;
  private Generation current;
  private boolean closed;

  /**
   * @param vectors absent when there is no embedder
   */
  public Generations(View view, Optional<VectorStore> vectors) {
    this.view = view;
    this.vectors = vectors;
  }

  /** The newest generation, to be released by the caller; empty while nothing is committed. */
  public synchronized Optional<Generation> acquire() {
    if (closed) {
      throw new IllegalStateException("the index is closed");
    }
    try {
      refresh();
    } catch (IOException e) {
      throw StoreException.damaged(view.folder(), e.toString());
    }
    if (current == null || !current.tryAcquire()) {
      return Optional.empty();
    }
    return Optional.of(current);
  }

  private void refresh() throws IOException {
    if (current == null) {
      var reader = view.open();
      if (reader.isPresent()) {
        current = generation(reader.get());
      }
      return;
    }
    var newer = DirectoryReader.openIfChanged(current.reader());
    if (newer != null) {
      var old = current;
      current = generation(newer);
      old.release();
    }
  }

  private Generation generation(DirectoryReader reader) throws IOException {
    try {
      return new Generation(reader, vectors.map(VectorStore::blocks));
    } catch (IOException | RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (current != null) {
      current.release();
      current = null;
    }
  }
}
