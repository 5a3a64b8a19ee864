package dev.codeintel.transport;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Server-sent events, one a message, written by one thread. A failure means a client that left. */
final class EventStream {

  private static final byte[] BEGIN = "event: message\ndata: ".getBytes(StandardCharsets.UTF_8);
  private static final byte[] END = "\n\n".getBytes(StandardCharsets.UTF_8);
  private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.UTF_8);

  private final OutputStream out;
  private final WriteGuard guard;

  EventStream(OutputStream out, WriteGuard guard) {
    this.out = out;
    this.guard = guard;
  }

  /**
   * @param message without a line break
   */
  void send(byte[] message) throws IOException {
    guard.write(() -> out.write(BEGIN));
    guard.write(out, message);
    guard.write(
        () -> {
          out.write(END);
          out.flush();
        });
  }

  /** Says nothing: the only way to learn that nobody listens any more. */
  void heartbeat() throws IOException {
    guard.write(
        () -> {
          out.write(COMMENT);
          out.flush();
        });
  }

  /** Ends the stream as a whole answer. */
  void close() throws IOException {
    guard.write(out::close);
  }
}
