package dev.codeintel.tool;

import dev.codeintel.config.Limits;

/**
 * One tool. Answers do not depend on calls before, which may only be remembered to be quicker; safe
 * for use by any thread.
 */
public interface Tool {

  ToolDefinition definition();

  /** What a call can at most take in memory until its answer is made, that answer included. */
  default long bytesMax(Arguments arguments) {
    return (long) arguments.maxTokens() * Limits.TOKEN_BYTES * Limits.ANSWER_COPIES_MAX;
  }

  /**
   * Does the work.
   *
   * @param arguments checked against {@link #definition()}
   * @throws dev.codeintel.ops.CodeintelException with what the agent can do next
   */
  Result call(Backend backend, Arguments arguments, Call call);
}
