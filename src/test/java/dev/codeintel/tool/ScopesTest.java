package dev.codeintel.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.repo.Globs;
import dev.codeintel.testkit.Seeded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class ScopesTest {

  private static final Duration IDLE = Duration.ofSeconds(100);
  private static final Optional<String> NOBODY = Optional.empty();

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5); // the clock may turn over
  private final Scopes scopes = new Scopes(IDLE, now::get);

  private static Scope only(String glob) {
    return new Scope(Globs.of(List.of(glob), List.of()), new TreeSet<>());
  }

  private void pass(long seconds) {
    now.addAndGet(Duration.ofSeconds(seconds).toNanos());
  }

  private static AbstractThrowableAssert<?, ?> assertNotFound(ThrowingCallable call) {
    return assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            CodeintelException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.SCOPE_NOT_FOUND));
  }

  @Test
  void aScopeIsGoneWhenItWasNotUsedForLong() {
    var used = scopes.keep(only("a"), NOBODY);
    var idle = scopes.keep(only("b"), Optional.of("s"));
    for (var i = 0; i < 5; i++) {
      pass(60);
      assertThat(scopes.find(used)).isEqualTo(only("a"));
    }
    assertThat(scopes.size()).isEqualTo(1);
    assertNotFound(() -> scopes.find(idle)).hasMessageContaining("100 s", "set_scope");
    pass(100);
    assertThat(scopes.find(used)).isEqualTo(only("a"));
    pass(101);
    assertNotFound(() -> scopes.find(used));
    assertThat(scopes.size()).isZero();
  }

  /** What a conversation had left out was found again, without a word, after a pause. */
  @Test
  void aConversationIsToldThatItsScopeIsGone() {
    assertThat(scopes.ofSession("s")).isEmpty();
    scopes.keep(only("a"), Optional.of("s"));
    scopes.keep(only("b"), Optional.of("t"));
    pass(60);
    assertThat(scopes.ofSession("s")).contains(only("a"));
    pass(60);
    assertThat(scopes.ofSession("s")).contains(only("a"));
    for (var i = 0; i < 2; i++) {
      assertNotFound(() -> scopes.ofSession("t"))
          .hasMessageContaining("conversation", "100 s", "set_scope");
    }
    scopes.clear("t");
    assertThat(scopes.ofSession("t")).isEmpty();
    assertThat(scopes.ofSession("s")).contains(only("a"));
  }

  @Test
  void theNewestScopeOfAConversationCountsAndOlderHandlesStayGood() {
    var first = scopes.keep(only("a"), Optional.of("s"));
    var second = scopes.keep(only("b"), Optional.of("s"));
    assertThat(scopes.ofSession("s")).contains(only("b"));
    scopes.clear("s");
    assertThat(scopes.find(first)).isEqualTo(only("a"));
    assertThat(scopes.find(second)).isEqualTo(only("b"));
  }

  @Test
  void handlesAreLongAndNeverTheSame() {
    var ids = new TreeSet<String>();
    for (var i = 0; i < 500; i++) {
      ids.add(scopes.keep(only("a"), NOBODY));
    }
    assertThat(ids).hasSize(500).allMatch(id -> id.matches("[A-Za-z0-9_-]{24}"));
    assertNotFound(() -> scopes.find("a"));
  }

  /** A loop that set a scope for each question filled the memory. */
  @Test
  void theLeastRecentlyUsedGoesFirst() {
    var used = scopes.keep(only("used"), NOBODY);
    var ids = new ArrayList<String>();
    for (var i = 0; i < Limits.SCOPES_MAX; i++) {
      ids.add(scopes.keep(only("f" + i), Optional.of("s" + i)));
      assertThat(scopes.find(used)).isEqualTo(only("used"));
    }
    assertThat(scopes.size()).isEqualTo(Limits.SCOPES_MAX);
    assertNotFound(() -> scopes.find(ids.getFirst())).hasMessageContaining("room for newer");
    assertNotFound(() -> scopes.ofSession("s0"));
    assertThat(scopes.find(ids.get(1))).isEqualTo(only("f1"));
  }

  /** A thousand scopes of a hundred globs of braces took gigabytes. */
  @Test
  void theirSizeIsBoundedToo() {
    var glob = "{a,b}{c,d}" + "x".repeat(Limits.GLOB_CHARS_MAX - 10);
    var globs = IntStream.range(0, Limits.GLOBS_MAX).mapToObj(_ -> glob).toList();
    var large = new Scope(Globs.of(globs, globs), new TreeSet<>());
    var last = "";
    for (var i = 0; i < 60; i++) {
      last = scopes.keep(large, NOBODY);
    }
    assertThat(scopes.size())
        .isBetween(10, Limits.SCOPES_CHARS_MAX / (2 * Limits.GLOBS_MAX * Limits.GLOB_CHARS_MAX));
    assertThat(scopes.find(last)).isEqualTo(large);
    pass(101);
    assertNotFound(() -> scopes.find("none"));
    for (var i = 0; i < Limits.SCOPES_MAX; i++) {
      scopes.keep(only("a"), NOBODY);
    }
    assertThat(scopes.size()).as("nothing of the large ones counts any more").isEqualTo(1_000);
  }

  @Test
  void aNameOfMegabytesIsNoConversation() {
    assertThatThrownBy(() -> scopes.keep(only("a"), Optional.of("s".repeat(201))))
        .hasMessageContaining("201");
    assertThat(scopes.size()).isZero();
  }

  /** Two who set scopes at the same time got each other's. */
  @RepeatedTest(3)
  void everyoneGetsTheirOwnScope() throws Exception {
    var seed = Seeded.random().nextLong();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var clients =
          IntStream.range(0, 16)
              .<Callable<Void>>mapToObj(number -> () -> work(number, seed))
              .toList();
      for (var client : threads.invokeAll(clients)) {
        client.get();
      }
    }
    assertThat(scopes.size()).isEqualTo(16 * 40);
  }

  private Void work(int number, long seed) {
    var random = new Random(seed + number);
    var session = "session " + number;
    var mine = new HashMap<String, Scope>();
    for (var i = 0; i < 40; i++) {
      var scope = only("%d/%d".formatted(number, i));
      mine.put(scopes.keep(scope, Optional.of(session)), scope);
      assertThat(scopes.ofSession(session)).contains(scope);
      var any = List.copyOf(mine.keySet()).get(random.nextInt(mine.size()));
      assertThat(scopes.find(any)).isEqualTo(mine.get(any));
      if (random.nextInt(4) == 0) {
        scopes.clear(session);
        assertThat(scopes.ofSession(session)).isEmpty();
      }
      Thread.yield();
    }
    return null;
  }
}
