package dev.codeintel.embed;

import dev.codeintel.config.Limits;

/** For whom a request is: somebody waits for a query, nobody for a document. */
enum Lane {
  QUERY(Limits.EMBEDDING_QUERY_ATTEMPTS_MAX),
  DOCUMENT(Limits.EMBEDDING_ATTEMPTS_MAX);

  private final int attemptsMax;

  Lane(int attemptsMax) {
    this.attemptsMax = attemptsMax;
  }

  /** How often a request is sent that may be sent again. */
  int attemptsMax() {
    return attemptsMax;
  }
}
