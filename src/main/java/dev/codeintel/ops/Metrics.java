package dev.codeintel.ops;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What this process counts and times, in the form that Prometheus collects. Nothing of it is loaded
 * before there is something to count. Safe for use by any thread.
 */
public final class Metrics {

  /** Of {@link #text}. */
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private static final double SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Looked at when somebody collects: it costs nothing until then. */
  private static final AtomicInteger EMBEDDING_REQUESTS = new AtomicInteger();

  private Metrics() {}

  /** All metrics. A class of its own, as is each metric: loaded by those who ask. */
  private static final class All {
    static final PrometheusRegistry REGISTRY = new PrometheusRegistry();

    static {
      GaugeWithCallback.builder()
          .name("codeintel_vllm_http_connections_open")
          .help("Requests to the embedding server that are in flight, a connection each.")
          .callback(gauge -> gauge.call(EMBEDDING_REQUESTS.get()))
          .register(REGISTRY);
    }
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

  private static final class HttpRequests {
    static final Counter COUNT =
        Counter.builder()
            .name("codeintel_http_requests_total")
            .help("Requests that were answered; without a status: those whose client left.")
            .labelNames("path", "status")
            .withoutExemplars()
            .register(All.REGISTRY);
    static final Histogram DURATION =
        Histogram.builder()
            .name("codeintel_http_request_duration_seconds")
            .help(
                "Time from a request's head to the end of its answer, without streams that stay open.")
            .labelNames("path")
            .classicOnly()
            .classicUpperBounds(
                0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
            .withoutExemplars()
            .register(All.REGISTRY);
  }

  private static final class HttpRefusals {
    static final Counter COUNT =
        Counter.builder()
            .name("codeintel_http_refused_total")
            .help("Requests that were refused before anything was done for them.")
            .labelNames("reason")
            .withoutExemplars()
            .register(All.REGISTRY);
  }

  private static final class HttpStreams {
    static final Gauge OPEN =
        Gauge.builder()
            .name("codeintel_http_open_streams")
            .help("Streams of events that are open now.")
            .register(All.REGISTRY);
  }

  /** Something that is counted until it is closed. */
  public interface Open extends AutoCloseable {
    @Override
    void close();
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

  /** Notes that a request to the embedding server has a connection of its own from now on. */
  public static void embeddingRequestStarted() {
    EMBEDDING_REQUESTS.incrementAndGet();
  }

  /** Notes that it has it no more. */
  public static void embeddingRequestEnded() {
    EMBEDDING_REQUESTS.decrementAndGet();
  }

  /**
   * Notes a request over HTTP.
   *
   * @param path one of a few
   * @param status that was sent; -1 when none was
   */
  public static void httpRequest(String path, int status) {
    HttpRequests.COUNT.labelValues(path, status < 0 ? "" : Integer.toString(status)).inc();
  }

  /**
   * @param path one of a few
   */
  public static void httpDuration(String path, long nanos) {
    HttpRequests.DURATION.labelValues(path).observe(nanos / SECOND_NANOS);
  }

  /**
   * @param reason one of a few words
   */
  public static void httpRefused(String reason) {
    HttpRefusals.COUNT.labelValues(reason).inc();
  }

  /** Notes that a stream of events is open until the result is closed. */
  public static Open httpStream() {
    HttpStreams.OPEN.inc();
    return HttpStreams.OPEN::dec;
  }

  /** All that was noted so far, in Prometheus's text format. */
  public static byte[] text() {
    var out = new ByteArrayOutputStream();
    try {
      PrometheusTextFormatWriter.create().write(out, All.REGISTRY.scrape());
    } catch (IOException e) {
      throw new UncheckedIOException("memory takes all", e);
    }
    return out.toByteArray();
  }

  /** For whoever reads them in this process. */
  public static PrometheusRegistry registry() {
    return All.REGISTRY;
  }
}
