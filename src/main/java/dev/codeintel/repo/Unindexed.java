package dev.codeintel.repo;

/**
 * A file, or a link, that is listed but not indexed.
 *
 * @param file of a link, size and time are its own
 */
public record Unindexed(SourceFile file, SkipReason reason) {}
