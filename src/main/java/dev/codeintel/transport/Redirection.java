package dev.codeintel.transport;

import dev.codeintel.ops.Log;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Makes 1 and 2 the end of a pipe whose lines go to the log. Linking the calls for that takes as
 * long as the rest of a start, and a client waits for its first answer; so where nobody could print
 * yet, this is done behind that answer. Java's own streams are turned away from 1 before, and
 * native libraries wait for {@link #await()}; what is left is the VM, which the launcher has speak
 * on stderr.
 */
final class Redirection {

  /** A client that says nothing for so long is no longer in a hurry. */
  private static final int FIRST_ANSWER_MILLIS = 500;

  private static final int PRINTED_BYTES_MAX = 8_192;

  private final CountDownLatch answered = new CountDownLatch(1);
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private final ClientOutput out;
  private final LogOutput err = new LogOutput();
  private boolean released; // under this

  /**
   * @param stdout 1 itself
   */
  Redirection(OutputStream stdout) {
    out = new ClientOutput(stdout);
  }

  /** What the client reads. */
  OutputStream out() {
    return out;
  }

  /** What people read. */
  OutputStream err() {
    return err;
  }

  /**
   * @param vmIsQuiet whether the VM itself prints nothing on 1, such as a thread dump
   */
  void start(boolean vmIsQuiet) {
    Thread.ofPlatform().daemon().name("printed-lines").start(this::run);
    if (!vmIsQuiet) {
      await();
    }
  }

  /** Waits until it is done. */
  void await() {
    answered.countDown();
    done.join();
  }

  private void run() {
    try {
      answered.await(FIRST_ANSWER_MILLIS, TimeUnit.MILLISECONDS);
      Posix.link();
      var readEnd = redirect();
      done.complete(null);
      if (readEnd >= 0) {
        logPrinted(readEnd);
      }
    } catch (IOException | RuntimeException | Error e) {
      done.completeExceptionally(e); // whoever would load a native library must not
      Log.error("Cannot take stdout and stderr", e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the redirection", e);
    }
  }

  /** The end to read from; -1 when it is too late. */
  private synchronized int redirect() throws IOException {
    if (released) {
      return -1;
    }
    var pipe = Posix.pipe();
    // Whoever is in the middle of a write to 2 finishes it where it began; a line that comes too
    // late for that goes through the pipe.
    err.to(new DescriptorOutput(Posix.dup(Posix.STDERR)));
    Posix.dup2(pipe.writeEnd(), Posix.STDERR);
    out.toCopyBefore(() -> Posix.dup2(pipe.writeEnd(), Posix.STDOUT));
    Posix.close(pipe.writeEnd());
    return pipe.readEnd();
  }

  /**
   * The VM gives threads in native code 300 ms to come back before it exits, so the thread that
   * reads the pipe is sent home first. The real stderr is no place for 1 and 2: it may be full.
   */
  synchronized void release() {
    released = true;
    if (!done.isDone() || done.isCompletedExceptionally()) {
      return;
    }
    try {
      var nowhere = Posix.openForWriting("/dev/null");
      Posix.dup2(nowhere, Posix.STDOUT);
      Posix.dup2(nowhere, Posix.STDERR);
      Posix.close(nowhere);
    } catch (IOException e) {
      Log.error("Cannot let stdout and stderr go", e);
    }
  }

  private static void logPrinted(int readEnd) throws IOException {
    try (var arena = Arena.ofConfined()) {
      var buffer = arena.allocate(PRINTED_BYTES_MAX);
      while (true) {
        var count = Posix.read(readEnd, buffer);
        if (count == 0) {
          return;
        }
        var bytes = buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
        new String(bytes, StandardCharsets.UTF_8)
            .lines()
            .filter(line -> !line.isBlank())
            .forEach(line -> Log.debug("Printed", "line", line));
      }
    }
  }

  /** A step that may fail. */
  private interface Step {
    void run() throws IOException;
  }

  /** Under a lock: a message must not meet the moment at which 1 becomes something else. */
  private final class ClientOutput extends OutputStream {

    private OutputStream target;

    private ClientOutput(OutputStream stdout) {
      target = stdout;
    }

    private synchronized void toCopyBefore(Step step) throws IOException {
      target = new DescriptorOutput(Posix.dup(Posix.STDOUT));
      step.run();
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
      target.write(bytes, offset, length);
      answered.countDown();
    }
  }

  /** Without a lock: a person's end that is full must stop nobody but the log. */
  private static final class LogOutput extends OutputStream {

    private volatile OutputStream target = new FileOutputStream(FileDescriptor.err);

    private void to(OutputStream other) {
      target = other;
    }

    @Override
    public void write(int value) throws IOException {
      target.write(value);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      target.write(bytes, offset, length);
    }
  }
}
