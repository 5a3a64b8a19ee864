package dev.codeintel.mcp;

import java.util.Arrays;
import java.util.Optional;

/** Revisions of MCP that begin with {@code initialize}, oldest first. */
enum Revision {
  V2024_11_05,
  V2025_03_26,
  V2025_06_18,
  V2025_11_25;

  static final Revision LATEST = V2025_11_25;

  static Optional<Revision> of(String text) {
    return Arrays.stream(values()).filter(revision -> revision.text().equals(text)).findFirst();
  }

  String text() {
    return name().substring(1).replace('_', '-');
  }

  /** JSON-RPC batches came with one revision and went with the next. */
  boolean allowsBatches() {
    return this == V2025_03_26;
  }
}
