package dev.codeintel.mcp;

import dev.codeintel.config.Limits;
import dev.codeintel.mcp.Message.Malformed;
import dev.codeintel.mcp.Message.Notification;
import dev.codeintel.mcp.Message.Request;
import dev.codeintel.mcp.Message.Response;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.Progress;
import dev.codeintel.tool.Call;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The conversation with one client of a revision that begins with {@code initialize}. Messages are
 * received by one thread at a time; work may run and be cancelled on any thread.
 */
public final class Session implements AutoCloseable {

  private final Dispatcher dispatcher;
  private final ConcurrentHashMap<Object, CancelToken> inFlight = new ConcurrentHashMap<>();

  private Optional<Revision> revision = Optional.empty();

  Session(Dispatcher dispatcher) {
    this.dispatcher = dispatcher;
  }

  /**
   * Takes one message, never throws, and never takes long: what may take long is left to {@link
   * Reply.Later}, which can be cancelled from here on.
   *
   * @param message what came in, whatever it is
   */
  public Reply receive(byte[] message) {
    var input = Codec.read(message);
    if (!input.batch()) {
      return receive(input.messages().getFirst());
    }
    if (!revision.map(Revision::allowsBatches).orElse(false)) {
      return malformed("Batches belong to revision 2025-03-26 only; send one message at a time.");
    }
    return batch(input.messages().stream().map(this::receive).toList());
  }

  /** Answers a message that was longer than the transport takes. */
  public Reply receiveTooLong(long bytesMax) {
    return malformed("The message is longer than %,d bytes and was skipped.".formatted(bytesMax));
  }

  /** Cancels what is in flight; nothing more is sent for it. */
  @Override
  public void close() {
    for (var id : inFlight.keySet()) {
      cancel(id);
    }
  }

  private Reply receive(Message message) {
    return switch (message) {
      case Request request -> answer(request);
      case Notification notification -> {
        hear(notification);
        yield new Reply.None();
      }
      case Response _ -> new Reply.None();
      case Malformed malformed -> new Reply.Now(Codec.error(malformed.id(), malformed.error()));
    };
  }

  private Reply answer(Request request) {
    try {
      return switch (request.method()) {
        case "initialize" -> now(request, initialize(request));
        case "ping" -> now(request, java.util.Map.of());
        case "tools/list" -> now(request, dispatcher.tools(request.params()));
        case "tools/call" -> callTool(request);
        default ->
            throw new RpcException(
                RpcError.of(
                    RpcError.METHOD_NOT_FOUND, "There is no method " + clip(request.method())));
      };
    } catch (RpcException e) {
      return new Reply.Now(Codec.error(Optional.of(request.id()), e.error()));
    } catch (RuntimeException e) {
      Log.error("Request failed", e, "method", request.method());
      return new Reply.Now(
          Codec.error(
              Optional.of(request.id()),
              RpcError.of(RpcError.INTERNAL_ERROR, "Something went wrong inside codeintel.")));
    }
  }

  private Wire.InitializeResult initialize(Request request) {
    if (!(request.params().get("protocolVersion") instanceof String wanted)) {
      throw new RpcException(
          RpcError.invalidParams(
              "params.protocolVersion must be a revision, such as " + Revision.LATEST.text()));
    }
    var agreed = Revision.of(wanted).orElse(Revision.LATEST);
    revision = Optional.of(agreed);
    return dispatcher.initialize(agreed);
  }

  private Reply callTool(Request request) {
    ToolCalls.Prepared call;
    try {
      call = dispatcher.calls().prepare(request.params());
    } catch (CodeintelException e) {
      return now(request, ToolCalls.failure(e));
    }
    if (inFlight.size() >= Limits.REQUESTS_IN_FLIGHT_MAX) {
      return now(request, ToolCalls.busy(Limits.REQUESTS_IN_FLIGHT_MAX));
    }
    var cancel = dispatcher.deadline();
    if (inFlight.putIfAbsent(request.id(), cancel) != null) {
      throw new RpcException(
          RpcError.invalidRequest("The id belongs to a request that is not answered yet."));
    }
    return new Reply.Later() {
      @Override
      public void run(Sink sink) {
        work(request.id(), call, cancel, sink);
      }

      @Override
      public void cancel() {
        Session.this.cancel(request.id());
      }
    };
  }

  private void work(Object id, ToolCalls.Prepared call, CancelToken cancel, Sink sink) {
    var answer =
        Codec.result(
            id, dispatcher.calls().run(call, new Call(cancel, Progress.NONE, Optional.empty())));
    if (inFlight.remove(id, cancel)) { // else it was cancelled, and nobody waits for it
      sink.send(answer);
    }
  }

  private void hear(Notification notification) {
    if (notification.method().equals("notifications/cancelled")) {
      var id = notification.params().get("requestId");
      if (id != null) {
        cancel(id);
      }
    }
  }

  private void cancel(Object id) {
    var cancel = inFlight.remove(id);
    if (cancel != null) {
      cancel.cancel();
    }
  }

  /** The answers of a batch go out as one array when the last is there. */
  private static Reply batch(List<Reply> replies) {
    var wanted = replies.stream().filter(reply -> !(reply instanceof Reply.None)).toList();
    if (wanted.isEmpty()) {
      return new Reply.None();
    }
    return new Reply.Later() {
      @Override
      public void run(Sink sink) {
        var answers = new ArrayList<byte[]>();
        for (var reply : wanted) {
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
        for (var reply : wanted) {
          if (reply instanceof Reply.Later work) {
            work.cancel();
          }
        }
      }
    };
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

  private static Reply now(Request request, Object result) {
    return new Reply.Now(Codec.result(request.id(), result));
  }

  private static Reply malformed(String message) {
    return new Reply.Now(Codec.error(Optional.empty(), RpcError.invalidRequest(message)));
  }

  private static String clip(String method) {
    return method.length() > 100 ? method.substring(0, 100) + "..." : method;
  }
}
