package dev.codeintel.transport;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Who may ask, and how often. Safe for use by any thread. */
final class Admission {

  private static final String CHALLENGE = "Bearer realm=\"codeintel\"";

  /** Headers that a proxy adds, beside all that begin with {@link #FORWARDED_PREFIX}. */
  private static final Set<String> OF_PROXIES = Set.of("forwarded", "via", "x-real-ip");

  private static final String FORWARDED_PREFIX = "x-forwarded-";

  private final Tokens tokens;
  private final RateLimiter limiter;

  Admission(Tokens tokens, RateLimiter limiter) {
    this.tokens = tokens;
    this.limiter = limiter;
  }

  /**
   * Refuses what comes through a proxy where nobody needs a token: the server was meant for this
   * machine alone, and what the proxy lets in comes from anywhere.
   */
  void checkProxied(Headers headers) throws Refusal {
    if (tokens.isEmpty() && isProxied(headers)) {
      throw Refusal.of(
          403,
          "proxy",
          "This came through a proxy, for which a token is needed. Start the server with CODEINTEL_TOKEN.");
    }
  }

  /**
   * Lets a client in.
   *
   * @return who it is: the name of its token, else its address
   */
  String admit(HttpExchange exchange) throws IOException, Refusal {
    var headers = exchange.getRequestHeaders();
    var address = address(exchange);
    var isLocal = address.isLoopbackAddress() && !isProxied(headers);
    if (tokens.isEmpty()) {
      return counted(address.getHostAddress(), isLocal);
    }
    var given = headers.getOrDefault("Authorization", List.of());
    var holder = given.size() == 1 ? tokens.holder(given.getFirst()) : Optional.<String>empty();
    if (holder.isEmpty()) {
      counted(address.getHostAddress(), isLocal);
      throw given.isEmpty()
          ? Refusal.unauthorized(CHALLENGE, "A token is needed: Authorization: Bearer TOKEN.")
          : Refusal.unauthorized(
              CHALLENGE + ", error=\"invalid_token\"", "This token is not known here.");
    }
    return counted(holder.get(), isLocal);
  }

  private String counted(String client, boolean isLocal) throws Refusal {
    if (!isLocal) {
      limiter.take(client);
    }
    return client;
  }

  private static InetAddress address(HttpExchange exchange) throws IOException {
    var address = exchange.getRemoteAddress().getAddress();
    if (address == null) {
      throw new IOException("the client is gone");
    }
    return address;
  }

  static boolean isProxied(Headers headers) {
    return headers.keySet().stream()
        .map(name -> name.toLowerCase(Locale.ROOT))
        .anyMatch(name -> OF_PROXIES.contains(name) || name.startsWith(FORWARDED_PREFIX));
  }
}
