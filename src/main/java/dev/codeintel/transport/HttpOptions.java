package dev.codeintel.transport;

import dev.codeintel.config.Limits;
import dev.codeintel.config.Settings;
import java.time.Duration;
import java.util.List;

/**
 * How to serve over HTTP.
 *
 * @param host the name or address to listen on
 * @param port 0 for any that is free
 * @param tokens of those who may ask; none: anybody on this machine
 * @param allowedHosts names of this server beside those of loopback and {@code host}
 * @param rateLimitQps requests a second of one client in the long run
 * @param rateLimitBurst requests of one client at once
 * @param pace how long to wait for what
 */
public record HttpOptions(
    String host,
    int port,
    Tokens tokens,
    List<String> allowedHosts,
    int rateLimitQps,
    int rateLimitBurst,
    Pace pace) {

  /**
   * How long to wait for what.
   *
   * @param holdBack for a quick answer, which then goes out as plain JSON
   * @param heartbeat of a stream on which nothing happens
   * @param workingHeartbeat of a stream whose work ends when its client leaves
   * @param write for a client to read
   * @param grace for requests in flight when the server is stopped
   */
  record Pace(
      Duration holdBack,
      Duration heartbeat,
      Duration workingHeartbeat,
      Duration write,
      Duration grace) {

    static final Pace USUAL =
        new Pace(
            Duration.ofSeconds(1),
            Duration.ofSeconds(15),
            Duration.ofSeconds(5),
            Duration.ofSeconds(Limits.HTTP_WRITE_SECONDS_MAX),
            Duration.ofMillis(Limits.HTTP_GRACE_MILLIS));
  }

  /**
   * @throws dev.codeintel.ops.CodeintelException {@code invalid-argument} when the tokens are wrong
   */
  public static HttpOptions of(Settings.Http settings, String host, int port) {
    return new HttpOptions(
        host,
        port,
        Tokens.load(settings.token(), settings.tokensFile()),
        settings.allowedHosts(),
        settings.rateLimitQps(),
        settings.rateLimitBurst(),
        Pace.USUAL);
  }
}
