package dev.codeintel.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.mcp.Json;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Serves a copy of a repository for some minutes to clients that do all that clients do, while its files change, and
 * looks whether every answer is right and the process stays as large as it is.
 *
 * <p>Arguments: the launcher, a clone, minutes, a seed, a file for the results, a file for the server's log. Ends with
 * 1 when anything is not as it should be.
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

  private static final Pattern LOGGED_ERROR = Pattern.compile("^\\S+Z ERROR |^Exception in thread ");

  private final String launcher;
  private final int minutes;
  private final long seed;
  private final Path log;
  private final Path folder = Files.createTempDirectory("codeintel-load");
  private final String repo = folder.resolve("repository").toString();
  private final Random random;
  private final LoadTally tally = new LoadTally();
  private final CountDownLatch stop = new CountDownLatch(1);
  private boolean isOver;

  private Load(String launcher, int minutes, long seed, Path log) throws IOException {
    this.launcher = launcher;
    this.minutes = minutes;
    this.seed = seed;
    this.log = log;
    this.random = new Random(seed);
  }

  public static void main(String[] arguments) throws Exception {
    var minutes = Integer.parseInt(arguments[2]);
    var load = new Load(arguments[0], minutes, Long.parseLong(arguments[3]), Path.of(arguments[5]));
    Runtime.getRuntime().addShutdownHook(new Thread(load::cleanUp));
    System.exit(load.run(Path.of(arguments[1]).toRealPath(), Path.of(arguments[4])) ? 0 : 1);
  }

  private boolean run(Path clone, Path results) throws Exception {
    Files.deleteIfExists(log);
    finish("git", "clone", "-q", "--", clone.toString(), repo);
    var tree = made(() -> new LoadTree(Path.of(repo), random));
    finish(launcher, "index", "--repo", repo);
    var server = start(ProcessBuilder.Redirect.PIPE, launcher, "serve", "--port", "0", "--repo", repo);
    var port = port(server);
    var client = client(port, tree);
    var paths = client.list(Map.of());
    client.leave();
    tree.keep(paths);
    System.err.printf("%,d files, %d clients, %d minutes, seed %d%n", paths.size(), CLIENTS, minutes, seed);
    var watch = new LoadWatch(server, port, log, minutes * 60 / SAMPLE_SECONDS, tally);
    drive(server, port, tree, watch);
    end(server, client);
    Files.writeString(results, json(clone, tree, paths.size(), watch));
    tally.whole().print();
    watch.growth().forEach(System.out::println);
    var isJudged = minutes >= JUDGED_MINUTES_MIN;
    if (!isJudged) {
      System.out.printf("A run of less than %d minutes is not judged by that.%n", JUDGED_MINUTES_MIN);
    }
    System.out.printf("failures: %d%n", tally.failed());
    return tally.failed() == 0 && (!isJudged || watch.growth().stream().allMatch(LoadWatch.Growth::isFlat));
  }

  /** A process whose data and caches are those of this run alone. */
  private Process start(ProcessBuilder.Redirect out, String... command) throws Exception {
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
    return made(builder::start);
  }

  /** Starts or writes something, unless all that was is being cleaned up. */
  private synchronized <T> T made(Callable<T> something) throws Exception {
    if (isOver) {
      throw new CancellationException("told to end");
    }
    return something.call();
  }

  private void finish(String... command) throws Exception {
    var status = start(ProcessBuilder.Redirect.DISCARD, command).waitFor();
    if (status != 0) {
      throw new IOException("%s ended with %d; see %s".formatted(List.of(command), status, log));
    }
  }

  private int port(Process server) throws IOException {
    var url = server.inputReader(StandardCharsets.UTF_8).readLine();
    if (url == null) {
      throw new IOException("the server did not start; see " + log);
    }
    return URI.create(url).getPort();
  }

  private LoadClient client(int port, LoadTree tree) {
    return new LoadClient(port, tree, tally, stop, random.nextLong());
  }

  private void drive(Process server, int port, LoadTree tree, LoadWatch watch) throws Exception {
    // All are told to stop, in whatever way this ends, before all are waited for.
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        Closeable _ = stop::countDown) {
      for (var i = 0; i < CLIENTS; i++) {
        var client = client(port, tree);
        threads.execute(() -> tally.attempt(client::run));
      }
      var changes = new Random(random.nextLong());
      threads.execute(() -> tally.attempt(() -> change(tree, changes)));
      var started = System.nanoTime();
      for (var at = SAMPLE_SECONDS; at <= minutes * 60; at += SAMPLE_SECONDS) {
        var wait = started + TimeUnit.SECONDS.toNanos(at) - System.nanoTime();
        if (server.waitFor(wait, TimeUnit.NANOSECONDS)) {
          throw new IOException("the server ended with %d; see %s".formatted(server.exitValue(), log));
        }
        watch.sample(at);
      }
    }
  }

  private void change(LoadTree tree, Random random) throws Exception {
    while (!stop.await(random.nextInt(CHANGE_MILLIS_MAX), TimeUnit.MILLISECONDS)) {
      made(() -> tree.change(random));
    }
  }

  private void end(Process server, LoadClient client) {
    tally.attempt(() -> stop(server, client));
    tally.attempt(() -> finish(launcher, "index", "--repo", repo));
    tally.attempt(() -> finish(launcher, "verify", "--repo", repo));
    tally.attempt(this::readLog);
  }

  private void readLog() throws IOException {
    try (var lines = Files.lines(log)) {
      lines.filter(LOGGED_ERROR.asPredicate()).forEach(line -> tally.failed("logged: " + line));
    }
  }

  /** Stops the server as a service manager does, while a client listens. */
  private void stop(Process server, LoadClient client) throws IOException, InterruptedException {
    try (var stream = client.listen()) {
      server.destroy();
      assertThat(stream.eventsToTheEnd().getLast()).contains("\"resultType\":\"complete\"");
      assertThat(server.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)).as("it ended when told to").isTrue();
      assertThat(server.exitValue()).isEqualTo(TERMINATED);
    } finally {
      server.destroyForcibly().waitFor();
    }
  }

  /** All that was seen, a sample a line. */
  private String json(Path clone, LoadTree tree, int files, LoadWatch watch) {
    var seen = new LinkedHashMap<String, Object>();
    seen.put("clone", clone.getFileName().toString());
    seen.put("commit", tree.clonedCommit);
    seen.put("files", files);
    seen.put("java", Runtime.version().toString());
    seen.put("javaOptions", System.getenv().getOrDefault("CODEINTEL_JAVA_OPTS", HEAP));
    seen.put("processors", Runtime.getRuntime().availableProcessors());
    seen.put("clients", CLIENTS);
    seen.put("minutes", minutes);
    seen.put("seed", seed);
    seen.put("growth", watch.growth());
    seen.put("failed", tally.failed());
    seen.put("failures", tally.failures());
    seen.put("answers", tally.whole());
    seen.put("samples", watch.samples);
    return new String(Json.write(seen), StandardCharsets.UTF_8).replace("{\"second\":", "\n{\"second\":") + "\n";
  }

  /** Also after Ctrl-C. */
  private synchronized void cleanUp() {
    isOver = true;
    stop.countDown();
    for (var child : ProcessHandle.current().descendants().toList()) {
      child.destroy();
      child.onExit().completeOnTimeout(child, STOP_SECONDS_MAX, TimeUnit.SECONDS).join();
      child.destroyForcibly();
      child.onExit().join();
    }
    try (var files = Files.walk(folder)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
