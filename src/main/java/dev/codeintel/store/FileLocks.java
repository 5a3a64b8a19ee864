package dev.codeintel.store;

import dev.codeintel.ops.CancelToken;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Shared and exclusive locks that hold between processes and between threads.
 *
 * <p>On Linux any close of a locked file in the same process releases its lock, so lock files are
 * opened here only, and at most once at a time in a process. A lock may be released by another
 * thread than the one that took it.
 */
final class FileLocks {

  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final Map<Path, FileLocks> OPEN = new ConcurrentHashMap<>();

  private final Path file;
  private FileChannel channel;
  private int sharers;
  private boolean exclusive;

  private FileLocks(Path file) {
    this.file = file;
  }

  /** Waits until nobody holds the lock exclusively. */
  static HeldLock shared(Path file, CancelToken cancel) {
    return await(of(file), true, cancel);
  }

  /** Waits until nobody else holds the lock. */
  static HeldLock exclusive(Path file, CancelToken cancel) {
    return await(of(file), false, cancel);
  }

  private static FileLocks of(Path file) {
    return OPEN.computeIfAbsent(file.toAbsolutePath().normalize(), FileLocks::new);
  }

  private static HeldLock await(FileLocks locks, boolean shared, CancelToken cancel) {
    while (true) {
      var held = locks.tryTake(shared);
      if (held.isPresent()) {
        return held.get();
      }
      cancel.check();
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private synchronized Optional<HeldLock> tryTake(boolean shared) {
    if (exclusive || (!shared && sharers > 0)) {
      return Optional.empty();
    }
    if (sharers == 0 && !lockFile(shared)) {
      return Optional.empty();
    }
    sharers += shared ? 1 : 0;
    exclusive = !shared;
    return Optional.of(new Release(this, shared));
  }

  private boolean lockFile(boolean shared) {
    try {
      var opened =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      try {
        if (opened.tryLock(0, Long.MAX_VALUE, shared) != null) {
          channel = opened;
          return true;
        }
      } finally {
        if (channel != opened) {
          opened.close();
        }
      }
      return false;
    } catch (IOException e) {
      throw StoreException.io(file, e);
    }
  }

  private synchronized void release(boolean shared) {
    sharers -= shared ? 1 : 0;
    exclusive = false;
    if (sharers == 0) {
      try {
        channel.close();
      } catch (IOException e) {
        throw StoreException.io(file, e);
      } finally {
        channel = null;
      }
    }
  }

  private static final class Release implements HeldLock {

    private final FileLocks locks;
    private final boolean shared;
    private boolean released;

    Release(FileLocks locks, boolean shared) {
      this.locks = locks;
      this.shared = shared;
    }

    @Override
    public synchronized void close() {
      if (!released) {
        released = true;
        locks.release(shared);
      }
    }
  }
}
