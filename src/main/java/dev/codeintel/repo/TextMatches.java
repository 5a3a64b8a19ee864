package dev.codeintel.repo;

import java.util.List;
import java.util.Map;

/**
 * What a search through files found.
 *
 * @param matches the first ones behind the place that was asked for, in the order of {@link
 *     TextPlace}
 * @param following how many matches there are behind that place, those that are given included
 * @param total how many lines match
 * @param matchingFiles how many files have one
 * @param searched how many files were looked through
 * @param skipped how many files were left out that were asked for, by reason
 * @param unlisted what the listing left out of the whole tree, by reason
 * @param timeUp whether the time did not suffice for all files; then all counts are least ones
 */
public record TextMatches(
    List<TextMatch> matches,
    long following,
    long total,
    int matchingFiles,
    int searched,
    Map<SkipReason, Integer> skipped,
    Map<SkipReason, Integer> unlisted,
    boolean timeUp) {}
