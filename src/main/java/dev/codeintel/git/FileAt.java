package dev.codeintel.git;

import dev.codeintel.repo.SourceText;

/**
 * A file as it was.
 *
 * @param revision the commit it was read from, 40 hex digits; {@code WORKTREE}: as it lies on disk
 */
public record FileAt(SourceText text, String revision) {}
