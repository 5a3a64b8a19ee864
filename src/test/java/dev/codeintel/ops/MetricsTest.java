package dev.codeintel.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MetricsTest {

  /** Operators have dashboards over this name, its label, and seconds. */
  @Test
  void gitOperationsAreAHistogramOfSeconds() throws InterruptedException {
    Metrics.noteGitOperation("metrics test", TimeUnit.MILLISECONDS.toNanos(2)).join();
    Metrics.noteGitOperation("metrics test", TimeUnit.SECONDS.toNanos(31)).join();
    var histogram =
        (HistogramSnapshot)
            Metrics.registry().scrape("codeintel_git_operation_duration_seconds"::equals).stream()
                .findFirst()
                .orElseThrow();
    var point =
        histogram.getDataPoints().stream()
            .filter(each -> "metrics test".equals(each.getLabels().get("operation")))
            .findFirst()
            .orElseThrow();
    assertThat(point.getCount()).isEqualTo(2);
    assertThat(point.getSum()).isBetween(31.0019, 31.0021);
    var buckets = point.getClassicBuckets();
    assertThat(buckets.getUpperBound(1)).isEqualTo(0.0025);
    assertThat(buckets.getCount(1)).isEqualTo(1);
    assertThat(buckets.getCount(buckets.size() - 1)).isEqualTo(1);
  }

  @Test
  void requestsToTheEmbeddingServerAreAGaugeThatReturnsToWhereItWas() {
    var before = requests();
    Metrics.embeddingRequestStarted();
    Metrics.embeddingRequestStarted();
    assertThat(requests()).isEqualTo(before + 2);
    Metrics.embeddingRequestEnded();
    Metrics.embeddingRequestEnded();
    assertThat(requests()).isEqualTo(before);
  }

  private static double requests() {
    var name = "codeintel_vllm_http_connections_open";
    var gauge = (GaugeSnapshot) Metrics.registry().scrape(name::equals).stream().findFirst().get();
    return gauge.getDataPoints().getFirst().getValue();
  }
}
