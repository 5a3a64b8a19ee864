package dev.codeintel.transport;

import dev.codeintel.config.Limits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;

/**
 * Reads the bodies of requests, each within a bound and all within another: what a client says that
 * it will send takes no memory. The JDK's server ends those that take too long ({@link
 * HttpTuning}). Safe for use by any thread.
 */
final class Bodies {

  private static final int PIECE_BYTES = 8 << 10;
  private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

  private final Semaphore bytesLeft = new Semaphore(Limits.HTTP_BODIES_BYTES_MAX);

  /**
   * Refuses a body by what its head says, before anything of it is read.
   *
   * @param length the values of the Content-Length header
   */
  static void checkLength(List<String> length) throws Refusal {
    for (var value : length) {
      if (!LENGTH.matcher(value).matches()) { // the JDK's server takes a sign
        throw Refusal.of(400, "length", "Content-Length must be a number.");
      }
      if (Long.parseLong(value) > Limits.HTTP_BODY_BYTES_MAX) {
        throw Refusal.tooLarge(Limits.HTTP_BODY_BYTES_MAX);
      }
    }
  }

  /** Room for one body, which must be closed when nothing of it is needed any more. */
  Room room() {
    return new Room();
  }

  /** What one body takes of the bound. Used by one thread. */
  final class Room implements AutoCloseable {

    private int held;

    /** Reads a body to its end. */
    byte[] read(InputStream in) throws IOException, Refusal {
      var body = new ByteArrayOutputStream();
      var piece = new byte[PIECE_BYTES];
      for (var count = next(in, piece); count >= 0; count = next(in, piece)) {
        hold(body.size() + count);
        body.write(piece, 0, count);
      }
      return body.toByteArray();
    }

    private void hold(int bytes) throws Refusal {
      if (bytes > Limits.HTTP_BODY_BYTES_MAX) {
        throw Refusal.tooLarge(Limits.HTTP_BODY_BYTES_MAX);
      }
      var more = Math.max(0, bytes - Limits.HTTP_SMALL_BODY_BYTES_MAX) - held;
      if (!bytesLeft.tryAcquire(more)) {
        throw Refusal.busy("Too many large requests are being served. Send them one at a time.");
      }
      held += more;
    }

    @Override
    public void close() {
      bytesLeft.release(held);
      held = 0;
    }
  }

  /** Reads what is left of a body, within a bound, and throws it away. */
  static void drain(InputStream in) throws IOException {
    var piece = new byte[PIECE_BYTES];
    try {
      var left = Limits.HTTP_DRAIN_BYTES_MAX;
      for (var count = 0; count >= 0 && left > 0; left -= count) {
        count = next(in, piece);
      }
    } catch (Refusal e) {
      throw new IOException(e);
    }
  }

  private static int next(InputStream in, byte[] piece) throws IOException, Refusal {
    try {
      return in.read(piece);
    } catch (IndexOutOfBoundsException e) { // what the JDK makes of a chunk of 2 GB
      throw Refusal.of(400, "length", "The body is not in chunks that can be read.");
    }
  }
}
