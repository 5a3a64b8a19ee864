package dev.codeintel.ops;

import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.concurrent.TimeUnit;

/**
 * What this process counts and times, in the form that Prometheus collects. Nothing of it is loaded
 * before there is something to count. Safe for use by any thread.
 */
public final class Metrics {

  private static final double SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

  private Metrics() {}

  /** All metrics. A class of its own, as is each metric: loaded by those who ask. */
  private static final class All {
    static final PrometheusRegistry REGISTRY = new PrometheusRegistry();
  }

  private static final class GitOperations {
    static final Histogram DURATION =
        Histogram.builder()
            .name("codeintel_git_operation_duration_seconds")
            .help("Time that blame, history and reading at a revision took.")
            .labelNames("operation")
            .classicOnly()
            .classicUpperBounds(
                0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
            .withoutExemplars()
            .register(All.REGISTRY);
  }

  /**
   * Notes that an operation on git took a while. Returns at once: the first note loads a hundred
   * classes, which takes longer than most blames, and nobody's answer shall wait for that.
   *
   * @param operation one of a few words, such as {@code blame_range}
   */
  public static void gitOperation(String operation, long nanos) {
    noteGitOperation(operation, nanos);
  }

  /**
   * @return has ended when the note is made
   */
  static Thread noteGitOperation(String operation, long nanos) {
    return Thread.startVirtualThread(
        () -> GitOperations.DURATION.labelValues(operation).observe(nanos / SECOND_NANOS));
  }

  /** For whoever serves them. */
  public static PrometheusRegistry registry() {
    return All.REGISTRY;
  }
}
