package dev.codeintel.transport;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A server in a process of its own, on loopback, and the clients that it has. */
final class SpeedServer implements AutoCloseable {

  private static final int START_SECONDS_MAX = 30;
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Process process;
  private final int port;
  private final List<SpeedClient> clients = new ArrayList<>();

  private SpeedServer(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * One that prints its address first.
   *
   * @param environment all of it
   * @param log takes what it says on stderr
   */
  static SpeedServer greeting(List<String> command, Map<String, String> environment, Path log) throws IOException {
    var process = start(command, environment, ProcessBuilder.Redirect.PIPE, log);
    var address = process.inputReader(StandardCharsets.UTF_8).readLine();
    if (address == null) {
      throw new IOException("%s did not start; see %s".formatted(command, log));
    }
    return new SpeedServer(process, URI.create(address).getPort());
  }

  /** One that listens where the variable {@code PORT} says. */
  static SpeedServer listening(List<String> command, Map<String, String> environment, Path log) throws IOException {
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      port = free.getLocalPort();
    }
    var named = new HashMap<>(environment);
    named.put("PORT", Integer.toString(port));
    var process = start(command, named, ProcessBuilder.Redirect.DISCARD, log);
    var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
    while (!listens(port)) {
      if (!process.isAlive() || System.nanoTime() > end) {
        throw new IOException("%s did not start; see %s".formatted(command, log));
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    return new SpeedServer(process, port);
  }

  private static boolean listens(int port) throws IOException {
    try (var _ = new RawHttp(port)) {
      return true;
    } catch (ConnectException e) {
      return false;
    }
  }

  /** Runs a program to its end. */
  static void finish(List<String> command, Map<String, String> environment, Path log)
      throws IOException, InterruptedException {
    var status = start(command, environment, ProcessBuilder.Redirect.DISCARD, log).waitFor();
    if (status != 0) {
      throw new IOException("%s ended with %d; see %s".formatted(command, status, log));
    }
  }

  private static Process start(
      List<String> command, Map<String, String> environment, ProcessBuilder.Redirect out, Path log) throws IOException {
    var builder =
        new ProcessBuilder(command).redirectOutput(out).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** One that is closed by {@link #hangUp}. */
  SpeedClient client() throws IOException {
    var client = new SpeedClient(port);
    clients.add(client);
    return client;
  }

  /** Processor time of all its threads so far. */
  long processorNanos() {
    return process.info().totalCpuDuration().orElseThrow().toNanos();
  }

  double residentMb() throws IOException {
    try (var lines = Files.lines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
      var resident = lines.filter(line -> line.startsWith("VmRSS:")).findFirst().orElseThrow();
      return Long.parseLong(resident.replaceAll("\\D", "")) / 1e3;
    }
  }

  /** Closes the connections of all clients. */
  void hangUp() throws IOException {
    for (var client : clients) {
      client.close();
    }
    clients.clear();
  }

  /** Stops it, and waits for that. */
  @Override
  public void close() throws IOException {
    hangUp();
    process.destroy();
    process.onExit().join();
  }
}
