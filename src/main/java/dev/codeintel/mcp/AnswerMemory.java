package dev.codeintel.mcp;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.MemoryBudget;
import dev.codeintel.ops.MemoryShare;

/**
 * Memory for the answers of all clients, from before they are made until they are written. Small
 * ones have theirs apart, so that they never wait for large ones. Safe for use by any thread.
 */
record AnswerMemory(MemoryBudget small, MemoryBudget large) {

  static AnswerMemory ofHeap() {
    return new AnswerMemory(
        new MemoryBudget(Limits.SMALL_ANSWERS_BYTES_MAX),
        new MemoryBudget(Limits.LARGE_ANSWERS_BYTES_MAX));
  }

  /** For one answer. */
  MemoryShare forAnswer() {
    return new MemoryShare(bytes -> bytes <= Limits.SMALL_ANSWER_BYTES_MAX ? small : large);
  }

  /** For an array of answers: of small ones there may be many. */
  MemoryShare forBatch() {
    return large.share();
  }
}
