package dev.codeintel.repo;

import dev.codeintel.repo.text.TextPattern;
import java.util.function.Predicate;

/**
 * What is searched for in files.
 *
 * @param files which files of the listing; asked by several threads at once
 * @param after only matches behind this one
 * @param contextLines how many lines before and behind each match
 * @param matchesMax how many matches at most are given; all are counted
 */
public record TextQuery(
    TextPattern pattern,
    Predicate<SourceFile> files,
    TextPlace after,
    int contextLines,
    int matchesMax) {}
