package dev.codeintel.mcp;

import java.util.Map;
import java.util.Optional;

/**
 * What a request of a stateless revision says of itself: which revision, and what its client can
 * do.
 */
final class Envelope {

  private Envelope() {}

  /** Whether a request says which revision it speaks, rightly or not. */
  static boolean isClaimed(Map<String, Object> params) {
    return meta(params).containsKey(Meta.PROTOCOL_VERSION);
  }

  /** The version that is claimed, as it is shown; it need not be a text. */
  static String claimed(Map<String, Object> params) {
    return String.valueOf(meta(params).get(Meta.PROTOCOL_VERSION));
  }

  /** Whether a request is of a stateless revision that is spoken here, and says all it must. */
  static boolean isValid(Map<String, Object> params) {
    return isClaimed(params)
        && problem(params).isEmpty()
        && Revision.stateless(version(params)).isPresent();
  }

  /**
   * The version that is named.
   *
   * @throws RpcException where something is missing
   */
  static String requireComplete(Map<String, Object> params) {
    var problem = problem(params);
    if (problem.isPresent()) {
      throw new RpcException(RpcError.invalidParams(problem.get()));
    }
    return version(params);
  }

  /**
   * @throws RpcException naming those that are supported
   */
  static Revision requireSupported(String version) {
    return Revision.stateless(version)
        .orElseThrow(() -> new RpcException(RpcError.unsupportedVersion(version)));
  }

  private static String version(Map<String, Object> params) {
    return (String) meta(params).get(Meta.PROTOCOL_VERSION);
  }

  private static Optional<String> problem(Map<String, Object> params) {
    var meta = meta(params);
    if (!(meta.get(Meta.PROTOCOL_VERSION) instanceof String)) {
      return Optional.of("params._meta must name a version under " + Meta.PROTOCOL_VERSION);
    }
    if (!(meta.get(Meta.CLIENT_CAPABILITIES) instanceof Map<?, ?>)) {
      return Optional.of("params._meta must hold an object under " + Meta.CLIENT_CAPABILITIES);
    }
    return Optional.empty();
  }

  private static Map<String, Object> meta(Map<String, Object> params) {
    return Json.asObject(params.get(Meta.KEY)).orElse(Map.of());
  }
}
