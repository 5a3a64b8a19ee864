package dev.codeintel.search;

import java.util.Optional;

/**
 * Which index gave an answer.
 *
 * @param generation 0 while there is none
 * @param commit that was checked out when it was made
 * @param embeddedShare chunks with a vector, of those that shall have one
 * @param pendingFiles files that are known to have changed since
 * @param model that made the vectors; absent without one
 */
public record IndexSummary(
    long generation,
    Optional<String> commit,
    double embeddedShare,
    long pendingFiles,
    Optional<String> model) {}
