package dev.codeintel.tool;

/**
 * One tool. Answers do not depend on calls before, which may only be remembered to be quicker; safe
 * for use by any thread.
 */
public interface Tool {

  ToolDefinition definition();

  /**
   * Does the work.
   *
   * @param arguments checked against {@link #definition()}
   * @throws dev.codeintel.ops.CodeintelException with what the agent can do next
   */
  Result call(Backend backend, Arguments arguments, Call call);
}
