package dev.codeintel.repo;

/** Whether git's index names a path. */
public enum Tracking {
  TRACKED,
  UNTRACKED,
  /** The index is damaged, or names only a folder above, whose files git left out (sparse). */
  UNKNOWN
}
