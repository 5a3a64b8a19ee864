package dev.codeintel.tool;

/** What the tools work on: one repository, its index, its searcher. Safe for use by any thread. */
public interface Backend extends AutoCloseable {

  /** Somebody is using the repository: starts indexing in the background where it is due. */
  void touch();

  @Override
  void close();
}
