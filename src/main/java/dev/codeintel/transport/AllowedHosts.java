package dev.codeintel.transport;

import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The names under which this server is known. A page of a stranger that had its own name resolve to
 * this machine would otherwise reach the server through the browser of whoever reads the page: the
 * browser then names the stranger in Host, and in Origin. Ports do not count.
 */
final class AllowedHosts {

  /** A name, an IPv4 address, or an IPv6 address in brackets; then maybe a port. */
  private static final Pattern AUTHORITY =
      Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(?::[0-9]{1,5})?");

  private static final Pattern ORIGIN = Pattern.compile("(?i:https?)://(.+)");

  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  private final Set<String> names = new HashSet<>(LOOPBACK);

  /**
   * @param more names or addresses without a port; an IPv6 address with or without brackets
   * @throws CodeintelException {@code invalid-argument} naming one that is neither
   */
  AllowedHosts(Collection<String> more) {
    for (var name : more) {
      var written = name.contains(":") && !name.startsWith("[") ? "[" + name + "]" : name;
      var read = name(written).filter(written.toLowerCase(Locale.ROOT)::equals);
      names.add(
          read.orElseThrow(
              () ->
                  new CodeintelException(
                      ErrorCode.INVALID_ARGUMENT,
                      "CODEINTEL_ALLOWED_HOSTS names %s; it must hold names without a port, such as code.example.org."
                          .formatted(name))));
    }
  }

  /**
   * Lets a request pass, or not.
   *
   * @param hosts the values of its Host header
   * @param origins the values of its Origin header
   */
  void check(List<String> hosts, List<String> origins) throws Refusal {
    var host = hosts.size() == 1 ? name(hosts.getFirst()) : Optional.<String>empty();
    if (host.isEmpty()) {
      throw Refusal.of(400, "host", "The request must have one Host header, such as localhost.");
    }
    if (!names.contains(host.get())) {
      throw Refusal.of(
          403,
          "host",
          "This server is not known as %s. Add the name to CODEINTEL_ALLOWED_HOSTS if it should be."
              .formatted(host.get()));
    }
    for (var origin : origins) {
      if (!originName(origin).map(names::contains).orElse(false)) {
        throw Refusal.of(
            403,
            "origin",
            "Pages of this origin may not ask. Add its name to CODEINTEL_ALLOWED_HOSTS if they should.");
      }
    }
  }

  private static Optional<String> name(String authority) {
    var matcher = AUTHORITY.matcher(authority);
    return matcher.matches()
        ? Optional.of(matcher.group(1).toLowerCase(Locale.ROOT))
        : Optional.empty();
  }

  /** Empty for the {@code null} of a page without an origin, and for anything odd. */
  private static Optional<String> originName(String origin) {
    var matcher = ORIGIN.matcher(origin);
    return matcher.matches() ? name(matcher.group(1)) : Optional.empty();
  }
}
