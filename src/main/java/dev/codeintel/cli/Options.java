package dev.codeintel.cli;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options of every command. */
final class Options {

  @Option(
      names = "--verbose",
      description = "Log what is done, and show the trace of an error.",
      scope = picocli.CommandLine.ScopeType.INHERIT)
  boolean verbose;

  @Option(
      names = "--quiet",
      description = "Say nothing but the answer and errors.",
      scope = picocli.CommandLine.ScopeType.INHERIT)
  boolean quiet;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "Settings to read instead of codeintel/config.properties in your configuration folder.",
      scope = picocli.CommandLine.ScopeType.INHERIT)
  Path config;

  Optional<Path> config() {
    return Optional.ofNullable(config);
  }
}
