package dev.codeintel.tool;

import dev.codeintel.config.Limits;
import dev.codeintel.git.Git;
import java.util.List;
import java.util.Optional;

/** Which version of the files a call is about. */
final class Revision {

  static final String NAME = "revision";

  /** The files as they lie on disk. */
  static final String WORKTREE = Git.WORKTREE;

  static final String HEAD = "HEAD";

  private Revision() {}

  static Parameter parameter(String description, String usual) {
    return new Parameter(
        NAME,
        Kind.TEXT,
        description,
        false,
        1,
        Limits.ARGUMENT_CHARS_MAX,
        Optional.of(usual),
        List.of(),
        usual);
  }

  /** As an end of a heading; what lies on disk needs no word, nor what is no commit yet. */
  static String shown(String revision) {
    return revision.equals(WORKTREE) || revision.isEmpty()
        ? ""
        : " at " + CommitFields.shortId(revision);
  }
}
