package dev.codeintel.embed;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/**
 * Hands an answer to {@link EmbeddingAnswer} as it arrives, on the threads of the HTTP client, as
 * long as the caller waits: behind {@link #leave()} the caller's memory is not touched any more.
 * The result is the places in the request whose vector cannot be used.
 */
final class AnswerSubscriber implements BodySubscriber<BitSet> {

  private final VectorRows rows;
  private final int bytesMax;
  private final EmbeddingAnswer answer;
  private final CompletableFuture<BitSet> done = new CompletableFuture<>();
  private Flow.Subscription subscription; // this and the next two: under the lock of this
  private long bytes;
  private boolean ended;

  /**
   * @param bytesMax longest answer that is read
   */
  AnswerSubscriber(VectorRows rows, int bytesMax) {
    this.rows = rows;
    this.bytesMax = bytesMax;
    this.answer = new EmbeddingAnswer(rows);
  }

  @Override
  public CompletionStage<BitSet> getBody() {
    return done;
  }

  @Override
  public synchronized void onSubscribe(Flow.Subscription given) {
    subscription = given;
    given.request(Long.MAX_VALUE); // decoding is faster than any network
  }

  @Override
  public synchronized void onNext(List<ByteBuffer> buffers) {
    if (ended) {
      return;
    }
    try {
      for (var buffer : buffers) {
        bytes += buffer.remaining();
        if (bytes > bytesMax) {
          throw VectorRows.Unusable.because("is longer than %,d bytes", bytesMax);
        }
        answer.read(buffer);
      }
    } catch (RuntimeException e) {
      fail(e);
      subscription.cancel();
    }
  }

  @Override
  public synchronized void onError(Throwable thrown) {
    fail(thrown);
  }

  private void fail(Throwable thrown) {
    ended = true;
    done.completeExceptionally(thrown);
  }

  @Override
  public synchronized void onComplete() {
    if (ended) {
      return;
    }
    ended = true;
    try {
      answer.end();
      done.complete(rows.finish());
    } catch (RuntimeException e) {
      done.completeExceptionally(e);
    }
  }

  /** The caller waits no more. */
  synchronized void leave() {
    ended = true;
  }
}
