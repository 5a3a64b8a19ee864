package dev.codeintel.git;

import java.util.Optional;

/**
 * Where a line comes from.
 *
 * @param line in the file that was asked about, from 1
 * @param commit that brought it; empty when it is not committed yet
 * @param path of the file in that commit; of the file itself when it is not committed yet
 * @param originalLine in the file of that commit, from 1
 */
public record BlamedLine(int line, Optional<Commit> commit, String path, int originalLine) {}
