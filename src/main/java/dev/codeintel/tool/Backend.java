package dev.codeintel.tool;

import dev.codeintel.git.Blame;
import dev.codeintel.git.FileAt;
import dev.codeintel.git.FileHistory;
import dev.codeintel.index.IndexRun;
import dev.codeintel.index.IndexStatus;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.repo.TextMatches;
import dev.codeintel.repo.TextQuery;
import dev.codeintel.repo.Workspace;
import dev.codeintel.search.SearchRequest;
import dev.codeintel.search.SearchResult;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Supplier;

/** What the tools work on: one repository, its index, its searcher. Safe for use by any thread. */
public interface Backend extends AutoCloseable {

  /** The files. */
  Workspace workspace();

  SearchResult search(SearchRequest request, CancelToken cancel);

  /** Finds lines in the files as they lie on disk; as much as the time suffices for. */
  TextMatches find(TextQuery query, CancelToken cancel);

  /**
   * Who brought each line of a file.
   *
   * @param first from 1; empty: the first of the file
   * @param last inclusive; empty: the last of the file
   * @param linesMax only so many of them, the first ones, are looked at
   * @throws dev.codeintel.ops.CodeintelException {@code invalid-argument}, with the number of
   *     lines, where the file has no such lines, and others
   */
  Blame blame(
      String path,
      OptionalInt first,
      OptionalInt last,
      int linesMax,
      String revision,
      CancelToken cancel);

  /**
   * The commits that changed a file or folder; the empty path is all.
   *
   * @param skip how many of the newest to leave out
   */
  FileHistory history(
      String path, boolean follow, String revision, int skip, int limit, CancelToken cancel);

  /**
   * Looks at a file as it was at a revision.
   *
   * @param look takes from it what is needed, on one of a few threads: of the files themselves,
   *     which may be large, there are no more at a time
   */
  <T> T read(String path, String revision, Function<FileAt, T> look, CancelToken cancel);

  /**
   * Does work that walks the tree or reads a large file, on one of a few threads for that: on the
   * threads that answer requests it would keep all others waiting.
   *
   * @throws RuntimeException what the work throws; {@code cancelled} and {@code timeout} when its
   *     turn came too late
   */
  <T> T look(Supplier<T> work, CancelToken cancel);

  IndexStatus status();

  /** The scopes that clients have set. */
  Scopes scopes();

  /**
   * Asks for an index run in the background, where it begins as soon as no other is going on, here
   * or in another process. Returns at once.
   *
   * @param full whether to read every file again
   */
  IndexRun reindex(boolean full);

  /** Somebody is using the repository: starts indexing in the background where it is due. */
  void touch();

  @Override
  void close();
}
