package dev.codeintel.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.config.Limits;
import dev.codeintel.embed.EmbeddingException;
import dev.codeintel.index.EmbeddingPipeline.Text;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.store.VectorKey;
import dev.codeintel.testkit.Seeded;
import dev.codeintel.testkit.WordsEmbedder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EmbeddingPipelineTest implements EmbeddingPipeline.Sink {

  private static final int CALLERS = 3;
  private static final int BATCH = 8;

  private final WordsEmbedder embedder = new WordsEmbedder();
  private final CancelToken time = CancelToken.create();
  private final Map<String, float[]> vectors = new HashMap<>();
  private final Set<String> refused = new HashSet<>();

  @Override
  public void made(Text text, MemorySegment vector) {
    assertThat(vectors.put(text.text(), vector.toArray(ValueLayout.JAVA_FLOAT))).isNull();
  }

  @Override
  public void refused(Text text, String reason) {
    assertThat(reason).isEqualTo("The model of this test refuses it.");
    assertThat(refused.add(text.text())).isTrue();
  }

  private EmbeddingPipeline pipeline() {
    embedder.callers(CALLERS);
    return new EmbeddingPipeline(embedder, time, CancelToken.create(), this);
  }

  private static Text text(int i) {
    return new Text(VectorKey.of("test", "text " + i), "text " + i, "file:" + i);
  }

  private static void put(EmbeddingPipeline pipeline, int from, int to) {
    for (var i = from; i < to; i++) {
      pipeline.put(text(i));
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A batch that overtook another took its vectors to the wrong texts. */
  @RepeatedTest(5)
  void everyTextGetsItsOwnVectorWhateverOvertakesWhat() {
    var random = Seeded.random();
    embedder.beforeBatch(() -> LockSupport.parkNanos(random.nextInt(1_000_000)));
    var count = random.nextInt(1, 1_000);
    var poisoned = new HashSet<String>();
    try (var pipeline = pipeline()) {
      for (var i = 0; i < count; i++) {
        if (random.nextInt(20) == 0) {
          var text = WordsEmbedder.POISON + i;
          poisoned.add(text);
          pipeline.put(new Text(VectorKey.of("test", text), text, "file:1"));
        } else {
          pipeline.put(text(i));
        }
      }
      pipeline.finish();
    }
    assertThat(refused).isEqualTo(poisoned);
    assertThat(vectors).hasSize(count - poisoned.size());
    vectors.forEach(
        (text, vector) -> assertThat(vector).as(text).isEqualTo(WordsEmbedder.vector(text)));
  }

  /** The model idled from the end of a batch until the block was on the disk. */
  @Test
  void asManyCallsAsTheModelWantsRunBesideEachOtherAndNoMore() {
    var together = new CyclicBarrier(CALLERS);
    var running = new AtomicInteger();
    var most = new AtomicInteger();
    embedder.beforeBatch(
        () -> {
          most.accumulateAndGet(running.incrementAndGet(), Math::max);
          try {
            together.await(); // never, where fewer run
          } catch (InterruptedException | BrokenBarrierException e) {
            throw new AssertionError(e);
          } finally {
            running.decrementAndGet();
          }
        });
    try (var pipeline = pipeline()) {
      put(pipeline, 0, 4 * CALLERS * BATCH);
      pipeline.finish();
    }
    assertThat(most).hasValue(CALLERS);
    assertThat(vectors).hasSize(4 * CALLERS * BATCH);
  }

  /** A reader that is faster than the model filled the memory with texts. */
  @Test
  void whoPutsInWaitsWhenABlockACallerIsUnderWay() throws InterruptedException {
    var go = new CountDownLatch(1);
    embedder.beforeBatch(() -> await(go));
    var in = new AtomicInteger();
    var all = 3 * CALLERS * Limits.BLOCK_VECTORS_MAX;
    var reader =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (var pipeline = pipeline()) {
                    for (; in.get() < all; in.incrementAndGet()) {
                      pipeline.put(text(in.get()));
                    }
                    pipeline.finish();
                  }
                });
    var most = CALLERS * Limits.BLOCK_VECTORS_MAX + BATCH - 1; // the last of a batch has no room
    while (in.get() < most || reader.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    assertThat(in).hasValue(most);
    go.countDown();
    reader.join();
    assertThat(vectors).hasSize(all);
  }

  /** A server that went away took what others of its calls had made with it. */
  @Test
  void whatOtherCallsMakeIsKeptWhenOneFails() {
    var calls = new AtomicInteger();
    var failed = new CountDownLatch(1);
    embedder.beforeBatch(
        () -> {
          if (calls.incrementAndGet() == 2) {
            failed.countDown();
            throw new EmbeddingException("away");
          }
          await(failed);
        });
    assertThatThrownBy(
            () -> {
              try (var pipeline = pipeline()) {
                put(pipeline, 0, 10_000);
              }
            })
        .isInstanceOf(EmbeddingException.class)
        .hasMessage("away");
    assertThat(vectors.size()).isBetween(BATCH, (CALLERS + 1) * BATCH);
    assertThat(calls.get() - 1).isEqualTo(vectors.size() / BATCH);
  }

  /** A background run that was to end after half a minute ended when all was embedded. */
  @Test
  void nothingIsBegunWhenTheTimeIsUpAndWhatWasBegunComesOut() {
    embedder.beforeBatch(time::cancel);
    try (var pipeline = pipeline()) {
      put(pipeline, 0, 10 * CALLERS * BATCH);
      pipeline.finish();
    }
    assertThat(vectors.size()).isBetween(BATCH, CALLERS * BATCH);
  }

  /** A full disk was written to again by each batch that came after. */
  @Test
  void nothingMoreIsGivenToASinkThatFailed() {
    var given = new AtomicInteger();
    var full =
        new EmbeddingPipeline.Sink() {
          @Override
          public void made(Text text, MemorySegment vector) {
            given.incrementAndGet();
            throw new IllegalStateException("full");
          }

          @Override
          public void refused(Text text, String reason) {
            throw new AssertionError(reason);
          }
        };
    embedder.callers(CALLERS);
    assertThatThrownBy(
            () -> {
              try (var pipeline =
                  new EmbeddingPipeline(embedder, time, CancelToken.create(), full)) {
                put(pipeline, 0, 10_000);
              }
            })
        .hasMessage("full");
    assertThat(given).hasValue(1);
  }
}
