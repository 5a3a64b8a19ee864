package dev.codeintel.mcp;

import dev.codeintel.mcp.Message.Notification;
import dev.codeintel.mcp.Message.Request;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The headers that say again what stands in the body, so that whoever passes a request on need not
 * read it. What they say must be what it says.
 */
final class StandardHeaders {

  private static final String VERSION = "MCP-Protocol-Version";
  private static final String METHOD = "Mcp-Method";
  private static final String NAME = "Mcp-Name";

  /** Which part of the params stands in {@link #NAME}, by method. */
  private static final Map<String, String> NAMED =
      Map.of(Methods.CALL_TOOL, "name", Methods.GET_PROMPT, "name", Methods.READ_RESOURCE, "uri");

  /** What a header cannot hold as it is. */
  private static final Pattern ENCODED = Pattern.compile("=\\?base64\\?(.*)\\?=");

  private final Optional<String> version;
  private final Optional<String> method;
  private final Optional<String> name;

  StandardHeaders(HttpHead head) {
    this.version = value(head, VERSION);
    this.method = value(head, METHOD);
    this.name = value(head, NAME);
  }

  /** Several values of one header are no value that any body has. */
  private static Optional<String> value(HttpHead head, String name) {
    var values = head.headers().apply(name);
    return values.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", values).strip());
  }

  boolean nameStateless() {
    return version.flatMap(Revision::stateless).isPresent();
  }

  /**
   * The revision of a request that does not say it in its body.
   *
   * @throws RpcException where the header names none that is known
   */
  Revision revisionWithHandshake() {
    if (version.isEmpty()) {
      return Revision.UNSTATED;
    }
    return version
        .flatMap(Revision::withHandshake)
        .orElseThrow(
            () ->
                new RpcException(
                    RpcError.invalidRequest(
                        "%s is %s, which is not supported; %s is."
                            .formatted(
                                VERSION,
                                RpcError.clip(version.get()),
                                Revision.LATEST_WITH_HANDSHAKE.text()))));
  }

  /**
   * @throws RpcException where they name a revision that has no {@code initialize}
   */
  void requireNotStateless() {
    if (nameStateless()) {
      throw mismatch(VERSION, version.get(), "initialize belongs to older revisions");
    }
  }

  /**
   * @throws RpcException where what is there is not what the body says
   */
  void requireSame(String bodyVersion, String bodyMethod) {
    requireSame(VERSION, version, bodyVersion);
    requireSame(METHOD, method, bodyMethod);
  }

  /**
   * The same of a notification, which may say no version in its body.
   *
   * @throws RpcException also where it is of no revision that is known
   */
  void requireAgreement(Notification notification) {
    if (Envelope.isClaimed(notification.params())) {
      var claimed = Envelope.claimed(notification.params());
      requireSame(claimed, notification.method());
      Envelope.requireSupported(claimed);
    } else if (nameStateless()) {
      requireSame(METHOD, method, notification.method());
    } else {
      requireKnown();
    }
  }

  /**
   * @throws RpcException where they name a revision that is not known
   */
  void requireKnown() {
    if (!nameStateless()) {
      revisionWithHandshake();
    }
  }

  /**
   * @throws RpcException where one is missing, or the name is not what the body says
   */
  void requireAll(Request request) {
    requirePresent(VERSION, version);
    requirePresent(METHOD, method);
    var part = NAMED.get(request.method());
    if (part != null && request.params().get(part) instanceof String named) {
      requirePresent(NAME, name);
      requireSame(NAME, name.map(StandardHeaders::decoded), named);
    }
  }

  private static void requirePresent(String header, Optional<String> value) {
    if (value.isEmpty()) {
      throw new RpcException(
          RpcError.headerMismatch("The header %s is missing.".formatted(header)));
    }
  }

  private static void requireSame(String header, Optional<String> value, String body) {
    if (value.isPresent() && !value.get().equals(body)) {
      throw mismatch(header, value.get(), "the body says " + RpcError.clip(body));
    }
  }

  private static String decoded(String value) {
    var encoded = ENCODED.matcher(value);
    if (!encoded.matches()) {
      return value;
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(Base64.getDecoder().decode(encoded.group(1))))
          .toString();
    } catch (IllegalArgumentException | CharacterCodingException e) {
      throw mismatch(NAME, value, "it is not base64 of UTF-8");
    }
  }

  private static RpcException mismatch(String header, String value, String why) {
    return new RpcException(
        RpcError.headerMismatch(
            "The header %s is %s, but %s.".formatted(header, RpcError.clip(value), why)));
  }
}
