package dev.codeintel.mcp;

/** What a received message leads to. */
public sealed interface Reply {

  /** Nothing is to be sent. */
  record None() implements Reply {}

  /** Ready to be sent; it never waits behind work. */
  record Now(byte[] message) implements Reply {}

  /** Needs work that may take long, on a thread of the transport's choice. */
  non-sealed interface Later extends Reply {

    /** Does the work and sends what comes of it; throws nothing but what the sink throws. */
    void run(Sink sink);
  }
}
