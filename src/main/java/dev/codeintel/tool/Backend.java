package dev.codeintel.tool;

import dev.codeintel.index.IndexStatus;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.repo.Workspace;
import dev.codeintel.search.SearchRequest;
import dev.codeintel.search.SearchResult;

/** What the tools work on: one repository, its index, its searcher. Safe for use by any thread. */
public interface Backend extends AutoCloseable {

  /** The files. */
  Workspace workspace();

  SearchResult search(SearchRequest request, CancelToken cancel);

  IndexStatus status();

  /** Somebody is using the repository: starts indexing in the background where it is due. */
  void touch();

  @Override
  void close();
}
