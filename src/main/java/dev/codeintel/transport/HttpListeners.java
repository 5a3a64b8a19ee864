package dev.codeintel.transport;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.codeintel.config.Limits;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * The sockets that a server listens on. {@code localhost} is two addresses, and clients try either
 * first: both then, where there are both. Anything else is one.
 */
final class HttpListeners {

  private static final String LOCALHOST = "localhost";
  private static final int STOP_SECONDS = 1;

  private final String host;
  private final List<InetAddress> addresses;
  private final List<HttpServer> servers = new ArrayList<>();

  /**
   * @throws CodeintelException {@code invalid-argument} when there is no such host
   */
  HttpListeners(String host) {
    if (host.isBlank()) {
      throw noHost(host, null);
    }
    this.host = host.replaceAll("^\\[|]$", "");
    try {
      addresses =
          host.equalsIgnoreCase(LOCALHOST) ? loopbacks() : List.of(InetAddress.getByName(host));
    } catch (IOException e) {
      throw noHost(host, e);
    }
  }

  private static CodeintelException noHost(String host, IOException cause) {
    return new CodeintelException(
        ErrorCode.INVALID_ARGUMENT,
        "There is no host \"%s\" to listen on. Name one with --host, such as 127.0.0.1."
            .formatted(host),
        cause);
  }

  /** Those that this machine has, IPv4 first. */
  static List<InetAddress> loopbacks() throws IOException {
    var found = new ArrayList<InetAddress>();
    for (var literal : List.of("127.0.0.1", "::1")) {
      var address = InetAddress.getByName(literal);
      if (NetworkInterface.getByInetAddress(address) != null) {
        found.add(address);
      }
    }
    return found;
  }

  /** Whether nobody but this machine can reach them. */
  boolean areLocal() {
    return addresses.stream().allMatch(InetAddress::isLoopbackAddress);
  }

  /**
   * Begins to listen.
   *
   * @param port 0 for any that is free
   * @throws CodeintelException when the port cannot be had
   */
  void start(int port, HttpHandler handler, Executor executor) {
    var taken = port;
    for (var address : addresses) {
      try {
        var server =
            HttpServer.create(new InetSocketAddress(address, taken), Limits.HTTP_BACKLOG_MAX);
        server.setExecutor(executor);
        server.createContext("/", handler);
        servers.add(server);
        taken = server.getAddress().getPort();
      } catch (IOException e) {
        stop();
        throw cannotListen(taken, e);
      }
    }
    servers.forEach(HttpServer::start);
  }

  private CodeintelException cannotListen(int port, IOException e) {
    return new CodeintelException(
        ErrorCode.BUSY,
        "Cannot listen on %s, port %d: %s. Choose another with --port, such as --port 0 for any that is free."
            .formatted(host, port, e.getMessage()),
        e);
  }

  /** The name by which this machine reaches them; an IPv6 address without brackets and zone. */
  String name() {
    return addresses.getFirst().isAnyLocalAddress() ? "127.0.0.1" : host.replaceFirst("%.*", "");
  }

  /** Where the server's protocol is found, seen from this machine. */
  URI url() {
    var name = name();
    return URI.create(
        "http://%s:%d/mcp"
            .formatted(
                name.contains(":") ? "[" + name + "]" : name,
                servers.getFirst().getAddress().getPort()));
  }

  /** Ends all connections, at the latest after a second. */
  void stop() {
    servers.forEach(server -> server.stop(STOP_SECONDS));
  }
}
