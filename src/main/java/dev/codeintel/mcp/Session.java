package dev.codeintel.mcp;

import dev.codeintel.config.Limits;
import dev.codeintel.mcp.Message.Malformed;
import dev.codeintel.mcp.Message.Notification;
import dev.codeintel.mcp.Message.Request;
import dev.codeintel.mcp.Message.Response;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The conversation with one client over a connection of its own. Its first request says how it goes
 * on: with {@code initialize}, or with requests that each stand alone. Messages are received by one
 * thread at a time; work may run and be cancelled on any thread.
 */
public final class Session implements AutoCloseable {

  /** Its name, for what is kept of a conversation; there is one in the process. */
  private static final String NAME = "stdio";

  private final Dispatcher dispatcher;

  /** What is not answered yet, by id: {@link Reply.Later} and {@link Reply.Open}. */
  private final ConcurrentHashMap<Object, Reply> inFlight = new ConcurrentHashMap<>();

  /** Of the messages that {@link Reply.Later} came of: their arguments are kept as long. */
  private final AtomicLong bytesInFlight = new AtomicLong();

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
      return receive(input.messages().getFirst(), message.length);
    }
    if (!revision.map(Revision::allowsBatches).orElse(false)) {
      return malformed("Batches belong to revision 2025-03-26 only; send one message at a time.");
    }
    var share = message.length / input.messages().size();
    return dispatcher.batch(input.messages(), part -> receive(part, share));
  }

  /** Answers a message that was longer than the transport takes. */
  public Reply receiveTooLong(long bytesMax) {
    return malformed("The message is longer than %,d bytes and was skipped.".formatted(bytesMax));
  }

  /** Ends the streams that are open. Gives the messages that say so. */
  public List<byte[]> endStreams() {
    return inFlight.entrySet().stream()
        .filter(entry -> entry.getValue() instanceof Reply.Open)
        .filter(entry -> inFlight.remove(entry.getKey(), entry.getValue()))
        .map(entry -> ((Reply.Open) entry.getValue()).end())
        .toList();
  }

  /** Cancels what is in flight; nothing more is sent for it. */
  @Override
  public void close() {
    for (var id : inFlight.keySet()) {
      cancel(id);
    }
  }

  private Reply receive(Message message, int bytes) {
    return switch (message) {
      case Request request -> answer(request, bytes);
      case Notification notification -> {
        hear(notification);
        yield new Reply.None();
      }
      case Response _ -> new Reply.None();
      case Malformed malformed -> new Reply.Now(Codec.error(malformed.id(), malformed.error()));
    };
  }

  private Reply answer(Request request, int bytes) {
    try {
      var asked = asked(request);
      var id = request.id();
      var reply = dispatcher.reply(id, asked, ended -> forget(id, ended, bytes));
      if (reply instanceof Reply.None || reply instanceof Reply.Now) {
        return reply;
      }
      var tooMuch = tooMuch(bytes);
      if (tooMuch.isPresent()) {
        return dispatcher.busy(id, asked, tooMuch.get());
      }
      register(id, reply);
      if (reply instanceof Reply.Later) {
        bytesInFlight.addAndGet(bytes);
      }
      return reply;
    } catch (RpcException e) {
      return new Reply.Now(Codec.error(Optional.of(request.id()), e.error()));
    }
  }

  /** Also settles which kind of conversation this is, where nothing has yet. */
  private Asked asked(Request request) {
    var params = request.params();
    var alone =
        revision
            .map(Revision::isStateless)
            .orElseGet(() -> Envelope.isClaimed(params) && !isHandshake(request));
    return alone ? standingAlone(request) : conversing(request);
  }

  private static boolean isHandshake(Request request) {
    return request.method().equals(Methods.INITIALIZE) && !Envelope.isValid(request.params());
  }

  private Asked standingAlone(Request request) {
    var version = Envelope.requireComplete(request.params());
    var spoken = Envelope.requireSupported(version);
    // A client that only wanted to know may still go on in the old way.
    if (!request.method().equals(Methods.DISCOVER)) {
      revision = Optional.of(spoken);
    }
    return new Asked(spoken, request.method(), request.params(), Optional.empty());
  }

  private Asked conversing(Request request) {
    var spoken = revision.orElse(Revision.LATEST_WITH_HANDSHAKE);
    var asked = new Asked(spoken, request.method(), request.params(), Optional.of(NAME));
    revision =
        Optional.of(request.method().equals(Methods.INITIALIZE) ? Greeting.agreed(asked) : spoken);
    return asked;
  }

  /** What there would be too much of. */
  private Optional<String> tooMuch(int bytes) {
    if (inFlight.size() >= Limits.REQUESTS_IN_FLIGHT_MAX) {
      return Optional.of("%,d requests".formatted(Limits.REQUESTS_IN_FLIGHT_MAX));
    }
    return bytesInFlight.get() + bytes > Limits.REQUESTS_IN_FLIGHT_BYTES_MAX
        ? Optional.of("requests of %,d bytes".formatted(Limits.REQUESTS_IN_FLIGHT_BYTES_MAX))
        : Optional.empty();
  }

  private void register(Object id, Reply reply) {
    if (inFlight.putIfAbsent(id, reply) != null) {
      throw new RpcException(
          RpcError.invalidRequest("The id belongs to a request that is not answered yet."));
    }
  }

  /** Hears that a request was answered or cancelled. */
  private void forget(Object id, Reply ended, int bytes) {
    inFlight.remove(id, ended);
    bytesInFlight.addAndGet(-bytes);
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
    if (inFlight.remove(id) instanceof Reply.Later work) {
      work.cancel();
    }
  }

  private static Reply malformed(String message) {
    return new Reply.Now(Codec.error(Optional.empty(), RpcError.invalidRequest(message)));
  }
}
