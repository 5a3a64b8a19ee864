package dev.codeintel.embed;

import dev.codeintel.config.Limits;
import java.time.Duration;
import java.util.Optional;

/** What went wrong with an embedding server, and what it means for those who ask next. */
final class ServerException extends EmbeddingException {

  private static final long serialVersionUID = 1L;

  private static final Duration RETRY_AFTER_MAX =
      Duration.ofSeconds(Limits.EMBEDDING_RETRY_AFTER_SECONDS_MAX);

  private final transient Fault fault;
  private final boolean mayPass;
  private final transient Optional<Duration> retryAfter;

  /** Whose fault it is. */
  enum Fault {
    /** The server's: it cannot be had, for now. */
    OUTAGE,
    /** Somebody's who set it up: nothing will come of it until that is changed. */
    SETUP,
    /** Probably one of the texts': others may do. */
    INPUT,
    /** A text is longer than the model reads. */
    TOO_LONG
  }

  private ServerException(
      Fault fault,
      boolean mayPass,
      Optional<Duration> retryAfter,
      String message,
      Throwable cause) {
    super(message, cause);
    this.fault = fault;
    this.mayPass = mayPass;
    this.retryAfter = retryAfter;
  }

  ServerException(Fault fault, String message, Throwable cause) {
    this(fault, false, Optional.empty(), message, cause);
  }

  ServerException(Fault fault, String message) {
    this(fault, message, null);
  }

  /** An outage that may be over at once, unless the server asks for more patience than we have. */
  static ServerException passing(String message, Optional<Duration> retryAfter, Throwable cause) {
    var soon = retryAfter.map(asked -> asked.compareTo(RETRY_AFTER_MAX) <= 0).orElse(true);
    return new ServerException(Fault.OUTAGE, soon, retryAfter, message, cause);
  }

  /** The same for somebody who asks later, in a thread of its own. */
  ServerException again() {
    return new ServerException(fault, false, retryAfter, getMessage(), this);
  }

  Fault fault() {
    return fault;
  }

  /** Whether the same request is worth another try. */
  boolean mayPass() {
    return mayPass;
  }

  /** How long the server asked to be left alone. */
  Optional<Duration> retryAfter() {
    return retryAfter;
  }
}
