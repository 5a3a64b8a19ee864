package dev.codeintel.mcp;

/** Ends the handling of a request with a JSON-RPC error. */
final class RpcException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient RpcError error;

  RpcException(RpcError error) {
    super(error.message());
    this.error = error;
  }

  RpcError error() {
    return error;
  }
}
