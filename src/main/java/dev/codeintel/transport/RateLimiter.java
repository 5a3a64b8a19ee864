package dev.codeintel.transport;

import dev.codeintel.config.Limits;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** How often each client may ask: a token bucket each. Safe for use by any thread. */
final class RateLimiter {

  private static final double SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final double perNano;
  private final double burst;
  private final LongSupplier nanoClock;

  /** Least recently used first. */
  private final Map<String, Bucket> buckets =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
          return size() > Limits.HTTP_CLIENTS_MAX;
        }
      };

  /** What a client had left when it last asked. */
  private record Bucket(double left, long atNanos) {}

  /**
   * @param perSecond requests a second in the long run
   * @param burst requests at once
   */
  RateLimiter(int perSecond, int burst, LongSupplier nanoClock) {
    this.perNano = perSecond / SECOND_NANOS;
    this.burst = burst;
    this.nanoClock = nanoClock;
  }

  /**
   * Counts a request.
   *
   * @throws Refusal 429, with the whole seconds until the next one is welcome
   */
  synchronized void take(String client) throws Refusal {
    var now = nanoClock.getAsLong();
    var before = buckets.get(client);
    var left =
        before == null ? burst : Math.min(burst, before.left + (now - before.atNanos) * perNano);
    if (left < 1) {
      throw Refusal.tooMany((long) Math.ceil((1 - left) / perNano / SECOND_NANOS));
    }
    buckets.put(client, new Bucket(left - 1, now));
  }

  /** How many clients are known. */
  synchronized int size() {
    return buckets.size();
  }
}
