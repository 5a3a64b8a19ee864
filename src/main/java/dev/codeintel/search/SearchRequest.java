package dev.codeintel.search;

import dev.codeintel.repo.Globs;
import java.util.Set;

/**
 * A question.
 *
 * @param query 1 to {@link dev.codeintel.config.Limits#QUERY_CHARS_MAX} characters
 * @param limit most findings, 1 to {@link dev.codeintel.config.Limits#FINDINGS_MAX}
 * @param mode which channels rank
 * @param scope which paths may be found; filters before the best are taken
 * @param languages which languages may be found; empty: all
 */
public record SearchRequest(
    String query, int limit, Mode mode, Globs scope, Set<String> languages) {

  public SearchRequest {
    languages = Set.copyOf(languages);
  }
}
