package dev.codeintel.mcp;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The revisions of MCP that are spoken here, oldest first. */
enum Revision {
  V2024_11_05,
  V2025_03_26,
  V2025_06_18,
  V2025_11_25,
  V2026_07_28;

  /** The newest of those in which a conversation begins with {@code initialize}. */
  static final Revision LATEST_WITH_HANDSHAKE = V2025_11_25;

  /** What a request over HTTP speaks that says nothing of it. */
  static final Revision UNSTATED = V2025_03_26;

  static Optional<Revision> of(String text) {
    return Arrays.stream(values()).filter(revision -> revision.text().equals(text)).findFirst();
  }

  /** One that a client can agree on in {@code initialize}. */
  static Optional<Revision> withHandshake(String text) {
    return of(text).filter(revision -> !revision.isStateless());
  }

  /** One in which every request stands alone and says which revision it speaks. */
  static Optional<Revision> stateless(String text) {
    return of(text).filter(Revision::isStateless);
  }

  /** The names of all that are stateless. */
  static List<String> allStateless() {
    return Arrays.stream(values()).filter(Revision::isStateless).map(Revision::text).toList();
  }

  boolean isStateless() {
    return compareTo(LATEST_WITH_HANDSHAKE) > 0;
  }

  String text() {
    return name().substring(1).replace('_', '-');
  }

  /** JSON-RPC batches came with one revision and went with the next. */
  boolean allowsBatches() {
    return this == V2025_03_26;
  }
}
