package dev.codeintel.mcp;

/** What a received message leads to. */
public sealed interface Reply {

  /** Nothing is to be sent. */
  record None() implements Reply {}

  /** Ready to be sent; it never waits behind work. */
  record Now(byte[] message) implements Reply {}

  /**
   * Needs work that may take long, on a thread of the transport's choice, and memory until its
   * answer is written.
   */
  non-sealed interface Later extends Reply, AutoCloseable {

    /**
     * Does the work and sends what comes of it: any number of notifications, then the answer, or
     * nothing more once it is cancelled. Throws nothing but what the sink throws.
     */
    void run(Sink sink);

    /** Answers in as few words as possible, where {@link #run} threw before it did. */
    void fail(Sink sink);

    /**
     * Says that nobody waits for the answer any more. Safe for use by any thread, and at any time.
     */
    void cancel();

    /**
     * Lets others have the memory of the answer: to be called when that is written, or nobody will
     * write it, and {@link #run} has returned.
     */
    @Override
    void close();
  }

  /**
   * A stream that stays open until either side ends it; nothing is due on it in between.
   *
   * @param acknowledgement to be sent at once
   * @param end to be sent when this side ends it
   */
  record Open(byte[] acknowledgement, byte[] end) implements Reply {}
}
