package dev.codeintel.embed;

import dev.codeintel.config.Settings;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.Log;
import java.net.http.HttpTimeoutException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The embedder that the settings ask for, opened when it is first needed, once. While its server
 * cannot be had, those who need it fail at once instead of waiting one after the other. Safe for
 * use by any thread.
 */
public final class Embedders implements AutoCloseable {

  private final Settings settings;
  private final Circuit circuit = new Circuit();
  private final ReentrantLock opening = new ReentrantLock();
  private Optional<Connections> connections = Optional.empty(); // under opening, as the next
  private boolean closed;
  private volatile Optional<Embedder> opened; // null until it is; written under opening

  /** Nothing is opened by that. */
  public Embedders(Settings settings) {
    this.settings = settings;
  }

  /**
   * Opens the embedder, on this thread, or gives the one that is open. It is closed with this.
   *
   * @return empty when the settings ask for none, or when none can run here
   * @throws EmbeddingException when the server cannot be had, with what to do next; it may come
   *     back, and its vectors wait under its own identity
   */
  public Optional<Embedder> get(CancelToken cancel) {
    if (opened != null) {
      return opened;
    }
    lock(new Wait(cancel, OpenAiEmbedder.patience(settings)));
    try {
      if (closed) {
        throw new IllegalStateException("The embedder was closed.");
      }
      if (opened == null) {
        opened = open(new Wait(cancel, OpenAiEmbedder.patience(settings)));
      }
      return opened;
    } finally {
      opening.unlock();
    }
  }

  private void lock(Wait wait) {
    try {
      while (!opening.tryLock(Wait.LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        wait.check();
      }
    } catch (HttpTimeoutException e) {
      throw new EmbeddingException(
          "The embedding server is still being asked for its model; try again later.", e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a call", e);
    }
  }

  private Optional<Embedder> open(Wait wait) {
    return switch (settings.embedder()) {
      case LOCAL -> local();
      case VLLM -> Optional.of(remote(wait));
      case NONE -> Optional.empty();
    };
  }

  private Optional<Embedder> local() {
    try {
      return Optional.of(OnnxEmbedder.open(settings.cacheDirectory(), settings.embedThreads()));
    } catch (EmbeddingException e) {
      Log.warning("No embedding model", "reason", e.getMessage());
      return Optional.empty();
    }
  }

  private OpenAiEmbedder remote(Wait wait) {
    if (connections.isEmpty()) {
      connections =
          Optional.of(
              new Connections(
                  settings.vllmMaxConnections(), settings.vllmMaxKeepaliveConnections()));
    }
    circuit.check();
    try {
      var embedder = OpenAiEmbedder.open(settings, connections.get(), wait);
      circuit.passed();
      return embedder;
    } catch (ServerException e) {
      circuit.failed(e);
      throw e;
    }
  }

  /** Waits for calls in flight, and frees everything. */
  @Override
  public void close() {
    opening.lock();
    try {
      closed = true;
      if (opened != null) {
        opened.ifPresent(Embedder::close);
      }
      connections.ifPresent(Connections::close);
    } finally {
      opening.unlock();
    }
  }
}
