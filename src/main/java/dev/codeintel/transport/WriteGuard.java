package dev.codeintel.transport;

import dev.codeintel.config.Limits;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Frees threads whose client does not take what they write to it. Closing the connection from
 * another thread does not: it waits for the writer. So the writer is interrupted, which closes its
 * socket: only while it is inside a write that is marked here, and never with anything left of it
 * afterwards. Safe for use by any thread.
 */
final class WriteGuard implements AutoCloseable {

  private static final int LOOKS_A_WRITE = 10;

  /** Uses a socket, and nothing else. */
  @FunctionalInterface
  interface Write {
    void run() throws IOException;
  }

  private final Set<Mark> marks = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final long nanosMax;
  private final long nanosAByteMax;

  /**
   * @param most how long a write may take, give or take a tenth
   * @param bytesASecondMin how many a client must read of what takes longer than that in all
   */
  WriteGuard(Duration most, int bytesASecondMin) {
    nanosMax = most.toNanos();
    nanosAByteMax = TimeUnit.SECONDS.toNanos(1) / bytesASecondMin;
    Thread.ofVirtual().name("http-write-guard").start(this::watch);
  }

  /** Does a write on this thread; one that takes too long ends with an IOException. */
  void write(Write write) throws IOException {
    var mark = new Mark(Thread.currentThread());
    marks.add(mark);
    try {
      write.run();
    } finally {
      mark.leave();
      marks.remove(mark);
    }
  }

  /**
   * Writes bytes piece by piece, so that no piece takes long.
   *
   * @throws IOException also where they are read too slowly all in all: what waits takes memory
   */
  void write(OutputStream out, byte[] bytes) throws IOException {
    var start = System.nanoTime();
    for (var at = 0; at < bytes.length; at += Limits.HTTP_SLICE_BYTES_MAX) {
      if (at > 0 && System.nanoTime() - start > nanosMax + at * nanosAByteMax) {
        throw new IOException("the client reads too slowly");
      }
      var from = at;
      write(
          () -> out.write(bytes, from, Math.min(bytes.length - from, Limits.HTTP_SLICE_BYTES_MAX)));
    }
  }

  private void watch() {
    try {
      while (!closed.await(nanosMax / LOOKS_A_WRITE, TimeUnit.NANOSECONDS)) {
        for (var mark : marks) {
          mark.interruptAfter(nanosMax);
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the guard", e);
    }
  }

  /** Ends the watch; writes are still done. */
  @Override
  public void close() {
    closed.countDown();
  }

  /** One write that is going on. */
  private static final class Mark {

    private final Thread writer;
    private final long startNanos = System.nanoTime();
    private boolean left;
    private boolean interrupted;

    Mark(Thread writer) {
      this.writer = writer;
    }

    synchronized void interruptAfter(long nanos) {
      if (!left && System.nanoTime() - startNanos > nanos) {
        interrupted = true;
        writer.interrupt();
      }
    }

    synchronized void leave() {
      left = true;
      if (interrupted) {
        var _ = Thread.interrupted();
      }
    }
  }
}
