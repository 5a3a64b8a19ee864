package dev.codeintel.index;

import dev.codeintel.ops.Log;
import dev.codeintel.ops.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/**
 * A file beside a view that says who is indexing it and how far that run is, for the other
 * processes that wait. It stands apart from the lock, which must not be opened to be read.
 */
final class RunRecord implements AutoCloseable {

  private static final String NAME = "run.properties";

  /** A process's start is counted from a boot time that clock corrections move. */
  private static final long CLOCK_SLACK_MILLIS = 5_000;

  private static final long WRITE_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Path file;
  private final long startedMillis;
  private String lastPhase = "";
  private long phaseStartedMillis;
  private long phaseStartedAt;
  private long writtenNanos;

  private RunRecord(Path file, long startedMillis) {
    this.file = file;
    this.startedMillis = startedMillis;
  }

  /**
   * A run that is going on.
   *
   * @param pid its process
   * @param phase what it is doing
   * @param phaseStartedMillis when it began to do that
   * @param phaseStartedAt how much was done then
   */
  record Running(
      long pid,
      String phase,
      long phaseStartedMillis,
      long phaseStartedAt,
      long done,
      long total) {}

  static RunRecord start(Path viewFolder) {
    return new RunRecord(viewFolder.resolve(NAME), System.currentTimeMillis());
  }

  /** The run that is going on; empty when there is none, or its process is gone. */
  static Optional<Running> read(Path viewFolder) {
    var properties = new Properties();
    try (var in = Files.newBufferedReader(viewFolder.resolve(NAME))) {
      properties.load(in);
      var running =
          new Running(
              number(properties, "pid"),
              properties.getProperty("phase", ""),
              number(properties, "phase_started"),
              number(properties, "phase_started_at"),
              number(properties, "done"),
              number(properties, "total"));
      var isThere = isThere(running.pid, number(properties, "started"));
      return isThere ? Optional.of(running) : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      Log.debug("Run record not read", "reason", e.getMessage());
      return Optional.empty();
    }
  }

  /** Whether a process is there that began before the run did: ids are given again. */
  private static boolean isThere(long pid, long runStartedMillis) {
    return ProcessHandle.of(pid)
        .map(process -> process.info().startInstant())
        .filter(
            start ->
                start
                    .map(at -> at.toEpochMilli() <= runStartedMillis + CLOCK_SLACK_MILLIS)
                    .orElse(true))
        .isPresent();
  }

  private static long number(Properties properties, String name) {
    return Long.parseLong(properties.getProperty(name, "0"));
  }

  long startedMillis() {
    return startedMillis;
  }

  /** A listener that also writes down what it hears, twice a second at most. */
  Progress alsoTelling(Progress progress) {
    return (phase, done, total) -> {
      write(phase, done, total);
      progress.at(phase, done, total);
    };
  }

  private synchronized void write(String phase, long done, long total) {
    if (!phase.equals(lastPhase)) {
      lastPhase = phase;
      phaseStartedMillis = System.currentTimeMillis();
      phaseStartedAt = done;
      writtenNanos = 0;
    }
    var now = System.nanoTime();
    if (writtenNanos != 0 && now - writtenNanos < WRITE_EVERY_NANOS) {
      return;
    }
    writtenNanos = now;
    var lines =
        Map.of(
            "pid", ProcessHandle.current().pid(),
            "started", startedMillis,
            "phase_started", phaseStartedMillis,
            "phase_started_at", phaseStartedAt,
            "done", done,
            "total", total);
    var text = new StringBuilder("phase=").append(phase).append('\n');
    lines.forEach((name, value) -> text.append(name).append('=').append(value).append('\n'));
    var beside = file.resolveSibling(NAME + ".new");
    try {
      Files.writeString(beside, text);
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Log.debug(
          "Run record not written",
          "reason",
          e.getMessage()); // the run itself does not depend on it
    }
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
  }
}
