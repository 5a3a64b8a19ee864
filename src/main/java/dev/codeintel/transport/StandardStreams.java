package dev.codeintel.transport;

import dev.codeintel.ops.Log;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * The process's standard streams, taken away from everybody but the protocol and the log. One stray
 * byte on stdout ends a client's session, and native libraries print; so the protocol keeps a
 * descriptor of its own, and 1 and 2 become the end of a pipe whose lines go to the log. The pipe
 * is always read: nobody who prints can be stopped by a client that reads neither.
 *
 * @param in what the client sends
 * @param out the client's end of stdout; one write is one write(2)
 * @param err the real stderr, where the log goes
 * @param release ends the reading of what is printed; what is printed afterwards is lost
 */
public record StandardStreams(
    InputStream in, OutputStream out, OutputStream err, Runnable release) {

  private static final int PRINTED_BYTES_MAX = 8_192;

  /**
   * Takes the streams, for the life of the process. To be called before anything can print, and
   * once. From here on {@code System.out} and {@code System.err} end in the log at level debug; the
   * log itself goes to the real stderr.
   */
  public static StandardStreams take() {
    try {
      var out = new DescriptorOutput(Posix.dup(Posix.STDOUT));
      var err = new DescriptorOutput(Posix.dup(Posix.STDERR));
      Log.redirect(err);
      var pipe = Posix.pipe();
      Posix.dup2(pipe.writeEnd(), Posix.STDOUT);
      Posix.dup2(pipe.writeEnd(), Posix.STDERR);
      Posix.close(pipe.writeEnd());
      System.setOut(System.err);
      Thread.setDefaultUncaughtExceptionHandler(
          (thread, e) -> Log.error("Thread ended", e, "thread", thread.getName()));
      Thread.ofPlatform().daemon().name("printed-lines").start(() -> logPrinted(pipe.readEnd()));
      return new StandardStreams(
          new FileInputStream(FileDescriptor.in), out, err, StandardStreams::letGo);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot take stdin, stdout and stderr.", e);
    }
  }

  /**
   * The VM gives threads in native code 300 ms to come back before it exits, so the thread that
   * reads the pipe is sent home first. The real stderr is no place for 1 and 2: it may be full.
   */
  private static void letGo() {
    try {
      var nowhere = Posix.openForWriting("/dev/null");
      Posix.dup2(nowhere, Posix.STDOUT);
      Posix.dup2(nowhere, Posix.STDERR);
      Posix.close(nowhere);
    } catch (IOException e) {
      Log.error("Cannot let stdout and stderr go", e);
    }
  }

  private static void logPrinted(int readEnd) {
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
    } catch (IOException e) {
      Log.error("Cannot read what is printed", e);
    }
  }
}
