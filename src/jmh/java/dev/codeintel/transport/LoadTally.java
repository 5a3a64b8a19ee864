package dev.codeintel.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * What was answered and how fast, by kind of request, and what went wrong. Safe for use by any
 * thread.
 */
final class LoadTally {

  /** The kind that holds all others. */
  static final String ALL = "all";

  private static final int FAILURES_SHOWN_MAX = 20;
  private static final int FAILURE_CHARS_MAX = 600;

  /** How long answers of one kind took. */
  record Times(int answers, double p50Ms, double p95Ms, double maxMs) {

    static final Times NONE = new Times(0, 0, 0, 0);

    private static Times of(List<Long> micros) {
      var sorted = micros.stream().sorted().toList();
      var last = sorted.size() - 1;
      return new Times(
          sorted.size(),
          sorted.get(last / 2) / 1e3,
          sorted.get(last * 95 / 100) / 1e3,
          sorted.get(last) / 1e3);
    }

    /** Of the table of all kinds. */
    String row(String kind) {
      return String.format(
          Locale.ROOT,
          "%-26s %7d answers, p50 %7.1f, p95 %8.1f, most %8.1f ms%n",
          kind,
          answers,
          p50Ms,
          p95Ms,
          maxMs);
    }
  }

  /** Times by kind, and how often each code stood in an answer. */
  record Summary(Map<String, Times> times, Map<String, Long> codes) {}

  private static final class Answers {
    private final Map<String, List<Long>> micros = new TreeMap<>();
    private final Map<String, Long> codes = new TreeMap<>();

    void add(String kind, long took, String code) {
      micros.computeIfAbsent(kind, _ -> new ArrayList<>()).add(took);
      micros.computeIfAbsent(ALL, _ -> new ArrayList<>()).add(took);
      codes.merge(code, 1L, Long::sum);
    }

    Summary summary() {
      var times = new TreeMap<String, Times>();
      micros.forEach((kind, some) -> times.put(kind, Times.of(some)));
      return new Summary(times, new TreeMap<>(codes));
    }
  }

  private final Answers whole = new Answers();
  private final List<String> failures = new ArrayList<>();
  private Answers lately = new Answers();
  private long failed;

  synchronized void answered(String kind, long nanos, String code) {
    var took = TimeUnit.NANOSECONDS.toMicros(nanos);
    whole.add(kind, took, code);
    lately.add(kind, took, code);
  }

  synchronized void failed(String what) {
    failed++;
    if (failures.size() < FAILURES_SHOWN_MAX) {
      var line = what.replaceAll("\\s+", " ");
      failures.add(line.substring(0, Math.min(line.length(), FAILURE_CHARS_MAX)));
      System.err.println("failure: " + failures.getLast());
    }
  }

  synchronized long failed() {
    return failed;
  }

  /** The first of them. */
  synchronized List<String> failures() {
    return List.copyOf(failures);
  }

  /** What came since this was last asked. */
  synchronized Summary takeLately() {
    var taken = lately.summary();
    lately = new Answers();
    return taken;
  }

  synchronized Summary whole() {
    return whole.summary();
  }
}
