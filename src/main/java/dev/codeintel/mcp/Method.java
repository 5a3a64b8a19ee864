package dev.codeintel.mcp;

/** What stands behind the name of a method. Safe for use by any thread. */
@FunctionalInterface
interface Method {

  /**
   * Checks a request and says what it takes to answer it. Neither waits nor looks at the
   * repository.
   *
   * @throws RpcException where the request is not in order
   */
  Work prepare(Asked asked);
}
