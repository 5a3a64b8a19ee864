package dev.codeintel.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.config.Limits;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RateLimiterTest {

  private final AtomicLong now = new AtomicLong(-5);
  private final RateLimiter limiter = new RateLimiter(2, 3, now::get);

  private void pass(long millis) {
    now.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  private void refused(String client, String seconds) {
    assertThatThrownBy(() -> limiter.take(client))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal -> {
              assertThat(refusal.status()).isEqualTo(429);
              assertThat(refusal.headers()).containsEntry("Retry-After", seconds);
            });
  }

  @Test
  void aBurstThenTheRate() throws Refusal {
    for (var i = 0; i < 3; i++) {
      limiter.take("a");
    }
    refused("a", "1");
    limiter.take("b");
    pass(499);
    refused("a", "1");
    pass(1);
    limiter.take("a");
    refused("a", "1");
    pass(3_600_000); // an idle hour saves up no more than a burst
    for (var i = 0; i < 3; i++) {
      limiter.take("a");
    }
    refused("a", "1");
  }

  @Test
  void aSlowRateSaysHowLong() throws Refusal {
    var slow = new RateLimiter(1, 1, now::get);
    slow.take("a");
    assertThatThrownBy(() -> slow.take("a")).hasMessageContaining("in 1 s");
  }

  /** Every address that ever asked was remembered. */
  @Test
  void clientsAreForgotten() throws Refusal {
    for (var i = 0; i < 3; i++) {
      limiter.take("busy");
    }
    for (var i = 0; i < Limits.HTTP_CLIENTS_MAX - 1; i++) {
      limiter.take("c" + i);
    }
    refused("busy", "1");
    for (var i = 0; i < 100; i++) {
      limiter.take("d" + i);
    }
    assertThat(limiter.size()).isEqualTo(Limits.HTTP_CLIENTS_MAX);
    refused("busy", "1"); // it asked a moment ago, others did not
  }
}
