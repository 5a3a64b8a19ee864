package dev.codeintel.mcp;

import java.util.Optional;

/** The error object of JSON-RPC. */
record RpcError(int code, String message, Optional<Object> data) {

  static final int PARSE_ERROR = -32700;
  static final int INVALID_REQUEST = -32600;
  static final int METHOD_NOT_FOUND = -32601;
  static final int INVALID_PARAMS = -32602;
  static final int INTERNAL_ERROR = -32603;

  static RpcError of(int code, String message) {
    return new RpcError(code, message, Optional.empty());
  }

  static RpcError parseError(String message) {
    return of(PARSE_ERROR, message);
  }

  static RpcError invalidRequest(String message) {
    return of(INVALID_REQUEST, message);
  }

  static RpcError invalidParams(String message) {
    return of(INVALID_PARAMS, message);
  }
}
