package dev.codeintel.mcp;

/** Takes messages to the client. Safe for use by any thread; may wait for a slow client. */
@FunctionalInterface
public interface Sink {

  /**
   * @param message one JSON value in UTF-8 without a line break
   */
  void send(byte[] message);
}
