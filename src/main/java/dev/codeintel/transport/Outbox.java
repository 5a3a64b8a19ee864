package dev.codeintel.transport;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.Log;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Messages on their way to the client, written by one thread, one write a message. Whoever has the
 * result of work waits until it is written; what can be answered at once has room of its own, so
 * that whoever reads the client's messages is not stopped by results.
 */
final class Outbox {

  private static final byte[] END = {};

  private final OutputStream out;
  private final Runnable onBroken;
  private final LinkedBlockingQueue<Entry> entries = new LinkedBlockingQueue<>();
  private final Semaphore roomForQuickAnswers = new Semaphore(Limits.REQUESTS_IN_FLIGHT_MAX);
  private final CountDownLatch written = new CountDownLatch(1);

  /**
   * @param room what is given back when the message is written
   */
  private record Entry(byte[] message, Semaphore room) {}

  /**
   * @param onBroken runs once when the client's end is gone; later messages are thrown away
   */
  Outbox(OutputStream out, Runnable onBroken) {
    this.out = out;
    this.onBroken = onBroken;
  }

  void start() {
    Thread.ofPlatform().daemon().name("stdio-writer").start(this::write);
  }

  /** Returns when it is written, or thrown away. */
  void addResult(byte[] message) {
    var isWritten = new Semaphore(0);
    entries.add(new Entry(message, isWritten));
    isWritten.acquireUninterruptibly();
  }

  void addQuickAnswer(byte[] message) {
    roomForQuickAnswers.acquireUninterruptibly();
    entries.add(new Entry(message, roomForQuickAnswers));
  }

  /** Says that no message follows, and waits for those that are there. */
  void finish(long millisMax) throws InterruptedException {
    entries.add(new Entry(END, new Semaphore(0)));
    written.await(millisMax, TimeUnit.MILLISECONDS);
  }

  private void write() {
    var broken = false;
    try {
      for (var entry = entries.take(); entry.message() != END; entry = entries.take()) {
        if (!broken) {
          broken = !isWritten(entry.message());
        }
        entry.room().release();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the writer", e);
    } finally {
      written.countDown();
    }
  }

  private boolean isWritten(byte[] message) {
    var line = new byte[message.length + 1];
    System.arraycopy(message, 0, line, 0, message.length);
    line[message.length] = '\n';
    try {
      out.write(line);
      out.flush();
      return true;
    } catch (IOException e) {
      onBroken.run();
      return false;
    } catch (RuntimeException | Error e) { // or every answer would wait for a writer that is gone
      Log.error("Cannot write to the client", e);
      onBroken.run();
      return false;
    }
  }
}
