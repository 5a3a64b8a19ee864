package dev.codeintel.git;

import java.util.List;

/**
 * The lines of a file with their commits.
 *
 * @param lines those that were asked for, in order, none missing
 * @param totalLines of the whole file
 * @param revision {@code WORKTREE}, or the commit that was blamed, 40 hex digits
 * @param notes what the reader must know to trust the answer, a sentence each
 */
public record Blame(List<BlamedLine> lines, int totalLines, String revision, List<String> notes) {}
