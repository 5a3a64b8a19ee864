package dev.codeintel.mcp;

import dev.codeintel.config.Limits;
import java.math.BigInteger;
import java.util.Map;
import java.util.Optional;

/**
 * A request, and what is known of the conversation that it belongs to.
 *
 * @param revision that the client speaks
 * @param session names the conversation, where there is one
 */
record Asked(
    Revision revision, String method, Map<String, Object> params, Optional<String> session) {

  /** For whoever keeps it while a long answer is made. */
  Asked withoutParams() {
    return new Asked(revision, method, Map.of(), session);
  }

  /** What the client says about the request rather than in it; empty when it says nothing. */
  Map<String, Object> meta() {
    return Json.asObject(params.get(Meta.KEY)).orElse(Map.of());
  }

  /** Under which name the client wants to hear of progress: a short text or a whole number. */
  Optional<Object> progressToken() {
    return Optional.ofNullable(meta().get("progressToken"))
        .filter(
            token ->
                isWhole(token)
                    || token instanceof String text && text.length() <= Limits.ID_CHARS_MAX);
  }

  private static boolean isWhole(Object token) {
    return token instanceof Long || token instanceof BigInteger;
  }
}
