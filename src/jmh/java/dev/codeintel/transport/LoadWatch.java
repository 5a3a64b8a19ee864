package dev.codeintel.transport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a server's process is like from time to time, seen from outside, and whether it stays so. */
final class LoadWatch {

  /** What the last quarter of a run may have on top of the second one, in parts of that. */
  private static final double MEMORY_GROWTH_MAX = 0.05;

  /** The same in numbers: a search keeps some twenty folders open while it runs. */
  private static final double DESCRIPTORS_MORE_MAX = 40;

  private static final double THREADS_MORE_MAX = 4;

  /** What may be live at the end on top of what was live after the first quarter: caches fill. */
  private static final double LIVE_HEAP_MORE_MB_MAX = 32;

  /** So many looks, of which the least counts: what is under way is live too. */
  private static final int LIVE_HEAP_LOOKS = 3;

  private static final int CLASSES_SHOWN = 20;

  private static final double KB_PER_MB = 1_024;

  /**
   * The server at one moment, and what it answered since the one before.
   *
   * @param heapKb with what is garbage by now
   * @param liveHeapKb without; it takes a collection to know
   * @param processors how many it kept busy
   */
  record Sample(
      int second,
      long residentKb,
      long anonymousKb,
      long heapKb,
      Optional<Long> liveHeapKb,
      long descriptors,
      long threads,
      long streams,
      double processors,
      LoadTally.Summary answers) {
    LoadTally.Times times() {
      return answers.times().getOrDefault(LoadTally.ALL, LoadTally.Times.NONE);
    }
  }

  /** A size then and now. */
  record Growth(String what, double before, double after, double allowed) {
    boolean isFlat() {
      return after <= allowed;
    }

    @Override
    public String toString() {
      var words = isFlat() ? "flat" : "NOT FLAT";
      return String.format(
          Locale.ROOT, "%-14s %9.1f -> %9.1f (%.1f allowed): %s", what, before, after, allowed, words);
    }
  }

  private final Process server;
  private final int port;
  private final Path log;
  private final int count;
  private final LoadTally tally;
  private final List<Sample> samples = new ArrayList<>();
  private long processorNanos;
  private long askedNanos;

  /**
   * @param log is told what is live, too
   * @param count how many samples there will be
   */
  LoadWatch(Process server, int port, Path log, int count, LoadTally tally) {
    this.server = server;
    this.port = port;
    this.log = log;
    this.count = count;
    this.tally = tally;
    processors();
  }

  /**
   * @param second of the run
   */
  void sample(int second) throws IOException, InterruptedException {
    var heap = jcmd("GC.heap_info").split("Metaspace")[0];
    var process = Path.of("/proc", Long.toString(server.pid()));
    var status = Files.readString(process.resolve("status"));
    var processors = processors();
    try (var client = new RawHttp(port);
        var descriptors = Files.list(process.resolve("fd"))) {
      var metrics = client.ask("GET", "/metrics", "Host: localhost\n").answer().body();
      var left = (samples.size() < count / 4 ? count / 4 : count) - samples.size();
      var live = left <= LIVE_HEAP_LOOKS ? Optional.of(liveBytes() >> 10) : Optional.<Long>empty();
      samples.add(
          new Sample(
              second,
              number("VmRSS:\\s+(\\d+)", status),
              number("RssAnon:\\s+(\\d+)", status),
              number("used (\\d+)K", heap),
              live,
              descriptors.count(),
              number("Threads:\\s+(\\d+)", status),
              number("codeintel_http_open_streams (\\d+)", metrics),
              processors,
              tally.takeLately()));
    }
  }

  /** How many were busy since this was last asked. */
  private double processors() {
    var usedBefore = processorNanos;
    var askedBefore = askedNanos;
    processorNanos = server.info().totalCpuDuration().orElseThrow().toNanos();
    askedNanos = System.nanoTime();
    return (processorNanos - usedBefore) / (double) (askedNanos - askedBefore);
  }

  private long liveBytes() throws IOException, InterruptedException {
    var classes = jcmd("GC.class_histogram");
    var most = classes.lines().limit(CLASSES_SHOWN).collect(Collectors.joining("\n", "", "\n"));
    Files.writeString(log, most, StandardOpenOption.APPEND);
    return number("Total +\\d+ +(\\d+)", classes);
  }

  private String jcmd(String command) throws IOException, InterruptedException {
    var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    var asked =
        new ProcessBuilder(jcmd, Long.toString(server.pid()), command)
            .redirectErrorStream(true)
            .start();
    var said = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (asked.waitFor() != 0) {
      throw new IOException(said);
    }
    return said;
  }

  /** The number in the first place that looks so; 0 where there is none. */
  private static long number(String pattern, String text) {
    var found = Pattern.compile(pattern).matcher(text);
    return found.find() ? Long.parseLong(found.group(1)) : 0;
  }

  List<Sample> samples() {
    return List.copyOf(samples);
  }

  List<Growth> growth() {
    var second = samples.subList(count / 4, count / 2);
    var last = samples.subList(count * 3 / 4, count);
    var live = live(samples.subList(0, count / 4));
    return List.of(
        growth("resident MB", one -> one.residentKb() / KB_PER_MB, second, last, MEMORY_GROWTH_MAX, 0),
        growth("  anonymous", one -> one.anonymousKb() / KB_PER_MB, second, last, MEMORY_GROWTH_MAX, 0),
        growth("descriptors", Sample::descriptors, second, last, 0, DESCRIPTORS_MORE_MAX),
        growth("threads", Sample::threads, second, last, 0, THREADS_MORE_MAX),
        new Growth("live heap MB", live, live(last), live + LIVE_HEAP_MORE_MB_MAX));
  }

  private static Growth growth(
      String what,
      ToDoubleFunction<Sample> size,
      List<Sample> before,
      List<Sample> after,
      double growthMax,
      double moreMax) {
    var then = median(before, size);
    return new Growth(what, then, median(after, size), then * (1 + growthMax) + moreMax);
  }

  private static double live(List<Sample> some) {
    var looks = some.stream().flatMap(one -> one.liveHeapKb().stream());
    return looks.mapToDouble(kb -> kb / KB_PER_MB).min().orElseThrow();
  }

  private static double median(List<Sample> some, ToDoubleFunction<Sample> size) {
    var sorted = some.stream().mapToDouble(size).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  /** A line a minute: medians of its samples, and the sum of its answers. */
  String table() {
    var table =
        new StringBuilder(
            "minute  resident MB  heap MB  descriptors  threads  streams  processors  answers  p50 ms  p95 ms\n");
    samples.stream()
        .collect(Collectors.groupingBy(one -> (one.second() - 1) / 60))
        .forEach((minute, some) -> table.append(line(minute + 1, some)));
    return table.toString();
  }

  private static String line(int minute, List<Sample> some) {
    return String.format(
        Locale.ROOT,
        "%6d  %11.0f  %7.0f  %11.0f  %7.0f  %7.0f  %10.2f  %7d  %6.1f  %6.1f%n",
        minute,
        median(some, one -> one.residentKb() / KB_PER_MB),
        median(some, one -> one.heapKb() / KB_PER_MB),
        median(some, Sample::descriptors),
        median(some, Sample::threads),
        median(some, Sample::streams),
        median(some, Sample::processors),
        some.stream().mapToInt(one -> one.times().answers()).sum(),
        median(some, one -> one.times().p50Ms()),
        median(some, one -> one.times().p95Ms()));
  }
}
