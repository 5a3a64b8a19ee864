package dev.codeintel.transport;

import static java.util.stream.Collectors.collectingAndThen;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What was answered and how fast, by kind of request, and what went wrong. Safe for use by any thread. */
final class LoadTally {

  /** The kind that holds all others. */
  static final String ALL = "all";

  private static final int FAILURES_SHOWN_MAX = 20;
  private static final int FAILURE_CHARS_MAX = 600;

  /** What may go wrong. */
  interface Action {
    void take() throws Exception;
  }

  private record Answer(String kind, long nanos, String code) {}

  /** How long answers of one kind took. */
  record Times(int answers, double p50Ms, double p95Ms, double maxMs) {

    static final Times NONE = new Times(0, 0, 0, 0);

    private static Times of(List<Answer> answers) {
      var sorted = answers.stream().mapToDouble(answer -> answer.nanos() / 1_000 / 1e3).sorted().toArray();
      var last = sorted.length - 1;
      return new Times(sorted.length, sorted[last / 2], sorted[last * 95 / 100], sorted[last]);
    }
  }

  /** Times by kind, and how often each code stood in an answer. */
  record Summary(Map<String, Times> times, Map<String, Long> codes) {

    private static Summary of(List<Answer> answers) {
      var times =
          answers.stream().collect(groupingBy(Answer::kind, TreeMap::new, collectingAndThen(toList(), Times::of)));
      if (!answers.isEmpty()) {
        times.put(ALL, Times.of(answers));
      }
      return new Summary(times, answers.stream().collect(groupingBy(Answer::code, TreeMap::new, counting())));
    }

    /** A line a kind, and the codes. */
    void print() {
      System.out.println();
      times.forEach(
          (kind, some) ->
              System.out.printf(
                  "%-26s %7d answers, p50 %7.1f, p95 %8.1f, most %8.1f ms%n",
                  kind, some.answers, some.p50Ms, some.p95Ms, some.maxMs));
      System.out.printf("%nanswers by code: %s%n%n", codes);
    }
  }

  private final List<Answer> answers = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private int taken;
  private long failed;

  synchronized void answered(String kind, long nanos, String code) {
    answers.add(new Answer(kind, nanos, code));
  }

  /** Does something; whatever goes wrong with it is a failure. Gives whether nothing did. */
  boolean attempt(Action action) {
    try {
      action.take();
      return true;
    } catch (Throwable e) { // not only exceptions: a client that ran out of memory checks nothing any more
      var within = Stream.of(e.getStackTrace()).takeWhile(frame -> !frame.getMethodName().equals("attempt"));
      var place = within.reduce((_, outer) -> outer).map(frame -> frame.getMethodName() + ":" + frame.getLineNumber());
      failed("%s %s".formatted(place.orElse("?"), e));
      return false;
    }
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
    var lately = answers.subList(taken, answers.size());
    taken = answers.size();
    return Summary.of(lately);
  }

  synchronized Summary whole() {
    return Summary.of(answers);
  }
}
