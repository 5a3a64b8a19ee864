package dev.codeintel.mcp;

import dev.codeintel.config.Settings;
import dev.codeintel.tool.FakeBackend;
import dev.codeintel.tool.Readiness;
import dev.codeintel.tool.Toolbox;
import dev.codeintel.tool.Tools;
import dev.codeintel.transport.HttpOptions;
import dev.codeintel.transport.HttpTransport;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A server with what the conformance suite asks for: {@link ConformanceFixtures} over the shipped
 * transport.
 */
final class FixtureServer implements AutoCloseable {

  private static final String HOST = "localhost"; // the suite tries other names against this one

  private final Toolbox toolbox;
  private final HttpTransport transport;

  private FixtureServer(Path folder, int port) {
    toolbox = new Toolbox(Tools.all(), () -> new FakeBackend(folder));
    var endpoint = new Dispatcher(ConformanceFixtures.over(toolbox), Duration.ofSeconds(30)).http();
    var settings = Settings.load(Optional.empty(), Map.of("HOME", folder.toString()));
    transport =
        new HttpTransport(
            HttpOptions.of(settings.http(), HOST, port),
            endpoint::post,
            () -> new Readiness(true, List.of()));
  }

  /**
   * Serves from now on.
   *
   * @param folder that the shipped tools look at
   * @param port 0 for any that is free
   */
  static FixtureServer start(Path folder, int port) {
    var server = new FixtureServer(folder, port);
    server.transport.start();
    return server;
  }

  URI url() {
    return transport.url();
  }

  @Override
  public void close() {
    transport.close();
    toolbox.close();
  }

  /** Serves a folder at a port until it is stopped, for a run of the suite by hand. */
  public static void main(String[] arguments) {
    try (var server = start(Path.of(arguments[0]), Integer.parseInt(arguments[1]))) {
      System.err.println(server.url());
      server.transport.awaitClose();
    }
  }
}
