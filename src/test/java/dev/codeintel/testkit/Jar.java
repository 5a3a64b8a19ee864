package dev.codeintel.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The packaged jar as people run it: a process with a home of its own and nothing of the
 * developer's environment. Natives are extracted once for all, below {@code target}.
 */
public final class Jar {

  private static final Path FILE = Path.of("target/codeintel.jar").toAbsolutePath();
  private static final Path CACHE = Path.of("target/test-cache").toAbsolutePath();
  private static final int HEAP_MEGABYTES = 512;
  private static final long SECONDS_MAX = 60;

  /** A process that a signal ended has the status of this and the signal's number. */
  private static final int SIGNAL_STATUS = 128;

  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final Path home;
  private final Path folder;
  private final Map<String, String> environment;
  private final int heapMegabytes;

  /**
   * @param home where the processes keep their data; created
   * @param folder they run in
   */
  public Jar(Path home, Path folder) {
    this(home, folder, Map.of(), HEAP_MEGABYTES);
  }

  private Jar(Path home, Path folder, Map<String, String> environment, int heapMegabytes) {
    assertThat(FILE).as("made by mvn package, which runs before the tests").exists();
    this.home = home;
    this.folder = folder;
    this.environment = environment;
    this.heapMegabytes = heapMegabytes;
    try {
      Files.createDirectories(home);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a process left. */
  public record Ended(int status, String out, String err) {}

  /** A process that runs, and the files that take what it prints. */
  public record Running(Process process, Path out, Path err) {

    /** Waits for its end, which must come. */
    public Ended end() {
      try {
        if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new AssertionError("still running after a minute; it said: " + text(err));
        }
        return new Ended(process.exitValue(), text(out), text(err));
      } catch (InterruptedException e) {
        throw new AssertionError("interrupted", e);
      }
    }

    /** What it said on stderr so far. */
    public String said() {
      return text(err);
    }

    /** What stands on its stdout so far. */
    public String answered() {
      return text(out);
    }

    /** Kills it without a chance to tidy up. */
    public void kill() {
      signal("KILL");
      end();
    }

    /**
     * Presses Ctrl-C. A shell has that ignored by what it runs in the background, and a JVM keeps
     * to it: then the process is ended as a service manager does it.
     *
     * @return the status with which it is to end
     */
    public int pressCtrlC() {
      var signal = isIgnored("INT") ? "TERM" : "INT";
      signal(signal);
      return SIGNAL_STATUS + SIGNALS.get(signal);
    }

    /** Sends a signal, by its name without SIG, at once: a program that does so takes its time. */
    public void signal(String name) {
      var number = SIGNALS.get(name);
      assertThat(number).as("a signal of Linux on this processor: " + name).isNotNull();
      try {
        assertThat((int) Kill.KILL.invokeExact((int) process.pid(), (int) number))
            .as("kill -" + name)
            .isZero();
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
    }
  }

  /** Whether what this process starts ignores a signal, too, if it does not say otherwise. */
  private static boolean isIgnored(String signal) {
    var status = text(Path.of("/proc/self/status"));
    var mask = status.lines().filter(line -> line.startsWith("SigIgn:")).findFirst().orElseThrow();
    var bits = Long.parseUnsignedLong(mask.replaceAll("\\w+:\\s+", ""), 16);
    return (bits >>> SIGNALS.get(signal) - 1 & 1) == 1;
  }

  private static final Map<String, Integer> SIGNALS =
      Map.of("INT", 2, "QUIT", 3, "KILL", 9, "TERM", 15, "CONT", 18, "STOP", 19);

  /** kill(2). */
  private static final class Kill {
    static final MethodHandle KILL =
        Linker.nativeLinker()
            .downcallHandle(
                Linker.nativeLinker().defaultLookup().findOrThrow("kill"),
                FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  }

  /** The same with one more variable in the environment. */
  public Jar with(String name, String value) {
    var more = new LinkedHashMap<>(environment);
    more.put(name, value);
    return new Jar(home, folder, more, heapMegabytes);
  }

  /** The same, run in another folder. */
  public Jar in(Path other) {
    return new Jar(home, other, environment, heapMegabytes);
  }

  /** The same with a heap of another size. */
  public Jar withHeap(int megabytes) {
    return new Jar(home, folder, environment, megabytes);
  }

  /** Where the data lies. */
  public Path data() {
    return home.resolve(".local/share/codeintel");
  }

  /** Runs a command to its end. */
  public Ended run(String... arguments) {
    return start(arguments).end();
  }

  /** Starts a command whose stdin is empty. */
  public Running start(String... arguments) {
    return start(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()), arguments);
  }

  /** Starts a command that is written to. */
  public Running open(String... arguments) {
    return start(ProcessBuilder.Redirect.PIPE, arguments);
  }

  private Running start(ProcessBuilder.Redirect in, String... arguments) {
    try {
      var out = Files.createTempFile(home, "run", ".out");
      var err = Files.createTempFile(home, "run", ".err");
      var builder =
          new ProcessBuilder(command(arguments))
              .directory(folder.toFile())
              .redirectInput(in)
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().clear();
      builder.environment().putAll(environment());
      return new Running(builder.start(), out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The command line of a run, for those who start it by themselves. */
  public List<String> command(String... arguments) {
    var command = new ArrayList<String>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.add("-Xmx%dm".formatted(heapMegabytes));
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-jar", FILE.toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  /** The environment of a run: all of it. */
  public Map<String, String> environment() {
    var all = new LinkedHashMap<String, String>();
    all.put("PATH", System.getenv().getOrDefault("PATH", "/usr/bin:/bin"));
    all.put("HOME", home.toString());
    all.put("XDG_CACHE_HOME", CACHE.toString());
    // Some clients add what whoever runs the tests has set: it must not lead elsewhere.
    all.put("XDG_DATA_HOME", home.resolve(".local/share").toString());
    all.put("XDG_CONFIG_HOME", home.resolve(".config").toString());
    all.put("LC_ALL", "C.UTF-8");
    all.putAll(environment);
    return all;
  }

  /**
   * Waits until something is so, which must come. Looks for half of the time at most: what it waits
   * for may stand still meanwhile.
   */
  public static void await(String what, BooleanSupplier condition) {
    var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
    for (var looked = System.nanoTime(); !condition.getAsBoolean(); looked = System.nanoTime()) {
      var now = System.nanoTime();
      assertThat(now).as("still waiting until " + what).isLessThan(deadline);
      LockSupport.parkNanos(Math.max(POLL_NANOS, now - looked));
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
