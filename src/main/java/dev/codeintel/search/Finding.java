package dev.codeintel.search;

import java.util.Optional;

/**
 * A place that answers a query.
 *
 * @param path relative, with {@code /}
 * @param startLine first line, from 1
 * @param endLine last line, inclusive
 * @param symbol qualified name, where one is known
 * @param language id, empty when unknown
 * @param score higher is better; comparable within one answer only
 * @param stale whether the file changed since it was indexed; the lines are corrected where the
 *     snippet still stands there once
 * @param snippet the text that was indexed
 */
public record Finding(
    String path,
    int startLine,
    int endLine,
    Optional<String> symbol,
    String language,
    double score,
    boolean stale,
    Why why,
    String snippet) {}
