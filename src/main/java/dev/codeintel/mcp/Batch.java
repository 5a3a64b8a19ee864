package dev.codeintel.mcp;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.MemoryShare;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The replies to one array of messages: what they send goes out as one array at the end. */
final class Batch implements Reply.Later {

  /** What an array takes until it is written, in its size: its parts, and a line. */
  private static final long COPIES = 3;

  private final List<Reply> replies;
  private final MemoryShare memory;

  private Batch(List<Reply> replies, MemoryShare memory) {
    this.replies = replies;
    this.memory = memory;
  }

  /**
   * Begins to answer messages, one after the other.
   *
   * @param receive begins to answer one
   * @param memory for the answers of all: none waits for memory while others have some
   */
  static Reply of(List<Message> messages, Function<Message, Reply> receive, MemoryShare memory) {
    var replies = new ArrayList<Reply>();
    var bytes = 0;
    for (var message : messages) {
      var reply = receive.apply(message);
      if (reply instanceof Reply.Now(var answer)) {
        bytes += answer.length;
        replies.add(bytes > Limits.BATCH_QUICK_BYTES_MAX ? beyond(message) : reply);
      } else if (!(reply instanceof Reply.None)) {
        replies.add(reply);
      }
    }
    return replies.isEmpty() ? new Reply.None() : new Batch(replies, memory);
  }

  /** What is known at once is made before anybody can wait for memory. */
  private static Reply beyond(Message message) {
    return new Reply.Now(
        Codec.error(
            message instanceof Message.Request request
                ? Optional.of(request.id())
                : Optional.empty(),
            RpcError.of(
                RpcError.INTERNAL_ERROR,
                "The answers to this batch are too long together. Ask for this one by itself.")));
  }

  @Override
  public void run(Sink sink) {
    var answers = new ArrayList<byte[]>();
    for (var reply : replies) {
      switch (reply) {
        case Reply.Now(var answer) -> answers.add(answer);
        case Running work -> work.run(answers::add, memory);
        case Reply.None _, Reply.Open _, Reply.Later _ ->
            throw new IllegalStateException("not in a batch");
      }
    }
    if (!answers.isEmpty()) {
      var array = array(answers);
      memory.settle(COPIES * array.length);
      sink.send(array);
    }
  }

  @Override
  public void fail(Sink sink) {
    var answers = new ArrayList<byte[]>();
    for (var reply : replies) {
      if (reply instanceof Running work) {
        answers.add(work.failure());
      } else if (reply instanceof Reply.Now(var answer)) {
        answers.add(answer);
      }
    }
    cancel();
    sink.send(array(answers));
  }

  @Override
  public void cancel() {
    for (var reply : replies) {
      if (reply instanceof Reply.Later work) {
        work.cancel();
      }
    }
  }

  @Override
  public void close() {
    memory.close();
  }

  private static byte[] array(List<byte[]> answers) {
    var bytes = answers.stream().mapToInt(answer -> 1 + answer.length).sum() + 1;
    var array = ByteBuffer.allocate(bytes);
    var separator = '[';
    for (var answer : answers) {
      array.put((byte) separator).put(answer);
      separator = ',';
    }
    return array.put((byte) ']').array();
  }
}
