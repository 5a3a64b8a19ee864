package dev.codeintel.search;

import java.util.List;
import java.util.SortedMap;

/**
 * Why a finding was found.
 *
 * @param channels score of each channel that has one: {@code semantic} (cosine), {@code lexical} (0
 *     to 1), {@code exact} (tier of an exact match)
 * @param terms words of the query that stand in the chunk
 */
public record Why(SortedMap<String, Double> channels, List<String> terms) {}
