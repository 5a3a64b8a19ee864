package dev.codeintel.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.embed.ServerException.Fault;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CircuitTest {

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5); // it may overflow
  private final Circuit circuit = new Circuit(now::get);
  private int probes;

  private void enter() {
    circuit.enter(() -> probes++);
  }

  private void later(long millis) {
    now.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  private static ServerException failure(String words) {
    return new ServerException(Fault.OUTAGE, words);
  }

  @Test
  void whileAllIsWellNothingIsProbed() {
    enter();
    circuit.passed();
    enter();
    assertThat(probes).isZero();
  }

  @Test
  void behindAFailureCallsFailWithItsWordsUntilOneProbes() {
    circuit.failed(failure("away"));
    assertThatThrownBy(this::enter).hasMessage("away").isInstanceOf(ServerException.class);
    later(999);
    assertThatThrownBy(this::enter).hasMessage("away");
    assertThat(probes).isZero();
    later(1);
    enter();
    enter();
    assertThat(probes).isEqualTo(1);
  }

  @Test
  void onlyOneProbes() {
    circuit.failed(failure("away"));
    later(1_000);
    circuit.enter(() -> assertThatThrownBy(this::enter).hasMessage("away"));
    enter();
    assertThat(probes).isZero();
  }

  @Test
  void pausesGetLongerWhileTheServerIsAwayAndShortOnceItWasThere() {
    circuit.failed(failure("away"));
    for (var pause : new long[] {1_000, 2_000, 4_000, 8_000, 15_000, 15_000}) {
      later(pause - 1);
      assertThatThrownBy(this::enter).hasMessageStartingWith("away");
      later(1);
      assertThatThrownBy(
              () ->
                  circuit.enter(
                      () -> {
                        throw failure("away still");
                      }))
          .hasMessage("away still");
    }
    later(15_000);
    enter();
    circuit.failed(failure("away again"));
    later(1_000);
    enter();
    assertThat(probes).isEqualTo(2);
  }

  @Test
  void aServerThatAsksToBeLeftAloneIsButNotForEver() {
    circuit.failed(ServerException.passing("busy", Optional.of(Duration.ofSeconds(9)), null));
    later(8_999);
    assertThatThrownBy(circuit::check).hasMessage("busy");
    later(1);
    circuit.check();
    circuit.failed(ServerException.passing("busy", Optional.of(Duration.ofDays(9)), null));
    later(14_999);
    assertThatThrownBy(circuit::check).hasMessage("busy");
    later(1);
    circuit.check();
  }

  /** A probe that was cancelled left the circuit open for good. */
  @Test
  void aProbeThatWasCancelledIsFollowedByAnother() {
    circuit.failed(failure("away"));
    later(1_000);
    assertThatThrownBy(
            () ->
                circuit.enter(
                    () -> {
                      throw new IllegalStateException("cancelled");
                    }))
        .hasMessage("cancelled");
    enter();
    assertThat(probes).isEqualTo(1);
  }
}
