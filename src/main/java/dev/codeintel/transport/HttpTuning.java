package dev.codeintel.transport;

import dev.codeintel.config.Limits;
import java.util.Map;

/**
 * The system properties by which the JDK's HTTP server is tuned. It reads them once, when its first
 * class is loaded. What was given on the command line of the JVM stays.
 */
final class HttpTuning {

  private static final String PREFIX = "sun.net.httpserver.";

  private HttpTuning() {}

  /** Sets them. To be called before the first server of the process is made. */
  static void apply() {
    properties()
        .forEach(
            (name, value) -> {
              if (System.getProperty(name) == null) {
                System.setProperty(name, value);
              }
            });
  }

  private static Map<String, String> properties() {
    return Map.of(
        // Or an answer of 20 KB waits 40 ms for an acknowledgement that the client holds back.
        PREFIX + "nodelay",
        "true",
        // One connection more that becomes idle is closed without a word.
        PREFIX + "maxIdleConnections",
        Integer.toString(Limits.HTTP_IDLE_CONNECTIONS_MAX),
        PREFIX + "idleInterval",
        Integer.toString(Limits.HTTP_IDLE_SECONDS_MAX),
        // Seconds, whatever its documentation says. Its counterpart for answers ends streams.
        PREFIX + "maxReqTime",
        Integer.toString(Limits.HTTP_REQUEST_SECONDS_MAX),
        PREFIX + "maxReqHeaders",
        Integer.toString(Limits.HTTP_HEADERS_MAX),
        PREFIX + "maxReqHeaderSize",
        Integer.toString(Limits.HTTP_HEAD_BYTES_MAX),
        "jdk.httpserver.maxConnections",
        Integer.toString(Limits.HTTP_CONNECTIONS_MAX));
  }
}
