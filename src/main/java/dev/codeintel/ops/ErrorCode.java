package dev.codeintel.ops;

import java.util.Locale;

/** What went wrong, in the words of the tool contracts. */
public enum ErrorCode {
  INVALID_ARGUMENT,
  PATH_NOT_FOUND,
  PATH_OUTSIDE_REPOSITORY,
  NOT_A_FILE,
  NOT_A_DIRECTORY,
  BINARY_FILE,
  UNSUPPORTED_ENCODING,
  FILE_TOO_LARGE,
  REVISION_NOT_FOUND,
  GIT_OPERATION_FAILED,
  HISTORY_NOT_LOCAL,
  INDEX_NOT_READY,
  EMBEDDING_UNAVAILABLE,
  INDEX_DAMAGED,
  SCOPE_NOT_FOUND,
  TIMEOUT,
  BUSY,
  CANCELLED,
  INTERNAL;

  /** The kebab-case form that tool results carry, such as {@code path-not-found}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
