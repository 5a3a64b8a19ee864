package dev.codeintel.mcp;

import java.util.Map;
import java.util.Optional;

/** The error object of JSON-RPC. */
record RpcError(int code, String message, Optional<Object> data) {

  static final int PARSE_ERROR = -32700;
  static final int INVALID_REQUEST = -32600;
  static final int METHOD_NOT_FOUND = -32601;
  static final int INVALID_PARAMS = -32602;
  static final int INTERNAL_ERROR = -32603;
  static final int HEADER_MISMATCH = -32020;
  static final int MISSING_CLIENT_CAPABILITY = -32021;
  static final int UNSUPPORTED_PROTOCOL_VERSION = -32022;

  private static final int SHOWN_CHARS_MAX = 100;

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

  static RpcError methodNotFound(String method) {
    return of(METHOD_NOT_FOUND, "There is no method " + clip(method));
  }

  static RpcError internal() {
    return of(INTERNAL_ERROR, "Something went wrong inside codeintel.");
  }

  static RpcError headerMismatch(String message) {
    return of(HEADER_MISMATCH, message);
  }

  static RpcError unsupportedVersion(String requested) {
    var shown = clip(requested);
    return new RpcError(
        UNSUPPORTED_PROTOCOL_VERSION,
        "Protocol version %s is not supported; see data.supported.".formatted(shown),
        Optional.of(Map.of("supported", Revision.allStateless(), "requested", shown)));
  }

  /** What a peer sent, short enough for a message. */
  static String clip(String text) {
    return text.length() > SHOWN_CHARS_MAX ? text.substring(0, SHOWN_CHARS_MAX) + "..." : text;
  }
}
