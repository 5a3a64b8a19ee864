package dev.codeintel.transport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
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

  private static final String COLUMNS =
      "minute  resident MB  heap MB  descriptors  threads  streams  processors  answers  p50 ms  p95 ms";

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

    @Override
    public String toString() {
      var times = answers.times().getOrDefault(LoadTally.ALL, LoadTally.Times.NONE);
      return "%6d  %11d  %7d  %11d  %7d  %7d  %10.2f  %7d  %6.1f  %6.1f"
          .formatted(
              second / 60, residentKb >> 10, heapKb >> 10, descriptors, threads, streams, processors,
              times.answers(), times.p50Ms(), times.p95Ms());
    }
  }

  /** A size then and now. */
  record Growth(String what, double before, double after, double allowed) {
    boolean isFlat() {
      return after <= allowed;
    }

    @Override
    public String toString() {
      return "%-14s %9.1f -> %9.1f (%.1f allowed): %s"
          .formatted(what, before, after, allowed, isFlat() ? "flat" : "NOT FLAT");
    }
  }

  private final Process server;
  private final int port;
  private final Path log;
  private final int count;
  private final LoadTally tally;
  final List<Sample> samples = new ArrayList<>();
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
    System.out.println(COLUMNS);
  }

  /** Looks at the server in a second of the run; prints what it was like in the last seconds of each minute. */
  void sample(int second) throws IOException, InterruptedException {
    var heap = jcmd("GC.heap_info").split("Metaspace")[0];
    var process = Path.of("/proc", Long.toString(server.pid()));
    var status = Files.readString(process.resolve("status"));
    var processors = processors();
    try (var client = new RawHttp(port);
        var descriptors = Files.list(process.resolve("fd"))) {
      var metrics = client.ask("GET", "/metrics", "Host: localhost\n").answer().body();
      var left = (samples.size() < count / 4 ? count / 4 : count) - samples.size();
      samples.add(
          new Sample(
              second,
              number("VmRSS:\\s+(\\d+)", status),
              number("RssAnon:\\s+(\\d+)", status),
              number("used (\\d+)K", heap),
              left <= LIVE_HEAP_LOOKS ? Optional.of(liveKb()) : Optional.empty(),
              descriptors.count(),
              number("Threads:\\s+(\\d+)", status),
              number("codeintel_http_open_streams (\\d+)", metrics),
              processors,
              tally.takeLately()));
    }
    if (second % 60 == 0) {
      System.out.println(samples.getLast());
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

  private long liveKb() throws IOException, InterruptedException {
    var classes = jcmd("GC.class_histogram");
    var most = classes.lines().limit(CLASSES_SHOWN).collect(Collectors.joining("\n", "", "\n"));
    Files.writeString(log, most, StandardOpenOption.APPEND);
    return number("Total +\\d+ +(\\d+)", classes) >> 10;
  }

  private String jcmd(String command) throws IOException, InterruptedException {
    var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    var asked = new ProcessBuilder(jcmd, Long.toString(server.pid()), command).redirectErrorStream(true).start();
    var said = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (asked.waitFor() != 0) {
      throw new IOException(said);
    }
    return said;
  }

  /** The number in the first place that looks so. Without one nothing would be watched, and 0 always be flat. */
  private static long number(String pattern, String text) throws IOException {
    var found = Pattern.compile(pattern).matcher(text);
    if (!found.find()) {
      throw new IOException("nothing looks like \"%s\" in: %s".formatted(pattern, text));
    }
    return Long.parseLong(found.group(1));
  }

  List<Growth> growth() {
    var live = live(1);
    return List.of(
        growth("resident MB", one -> one.residentKb() / KB_PER_MB, 1 + MEMORY_GROWTH_MAX, 0),
        growth("  anonymous", one -> one.anonymousKb() / KB_PER_MB, 1 + MEMORY_GROWTH_MAX, 0),
        growth("descriptors", Sample::descriptors, 1, DESCRIPTORS_MORE_MAX),
        growth("threads", Sample::threads, 1, THREADS_MORE_MAX),
        new Growth("live heap MB", live, live(4), live + LIVE_HEAP_MORE_MB_MAX));
  }

  private Growth growth(String what, ToDoubleFunction<Sample> size, double times, double more) {
    var then = median(quarter(2), size);
    return new Growth(what, then, median(quarter(4), size), then * times + more);
  }

  /** What is live at the end of a quarter in which that was looked at. */
  private double live(int quarter) {
    var looks = quarter(quarter).stream().flatMap(one -> one.liveHeapKb().stream());
    return looks.mapToDouble(kb -> kb / KB_PER_MB).min().orElseThrow();
  }

  private List<Sample> quarter(int quarter) {
    return samples.subList(count * (quarter - 1) / 4, count * quarter / 4);
  }

  private static double median(List<Sample> some, ToDoubleFunction<Sample> size) {
    var sorted = some.stream().mapToDouble(size).sorted().toArray();
    return sorted[sorted.length / 2];
  }
}
