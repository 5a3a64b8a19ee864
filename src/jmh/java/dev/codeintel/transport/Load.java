package dev.codeintel.transport;

import dev.codeintel.mcp.Json;
import dev.codeintel.testkit.Seeded;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Serves a copy of a repository for some minutes to clients that do all that clients do, while its files change, and
 * looks whether every answer is right and the process stays as large as it is.
 *
 * <p>Arguments: the launcher, a clone, minutes, a file for the results, a file for the server's log. Ends with 1 when
 * anything is not as it should be.
 */
public final class Load {

  private static final int CLIENTS = 24;
  private static final int SAMPLE_SECONDS = 10;
  private static final int CHANGE_MILLIS_MAX = 8_000;
  private static final int STOP_SECONDS_MAX = 40;
  private static final int TERMINATED = 128 + 15;

  /** As large as it ever becomes from the start: what then grows is not the collector's choice. */
  private static final String HEAP = "-Xms512m -Xmx512m -XX:+AlwaysPreTouch";

  /** Shorter runs see how a process warms up, and cannot tell what it keeps for good. */
  private static final int JUDGED_MINUTES_MIN = 10;

  private final String launcher;
  private final int minutes;
  private final Path log;
  private final Path folder = Files.createTempDirectory("codeintel-load");
  private final Path root = folder.resolve("repository");
  private final Random random = Seeded.random();
  private final LoadTally tally = new LoadTally();
  private final CountDownLatch stop = new CountDownLatch(1);
  private volatile Optional<Process> child = Optional.empty();

  private Load(String launcher, int minutes, Path log) throws IOException {
    this.launcher = launcher;
    this.minutes = minutes;
    this.log = log;
  }

  public static void main(String[] arguments) throws Exception {
    var load = new Load(arguments[0], Integer.parseInt(arguments[2]), Path.of(arguments[4]));
    Runtime.getRuntime().addShutdownHook(new Thread(load::cleanUp));
    System.exit(load.run(Path.of(arguments[1]).toRealPath(), Path.of(arguments[3])) ? 0 : 1);
  }

  private boolean run(Path clone, Path results) throws Exception {
    Files.deleteIfExists(log);
    var repo = root.toString();
    finish("git", "clone", "-q", "--", clone.toString(), repo);
    var tree = new LoadTree(root, random);
    finish(launcher, "index", "--repo", repo);
    var server = start(ProcessBuilder.Redirect.PIPE, launcher, "serve", "--port", "0", "--repo", repo);
    var port = port(server.inputReader(StandardCharsets.UTF_8));
    var client = new LoadClient(port, tree, tally, stop, random.nextLong());
    var paths = client.list(Map.of());
    client.leave();
    tree.keep(paths);
    System.err.printf("%,d files, %d clients, %d minutes%n", paths.size(), CLIENTS, minutes);
    var watch = new LoadWatch(server, port, log, minutes * 60 / SAMPLE_SECONDS, tally);
    drive(server, port, tree, watch);
    end(server, client);
    System.out.println(watch.table());
    System.out.println(byKind());
    watch.growth().forEach(System.out::println);
    if (minutes < JUDGED_MINUTES_MIN) {
      System.out.printf("A run of less than %d minutes is not judged by that.%n", JUDGED_MINUTES_MIN);
    }
    System.out.printf("failures: %d%n", tally.failed());
    Files.writeString(results, json(clone, tree, paths.size(), watch));
    var isFlat = watch.growth().stream().allMatch(LoadWatch.Growth::isFlat);
    return tally.failed() == 0 && (isFlat || minutes < JUDGED_MINUTES_MIN);
  }

  /** A process whose data and caches are those of this run alone. */
  private Process start(ProcessBuilder.Redirect out, String... command) throws IOException {
    var builder =
        new ProcessBuilder(command)
            .redirectOutput(out)
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    var environment = builder.environment();
    environment.put("DATA_DIR", folder.resolve("data").toString());
    environment.put("XDG_CACHE_HOME", folder.resolve("cache").toString());
    environment.put("XDG_CONFIG_HOME", folder.resolve("config").toString());
    environment.put("CODEINTEL_LOG_FORMAT", "text");
    environment.putIfAbsent("CODEINTEL_JAVA_OPTS", HEAP);
    var started = builder.start();
    child = Optional.of(started);
    return started;
  }

  private void finish(String... command) throws IOException, InterruptedException {
    var status = start(ProcessBuilder.Redirect.DISCARD, command).waitFor();
    if (status != 0) {
      throw new IOException("%s ended with %d; see %s".formatted(List.of(command), status, log));
    }
  }

  private int port(BufferedReader greeting) throws IOException {
    var url = greeting.readLine();
    if (url == null) {
      throw new IOException("the server did not start; see " + log);
    }
    return URI.create(url).getPort();
  }

  private void drive(Process server, int port, LoadTree tree, LoadWatch watch) throws Exception {
    var threads = new ArrayList<Thread>();
    for (var i = 0; i < CLIENTS; i++) {
      var client = new LoadClient(port, tree, tally, stop, random.nextLong());
      threads.add(Thread.startVirtualThread(client));
    }
    var changes = new Random(random.nextLong());
    threads.add(Thread.startVirtualThread(() -> change(tree, changes)));
    var started = System.nanoTime();
    for (var at = SAMPLE_SECONDS; at <= minutes * 60; at += SAMPLE_SECONDS) {
      var wait = started + TimeUnit.SECONDS.toNanos(at) - System.nanoTime();
      if (server.waitFor(wait, TimeUnit.NANOSECONDS)) {
        throw new IOException("the server ended with %d; see %s".formatted(server.exitValue(), log));
      }
      watch.sample(at);
    }
    stop.countDown();
    for (var thread : threads) {
      thread.join();
    }
  }

  private void change(LoadTree tree, Random random) {
    try {
      while (!stop.await(random.nextInt(CHANGE_MILLIS_MAX), TimeUnit.MILLISECONDS)) {
        tree.change(random);
      }
    } catch (IOException | RuntimeException | AssertionError e) {
      tally.failed("the tree could not be changed: " + e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts it", e);
    }
  }

  /** Stops the server as a service manager does, while a client listens. */
  private void end(Process server, LoadClient client) throws IOException, InterruptedException {
    try (var stream = client.listen()) {
      server.destroy();
      var end = stream.eventsToTheEnd().getLast();
      check(end.contains("\"resultType\":\"complete\""), "a stream ended with " + end);
    }
    if (!server.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
      tally.failed("the server was told to end and did not");
      server.destroyForcibly().waitFor();
    }
    check(server.exitValue() == TERMINATED, "the server ended with " + server.exitValue());
    finish(launcher, "index", "--repo", root.toString());
    finish(launcher, "verify", "--repo", root.toString());
    try (var lines = Files.lines(log)) {
      lines.filter(line -> line.contains(" ERROR ")).forEach(line -> tally.failed("logged: " + line));
    }
  }

  private void check(boolean isSo, String otherwise) {
    if (!isSo) {
      tally.failed(otherwise);
    }
  }

  private String byKind() {
    var lines =
        tally.whole().times().entrySet().stream()
            .map(kind -> kind.getValue().row(kind.getKey()))
            .collect(Collectors.joining());
    return "%s%nanswers by code: %s%n".formatted(lines, tally.whole().codes());
  }

  /** All that was seen, a sample a line. */
  private String json(Path clone, LoadTree tree, int files, LoadWatch watch) {
    var about = new LinkedHashMap<String, Object>();
    about.put("clone", clone.getFileName().toString());
    about.put("commit", tree.clonedCommit);
    about.put("files", files);
    about.put("java", Runtime.version().toString());
    about.put("javaOptions", System.getenv().getOrDefault("CODEINTEL_JAVA_OPTS", HEAP));
    about.put("processors", Runtime.getRuntime().availableProcessors());
    about.put("clients", CLIENTS);
    about.put("minutes", minutes);
    about.put("seed", Long.getLong("tests.seed"));
    about.put("growth", watch.growth());
    about.put("failed", tally.failed());
    about.put("failures", tally.failures());
    about.put("answers", tally.whole());
    var samples = watch.samples().stream().map(Load::text).collect(Collectors.joining(",\n"));
    return text(about).replaceFirst("}$", ",\n\"samples\":[\n") + samples + "]}\n";
  }

  private static String text(Object value) {
    return new String(Json.write(value), StandardCharsets.UTF_8);
  }

  /** Also after Ctrl-C. */
  private void cleanUp() {
    try {
      if (child.isPresent()) {
        child.get().destroy();
        if (!child.get().waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
          child.get().destroyForcibly().waitFor();
        }
      }
      try (var files = Files.walk(folder)) {
        for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the end", e);
    }
  }
}
