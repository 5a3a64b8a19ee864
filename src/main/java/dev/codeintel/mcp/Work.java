package dev.codeintel.mcp;

/** What it takes to answer a request. A result is a record or a map. */
sealed interface Work {

  /** Nothing: here is the result. */
  record Done(Object result) implements Work {}

  /** Something that may take long. */
  @FunctionalInterface
  non-sealed interface Job extends Work {

    /**
     * @return the result
     * @throws RpcException where there is none
     */
    Object run(Task task);
  }

  /** Nothing ever again: a stream on which the client waits for what does not come. */
  record Wait() implements Work {}
}
