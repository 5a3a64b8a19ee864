package dev.codeintel.mcp;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.MemoryShare;
import dev.codeintel.ops.Progress;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A request whose answer takes work. Once it is cancelled nothing more is sent for it. */
final class Running implements Reply.Later {

  /** What an answer takes until it is written, in its size: it is put into a line, or an array. */
  private static final int COPIES = 2;

  private final Dispatcher dispatcher;
  private final Object id;
  private final Asked asked; // without its params, which may be large, and which the job has read
  private final Optional<Object> progressToken;
  private final Work.Job job;
  private final CancelToken cancel;
  private final MemoryShare memory;
  private final Consumer<Reply> onEnd;
  private final AtomicBoolean ended = new AtomicBoolean();

  /**
   * @param onEnd hears of this once, before the answer is sent or when it is cancelled: from then
   *     on the client may use the id again
   */
  Running(
      Dispatcher dispatcher,
      Object id,
      Asked asked,
      Work.Job job,
      CancelToken cancel,
      MemoryShare memory,
      Consumer<Reply> onEnd) {
    this.dispatcher = dispatcher;
    this.id = id;
    this.asked = asked.withoutParams();
    this.progressToken = asked.progressToken();
    this.job = job;
    this.cancel = cancel;
    this.memory = memory;
    this.onEnd = onEnd;
  }

  @Override
  public void run(Sink sink) {
    run(sink, memory);
  }

  /** The same, within a share of more than this request. */
  void run(Sink sink, MemoryShare share) {
    var before = share.bytes();
    var answer = answer(sink, share);
    // Of an array, what took nothing counts with the whole: a share that has some does not wait.
    if (share == memory || share.bytes() > before) {
      share.settle(before + (long) COPIES * answer.length);
    }
    if (end()) {
      sink.send(answer);
    } else {
      share.settle(before);
    }
  }

  @Override
  public void fail(Sink sink) {
    if (end()) {
      sink.send(failure());
    }
  }

  /** What answers it where nothing else can. */
  byte[] failure() {
    return Codec.error(Optional.of(id), RpcError.internal());
  }

  @Override
  public void cancel() {
    end();
    cancel.cancel();
  }

  @Override
  public void close() {
    memory.close();
  }

  private boolean end() {
    var first = ended.compareAndSet(false, true);
    if (first) {
      onEnd.accept(this);
    }
    return first;
  }

  private byte[] answer(Sink sink, MemoryShare share) {
    if (progressToken.isEmpty()) {
      return answer(sink, share, Progress.NONE);
    }
    try (var notes =
        ProgressNotes.start(progressToken.get(), (method, params) -> tell(sink, method, params))) {
      return answer(sink, share, notes);
    }
  }

  private byte[] answer(Sink sink, MemoryShare share, Progress progress) {
    var task = new Task(cancel, share, progress, (method, params) -> tell(sink, method, params));
    return dispatcher.answer(id, asked, () -> job.run(task));
  }

  private void tell(Sink sink, String method, Object params) {
    if (!ended.get()) {
      sink.send(Codec.notification(method, params));
    }
  }
}
