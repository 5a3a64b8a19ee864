package dev.codeintel.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.testkit.FakeVllm;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What reads the bodies of answers, without a network. */
class SubscribersTest {

  private static final String ANSWER = FakeVllm.body(FakeVllm.item(0, "[3, 4]"));

  private final MemorySegment vectors = Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, 2);
  private final AtomicInteger cancelled = new AtomicInteger();

  private final Flow.Subscription subscription =
      new Flow.Subscription() {
        @Override
        public void request(long count) {
          assertThat(count).isPositive();
        }

        @Override
        public void cancel() {
          cancelled.incrementAndGet();
        }
      };

  private AnswerSubscriber answer(int bytesMax) {
    var answer = new AnswerSubscriber(new VectorRows(vectors, new int[] {0}, 2), bytesMax);
    answer.onSubscribe(subscription);
    return answer;
  }

  private static List<ByteBuffer> buffers(String text) {
    return List.of(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static <T> CompletableFuture<T> body(BodySubscriber<T> subscriber) {
    return subscriber.getBody().toCompletableFuture();
  }

  private float[] row() {
    return vectors.toArray(ValueLayout.JAVA_FLOAT);
  }

  @Test
  void anAnswerIsReadToItsEnd() {
    var answer = answer(ANSWER.length());
    answer.onNext(buffers(ANSWER));
    assertThat(body(answer)).isNotDone();
    answer.onComplete();
    assertThat(body(answer).join().isEmpty()).isTrue();
    assertThat(row()).containsExactly(0.6f, 0.8f);
    assertThat(cancelled).hasValue(0);
  }

  /** A server without an end to its answer filled the memory. */
  @Test
  void anAnswerThatIsTooLongIsGivenUp() {
    var answer = answer(ANSWER.length() - 1);
    answer.onNext(buffers(ANSWER));
    assertThatThrownBy(body(answer)::join).hasMessageContaining("longer than");
    assertThat(cancelled).hasValue(1);
    answer.onNext(buffers(ANSWER));
    answer.onComplete();
    assertThat(row()).containsExactly(0, 0);
  }

  @Test
  void anAnswerThatEndsEarlyOrBreaksIsAFailure() {
    var early = answer(1_000);
    early.onNext(buffers(ANSWER.substring(0, 50)));
    early.onComplete();
    assertThatThrownBy(body(early)::join).hasMessageContaining("ends in the middle");
    var broken = answer(1_000);
    broken.onError(new IOException("reset"));
    assertThatThrownBy(body(broken)::join).hasMessageContaining("reset");
  }

  @Test
  void nothingIsWrittenForACallerWhoLeft() {
    var answer = answer(1_000);
    answer.onNext(buffers(ANSWER.substring(0, 60)));
    answer.leave();
    answer.onNext(buffers(ANSWER.substring(60)));
    answer.onComplete();
    assertThat(row()).containsExactly(0, 0);
    assertThat(body(answer)).isNotDone();
  }

  @Test
  void aTextIsCutWhereItGetsTooLong() {
    var text = new TextSubscriber(6);
    text.onSubscribe(subscription);
    text.onNext(buffers("abcd"));
    text.onNext(buffers("efgh"));
    assertThat(body(text)).isCompletedWithValue("abcdef");
    assertThat(cancelled).hasValue(1);
    text.onNext(buffers("late"));
    text.onComplete();
    assertThat(body(text)).isCompletedWithValue("abcdef");
    var broken = new TextSubscriber(6);
    broken.onError(new IOException("reset"));
    assertThatThrownBy(body(broken)::join).hasMessageContaining("reset");
  }
}
