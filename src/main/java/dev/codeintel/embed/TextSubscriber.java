package dev.codeintel.embed;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** Reads a body as text, up to a limit: a broken server must not fill the memory. */
final class TextSubscriber implements BodySubscriber<String> {

  private final int bytesMax;
  private final CompletableFuture<String> done = new CompletableFuture<>();
  private final ByteArrayOutputStream text = new ByteArrayOutputStream();
  private Flow.Subscription subscription;

  TextSubscriber(int bytesMax) {
    this.bytesMax = bytesMax;
  }

  @Override
  public CompletionStage<String> getBody() {
    return done;
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    given.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    for (var buffer : buffers) {
      var part = new byte[Math.min(buffer.remaining(), bytesMax - text.size())];
      buffer.get(part);
      text.writeBytes(part);
    }
    if (text.size() == bytesMax) {
      complete();
      subscription.cancel();
    }
  }

  @Override
  public void onError(Throwable thrown) {
    done.completeExceptionally(thrown);
  }

  @Override
  public void onComplete() {
    complete();
  }

  private void complete() {
    done.complete(text.toString(StandardCharsets.UTF_8));
  }
}
