package dev.codeintel.mcp;

import dev.codeintel.config.Limits;
import dev.codeintel.mcp.Message.Malformed;
import dev.codeintel.mcp.Message.Notification;
import dev.codeintel.mcp.Message.Request;
import dev.codeintel.mcp.Message.Response;
import java.util.List;
import java.util.Optional;

/**
 * Answers what is posted over HTTP. Nothing is remembered from one request to the next: the body
 * says which revision it speaks, and headers that say otherwise are refused. Safe for use by any
 * thread.
 */
public final class HttpEndpoint {

  private static final int OK = 200;
  private static final int ACCEPTED = 202;
  private static final int BAD_REQUEST = 400;
  private static final int NOT_FOUND = 404;

  private static final String SESSION = "X-Session-ID";

  private final Dispatcher dispatcher;

  HttpEndpoint(Dispatcher dispatcher) {
    this.dispatcher = dispatcher;
  }

  /**
   * Takes what was posted; never throws, and never takes long: what may take long is left to {@link
   * Reply.Later}.
   *
   * @param body whatever it is
   */
  public HttpReply post(HttpHead head, byte[] body) {
    var input = Codec.read(body);
    var first = input.messages().getFirst();
    try {
      return input.batch() ? batch(head, input.messages()) : receive(head, first);
    } catch (RpcException e) { // before the request itself was looked at
      return refused(
          first instanceof Request request && !input.batch()
              ? Optional.of(request.id())
              : Optional.empty(),
          e.error());
    }
  }

  private HttpReply receive(HttpHead head, Message message) {
    return switch (message) {
      case Request request ->
          standsAlone(head, request) ? standingAlone(head, request) : conversing(head, request);
      case Notification notification -> {
        new StandardHeaders(head).requireAgreement(notification);
        yield accepted();
      }
      case Response _ -> {
        new StandardHeaders(head).requireKnown();
        yield accepted();
      }
      case Malformed malformed -> refused(malformed.id(), malformed.error());
    };
  }

  private static boolean standsAlone(HttpHead head, Request request) {
    var headers = new StandardHeaders(head);
    if (request.method().equals(Methods.INITIALIZE) && !Envelope.isValid(request.params())) {
      headers.requireNotStateless();
      return false;
    }
    return Envelope.isClaimed(request.params()) || headers.nameStateless();
  }

  private HttpReply standingAlone(HttpHead head, Request request) {
    var headers = new StandardHeaders(head);
    var version = Envelope.requireComplete(request.params());
    headers.requireSame(version, request.method());
    var spoken = Envelope.requireSupported(version);
    headers.requireAll(request);
    var asked = new Asked(spoken, request.method(), request.params(), Optional.empty());
    try {
      return new HttpReply(OK, dispatcher.reply(request.id(), asked, _ -> {}), true);
    } catch (RpcException e) {
      return new HttpReply(status(e.error()), error(Optional.of(request.id()), e.error()), true);
    }
  }

  private static int status(RpcError error) {
    return switch (error.code()) {
      case RpcError.METHOD_NOT_FOUND -> NOT_FOUND;
      case RpcError.MISSING_CLIENT_CAPABILITY -> BAD_REQUEST;
      default -> OK;
    };
  }

  private HttpReply conversing(HttpHead head, Request request) {
    var spoken = new StandardHeaders(head).revisionWithHandshake();
    return new HttpReply(OK, conversing(spoken, session(head), request), false);
  }

  private Reply conversing(Revision spoken, Optional<String> session, Request request) {
    var asked = new Asked(spoken, request.method(), request.params(), session);
    try {
      return dispatcher.reply(request.id(), asked, _ -> {});
    } catch (RpcException e) {
      return error(Optional.of(request.id()), e.error());
    }
  }

  private HttpReply batch(HttpHead head, List<Message> messages) {
    var spoken = new StandardHeaders(head).revisionWithHandshake();
    var claimed =
        messages.stream()
            .anyMatch(
                message ->
                    message instanceof Request request && Envelope.isClaimed(request.params()));
    if (claimed || !spoken.allowsBatches()) {
      throw new RpcException(
          RpcError.invalidRequest(
              "Batches belong to revision 2025-03-26 only; send one message at a time."));
    }
    var session = session(head);
    var reply = dispatcher.batch(messages, message -> inBatch(spoken, session, message));
    return reply instanceof Reply.None ? accepted() : new HttpReply(OK, reply, false);
  }

  private Reply inBatch(Revision spoken, Optional<String> session, Message message) {
    return switch (message) {
      case Request request -> conversing(spoken, session, request);
      case Notification _, Response _ -> new Reply.None();
      case Malformed malformed -> error(malformed.id(), malformed.error());
    };
  }

  /** The conversation that clients of the former server name; each client has its own names. */
  private static Optional<String> session(HttpHead head) {
    var named = head.headers().apply(SESSION);
    if (named.isEmpty() || named.getFirst().isBlank()) {
      return Optional.empty();
    }
    var session = head.client() + " " + named.getFirst();
    if (session.length() > Limits.SESSION_CHARS_MAX) {
      throw new RpcException(
          RpcError.invalidRequest(
              "%s is too long; with the client's name it may have %,d characters."
                  .formatted(SESSION, Limits.SESSION_CHARS_MAX)));
    }
    return Optional.of(session);
  }

  private static HttpReply accepted() {
    return new HttpReply(ACCEPTED, new Reply.None(), false);
  }

  private static HttpReply refused(Optional<Object> id, RpcError error) {
    return new HttpReply(BAD_REQUEST, error(id, error), false);
  }

  private static Reply error(Optional<Object> id, RpcError error) {
    return new Reply.Now(Codec.error(id, error));
  }
}
