package dev.codeintel.mcp;

import java.util.Map;
import java.util.Optional;

/** A JSON-RPC message that has come in. An id is a String, a Long or a BigInteger. */
sealed interface Message {

  record Request(Object id, String method, Map<String, Object> params) implements Message {}

  record Notification(String method, Map<String, Object> params) implements Message {}

  /** An answer to something this server never asked; ignored. */
  record Response() implements Message {}

  /**
   * Something that deserves nothing but an error.
   *
   * @param id where it could be read
   */
  record Malformed(Optional<Object> id, RpcError error) implements Message {}
}
