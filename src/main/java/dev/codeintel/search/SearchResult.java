package dev.codeintel.search;

import java.util.List;

/**
 * An answer.
 *
 * @param findings best first
 * @param index which index gave it
 * @param notes what a reader must know: fallbacks, skips
 */
public record SearchResult(List<Finding> findings, IndexSummary index, List<String> notes) {}
