package dev.codeintel.search;

import dev.codeintel.store.Generation;
import dev.codeintel.store.KnownChunk;
import java.util.OptionalDouble;

/**
 * A chunk that may answer a query.
 *
 * @param doc its document
 * @param chunk what is known of it
 * @param cosine with the query; absent while it has no vector, or when no query vector was made
 * @param lexical 0 to 1, against the best chunk of this query
 * @param runs share of the query's runs of three words that it holds
 * @param tier how exactly it holds the query's text
 */
record Candidate(
    int doc, KnownChunk chunk, OptionalDouble cosine, double lexical, double runs, int tier) {

  /** The chunk and where it stands. */
  Generation.Found found() {
    return chunk.found();
  }
}
