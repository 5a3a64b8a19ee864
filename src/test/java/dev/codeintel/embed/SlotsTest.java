package dev.codeintel.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.testkit.Jar;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SlotsTest {

  private static final Wait LONG = new Wait(CancelToken.create(), Duration.ofMinutes(1));

  private static Wait none() {
    return new Wait(CancelToken.create(), Duration.ZERO);
  }

  @Test
  void onePlaceIsNeverADocuments() throws Exception {
    var slots = new Slots(3);
    slots.enter(Lane.DOCUMENT, none());
    slots.enter(Lane.DOCUMENT, none());
    assertThatThrownBy(() -> slots.enter(Lane.DOCUMENT, none()))
        .isInstanceOf(HttpTimeoutException.class);
    slots.enter(Lane.QUERY, none());
    assertThatThrownBy(() -> slots.enter(Lane.QUERY, none()))
        .isInstanceOf(HttpTimeoutException.class);
    slots.leave(Lane.DOCUMENT);
    slots.enter(Lane.QUERY, none());
  }

  @Test
  void aSinglePlaceIsForBoth() throws Exception {
    var slots = new Slots(1);
    slots.enter(Lane.DOCUMENT, none());
    slots.leave(Lane.DOCUMENT);
    slots.enter(Lane.QUERY, none());
    slots.leave(Lane.QUERY);
    assertThat(slots.close()).isZero();
  }

  /** A question stood behind a thousand chunks. */
  @Test
  void aQueryOvertakesDocumentsThatWait() throws Exception {
    var slots = new Slots(1);
    slots.enter(Lane.DOCUMENT, LONG);
    var order = new CopyOnWriteArrayList<String>();
    var waiting = new AtomicInteger();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var i = 0; i < 4; i++) {
        threads.submit(() -> pass(slots, Lane.DOCUMENT, order, waiting));
      }
      Jar.await("documents wait", () -> waiting.get() == 4);
      threads.submit(() -> pass(slots, Lane.QUERY, order, waiting));
      Jar.await("the query waits", () -> slots.queriesWaiting() == 1);
      slots.leave(Lane.DOCUMENT);
    }
    assertThat(order).hasSize(5).startsWith("QUERY");
  }

  private static Void pass(Slots slots, Lane lane, List<String> order, AtomicInteger waiting)
      throws HttpTimeoutException {
    waiting.incrementAndGet();
    slots.enter(lane, LONG);
    order.add(lane.name());
    slots.leave(lane);
    return null;
  }

  @Test
  void aCancelEndsTheWait() throws Exception {
    var slots = new Slots(1);
    slots.enter(Lane.QUERY, none());
    var cancel = CancelToken.create();
    cancel.cancel();
    assertThatThrownBy(() -> slots.enter(Lane.QUERY, new Wait(cancel, Duration.ofMinutes(1))))
        .isInstanceOf(CodeintelException.class);
    slots.leave(Lane.QUERY);
    slots.enter(Lane.DOCUMENT, none()); // the one that left does not count as waiting
  }

  @Test
  void aPauseEndsWithTheTokenAndNotBehindTheTime() {
    var cancel = CancelToken.create();
    var wait = new Wait(cancel, Duration.ofSeconds(9));
    assertThat(wait.pause(Duration.ofSeconds(10))).isFalse();
    assertThat(wait.pause(Duration.ofMillis(1))).isTrue();
    assertThat(wait.atMost(Duration.ofSeconds(1)).most()).isEqualTo(Duration.ofSeconds(1));
    assertThat(wait.atMost(Duration.ofSeconds(10)).most()).isLessThan(Duration.ofSeconds(9));
    cancel.cancel();
    assertThatThrownBy(() -> wait.pause(Duration.ofSeconds(5)))
        .isInstanceOf(CodeintelException.class);
  }
}
