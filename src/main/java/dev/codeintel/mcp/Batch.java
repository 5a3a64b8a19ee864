package dev.codeintel.mcp;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** The replies to one array of messages: what they send goes out as one array at the end. */
final class Batch implements Reply.Later {

  private final List<Reply> replies;

  private Batch(List<Reply> replies) {
    this.replies = replies;
  }

  static Reply of(List<Reply> replies) {
    var wanted = replies.stream().filter(reply -> !(reply instanceof Reply.None)).toList();
    return wanted.isEmpty() ? new Reply.None() : new Batch(wanted);
  }

  @Override
  public void run(Sink sink) {
    var answers = new ArrayList<byte[]>();
    for (var reply : replies) {
      switch (reply) {
        case Reply.None _, Reply.Open _ -> throw new IllegalStateException("not in a batch");
        case Reply.Now(var answer) -> answers.add(answer);
        case Reply.Later work -> work.run(answers::add);
      }
    }
    if (!answers.isEmpty()) {
      sink.send(array(answers));
    }
  }

  @Override
  public void cancel() {
    for (var reply : replies) {
      if (reply instanceof Reply.Later work) {
        work.cancel();
      }
    }
  }

  private static byte[] array(List<byte[]> answers) {
    var array = new ByteArrayOutputStream();
    var separator = '[';
    for (var answer : answers) {
      array.write(separator);
      array.writeBytes(answer);
      separator = ',';
    }
    array.write(']');
    return array.toByteArray();
  }
}
