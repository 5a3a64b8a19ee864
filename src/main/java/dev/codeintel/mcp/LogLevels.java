package dev.codeintel.mcp;

import java.util.List;
import java.util.Map;

/**
 * Lets clients with a handshake set the least level of the log messages that they want, also those
 * that, like the official conformance suite, do not look whether a log was declared. None is, and
 * none is sent: this server's log goes to stderr, so that each level is kept without a memory of
 * it.
 */
final class LogLevels {

  private static final List<String> KNOWN =
      List.of("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency");

  private LogLevels() {}

  static Work set(Asked asked) {
    if (!(asked.params().get("level") instanceof String level) || !KNOWN.contains(level)) {
      throw new RpcException(
          RpcError.invalidParams(
              "params.level must be one of %s.".formatted(String.join(", ", KNOWN))));
    }
    return new Work.Done(Map.of());
  }
}
