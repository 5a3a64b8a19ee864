package dev.codeintel.repo;

import java.util.Locale;

/** Why a file or folder is not indexed. What an ignore rule names is not counted at all. */
public enum SkipReason {
  /** Larger than {@link dev.codeintel.config.Limits#FILE_BYTES_MAX}. */
  TOO_LARGE,
  /** Not text. Found when the file is read, not when it is listed. */
  BINARY,
  /** Looks like it holds a secret; see {@link Secrets}. */
  SECRET,
  /** A file or folder that may not be read, or that went away meanwhile. */
  UNREADABLE,
  /** A symbolic link; what it points to is indexed where it lies, if it lies here. */
  SYMLINK,
  /** A folder with a repository of its own, such as a submodule. */
  NESTED_REPOSITORY,
  /** Beyond {@link dev.codeintel.config.Limits#FILES_MAX}. */
  TOO_MANY,
  /** A folder below {@link dev.codeintel.config.Limits#FOLDER_DEPTH_MAX} others. */
  TOO_DEEP,
  /** A name that a tool could not say: not UTF-8, a backslash, a control character. */
  UNSUPPORTED_NAME,
  /** A pipe, socket or device. */
  SPECIAL;

  /** The kebab-case form that tool results carry, such as {@code too-large}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
