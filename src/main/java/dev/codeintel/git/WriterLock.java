package dev.codeintel.git;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A lock between threads and processes that nobody waits for. Lock files are opened here only, and
 * once at a time in a process: on Linux any close of a locked file releases its lock.
 */
final class WriterLock implements AutoCloseable {

  private static final Set<Path> TAKEN = ConcurrentHashMap.newKeySet();

  private final Optional<Path> file;
  private final Optional<FileChannel> channel;

  private WriterLock(Optional<Path> file, Optional<FileChannel> channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Takes the lock, or says that somebody else holds it. */
  static WriterLock tryTake(Path file) throws IOException {
    var key = file.toAbsolutePath().normalize();
    if (!TAKEN.add(key)) {
      return new WriterLock(Optional.empty(), Optional.empty());
    }
    var held = false;
    try {
      var opened = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        held = opened.tryLock() != null;
      } finally {
        if (!held) {
          opened.close();
        }
      }
      return held
          ? new WriterLock(Optional.of(key), Optional.of(opened))
          : new WriterLock(Optional.empty(), Optional.empty());
    } finally {
      if (!held) {
        TAKEN.remove(key);
      }
    }
  }

  boolean isHeld() {
    return channel.isPresent();
  }

  @Override
  public void close() throws IOException {
    try {
      if (channel.isPresent()) {
        channel.get().close();
      }
    } finally {
      file.ifPresent(TAKEN::remove);
    }
  }
}
