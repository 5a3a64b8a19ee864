package dev.codeintel.store;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexNotFoundException;

/** Hands out the newest committed state of a view. Safe for use by any thread. */
public final class Generations implements AutoCloseable {

  private final View view;
  private final Optional<VectorStore> vectors;
  private final ReentrantLock loading = new ReentrantLock();
  private Generation current;
  private boolean closed;

  /**
   * @param vectors absent when there is no embedder
   */
  public Generations(View view, Optional<VectorStore> vectors) {
    this.view = view;
    this.vectors = vectors;
  }

  /**
   * A generation, to be released by the caller; empty while nothing is committed. It is the newest,
   * unless another thread is just loading that one: nobody waits for it but who has none yet.
   */
  public Optional<Generation> acquire() {
    if (loading.tryLock()) {
      loadAndUnlock();
    } else if (!hasCurrent()) {
      loading.lock();
      loadAndUnlock();
    }
    return current();
  }

  /** The newest generation, for the run that has just committed it; else as {@link #acquire}. */
  public Optional<Generation> acquireNewest() {
    loading.lock();
    loadAndUnlock();
    return current();
  }

  private void loadAndUnlock() {
    try {
      load();
    } catch (IOException e) {
      throw StoreException.of(view.folder(), e);
    } finally {
      loading.unlock();
    }
  }

  private void load() throws IOException {
    var old = current();
    try {
      var newer =
          old.isPresent()
              ? Optional.ofNullable(DirectoryReader.openIfChanged(old.get().reader()))
              : view.open();
      if (newer.isPresent()) {
        replace(generation(newer.get()));
      }
    } catch (IndexNotFoundException e) {
      replace(null); // somebody removed the whole view
    } finally {
      old.ifPresent(Generation::release);
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

  private synchronized void replace(Generation newer) {
    if (current != null) {
      current.release();
    }
    current = newer;
  }

  private synchronized boolean hasCurrent() {
    return current != null;
  }

  private synchronized Optional<Generation> current() {
    if (closed) {
      throw new IllegalStateException("the index is closed");
    }
    return Optional.ofNullable(current).filter(Generation::tryAcquire);
  }

  @Override
  public void close() {
    loading.lock();
    try {
      synchronized (this) {
        closed = true;
      }
      replace(null);
    } finally {
      loading.unlock();
    }
  }
}
