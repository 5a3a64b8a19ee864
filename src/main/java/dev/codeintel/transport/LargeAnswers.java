package dev.codeintel.transport;

import dev.codeintel.config.Limits;
import java.util.concurrent.Semaphore;

/**
 * Room for large answers that wait for their clients to read them: a few hundred who ask for whole
 * files and do not read would otherwise fill the heap. Safe for use by any thread.
 */
final class LargeAnswers {

  /** One answer's; to be given back. */
  interface Room extends AutoCloseable {
    @Override
    void close();
  }

  private final Semaphore bytesLeft = new Semaphore(Limits.HTTP_LARGE_ANSWERS_BYTES_MAX);

  /**
   * @throws Refusal 503 when there is no room
   */
  Room take(byte[] answer) throws Refusal {
    if (answer.length < Limits.HTTP_LARGE_ANSWER_BYTES) {
      return () -> {};
    }
    if (!bytesLeft.tryAcquire(answer.length)) {
      throw Refusal.busy(
          "Too many large answers wait for their clients to read them. Read those, then ask again.");
    }
    return () -> bytesLeft.release(answer.length);
  }
}
