package dev.codeintel.mcp;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * How long a client may keep a result, and whether it may show it to others.
 *
 * @param ttlMs milliseconds
 */
record Caching(long ttlMs, String cacheScope) {

  /** The same for everybody for as long as this process lives. */
  private static final Caching FIXED = new Caching(TimeUnit.HOURS.toMillis(1), "public");

  /** A file can change at any time. */
  private static final Caching NEVER = new Caching(0, "private");

  private static final Map<String, Caching> BY_METHOD =
      Map.of(
          "server/discover", FIXED,
          "tools/list", FIXED,
          "prompts/list", FIXED,
          "resources/list", FIXED,
          "resources/templates/list", FIXED,
          "resources/read", NEVER);

  static Optional<Caching> of(String method) {
    return Optional.ofNullable(BY_METHOD.get(method));
  }
}
