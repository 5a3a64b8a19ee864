package dev.codeintel.transport;

import dev.codeintel.ops.Log;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * The process's standard streams, taken away from everybody but the protocol and the log. One stray
 * byte on stdout ends a client's session, and native libraries print; so the protocol keeps a
 * descriptor of its own, and 1 and 2 become the end of a pipe whose lines go to the log. The pipe
 * is always read: nobody who prints can be stopped by a client that reads neither.
 *
 * @param in what the client sends
 * @param out the client's end of stdout; one write is one write(2)
 * @param err the real stderr, where the log goes
 * @param seal waits until nothing that is printed can reach the client: to be called before the
 *     first native library is loaded
 * @param release ends the reading of what is printed; what is printed afterwards is lost
 */
public record StandardStreams(
    InputStream in, OutputStream out, OutputStream err, Runnable seal, Runnable release) {

  /**
   * Takes the streams, for the life of the process. To be called before anything can print, and
   * once. From here on {@code System.out} and {@code System.err} end in the log at level debug; the
   * log itself goes to the real stderr.
   *
   * @param stdout descriptor 1 itself, unbuffered
   * @param vmIsQuiet whether the VM itself prints nothing on 1, such as a thread dump
   */
  public static StandardStreams take(OutputStream stdout, boolean vmIsQuiet) {
    var redirection = new Redirection(stdout);
    Log.redirect(redirection.err());
    System.setOut(System.err);
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, e) -> Log.error("Thread ended", e, "thread", thread.getName()));
    redirection.start(vmIsQuiet);
    return new StandardStreams(
        new FileInputStream(FileDescriptor.in),
        redirection.out(),
        redirection.err(),
        redirection::await,
        redirection::release);
  }
}
