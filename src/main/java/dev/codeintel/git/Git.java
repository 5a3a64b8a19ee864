package dev.codeintel.git;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.repo.HistoryShape;
import dev.codeintel.repo.SourceText;
import dev.codeintel.repo.Workspace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.eclipse.jgit.errors.InvalidObjectIdException;
import org.eclipse.jgit.errors.LargeObjectException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Repository;

/**
 * What git knows about the files of a work tree. Blocks, for up to as long as the token allows; a
 * token that ends takes effect at the next object that is read. Safe for use by any thread, and
 * never to be interrupted.
 *
 * <p>Every operation throws {@link CodeintelException}: {@code git-operation-failed} outside git,
 * where the repository cannot be read (SHA-256, reftable) or is damaged; {@code history-not-local}
 * where a partial clone left out what is needed; {@code cancelled} and {@code timeout}.
 */
public final class Git implements AutoCloseable {

  /** The revision of files as they lie on disk. */
  public static final String WORKTREE = "WORKTREE";

  private static final Pattern PLAIN_WORD = Pattern.compile("[\\w./@^~:+=,-]+");

  private static final FileHistory NO_HISTORY =
      new FileHistory(List.of(), false, OptionalInt.of(0), false, "", List.of());

  private final Workspace workspace;
  private final KnownObjects known = new KnownObjects();
  private final CommitGraphs graphs;
  private final BlameStore blames;
  private final FileLog log = new FileLog();

  /**
   * @param workspace stays the caller's
   * @param dataDirectory where what was worked out is kept for the next process
   */
  public Git(Workspace workspace, Path dataDirectory) {
    this.workspace = workspace;
    this.graphs = new CommitGraphs(workspace, dataDirectory);
    this.blames = new BlameStore(dataDirectory, workspace.repositoryId());
  }

  /**
   * Tells for each line which commit brought it.
   *
   * @param path relative to the root
   * @param first line, from 1; the file's first when empty
   * @param last line; the file's last when empty
   * @param linesMax only so many of them, the first ones, are answered; at least 1
   * @param revision {@link #WORKTREE}, or anything that names a commit
   * @throws CodeintelException also {@code invalid-argument} where the file has no such lines,
   *     {@code path-not-found}, {@code not-a-file}, {@code binary-file}, {@code file-too-large},
   *     {@code revision-not-found}
   */
  public Blame blame(
      String path,
      OptionalInt first,
      OptionalInt last,
      int linesMax,
      String revision,
      CancelToken cancel) {
    var fetching = "git blame " + (revision.equals(WORKTREE) ? "" : word(revision) + " ");
    return ask(
        "blame_range",
        path,
        fetching + "-- " + word(path),
        cancel,
        objects -> {
          var question =
              new BlameQuestion(workspace, objects, blames, new AskedLines(first, last, linesMax));
          return revision.equals(WORKTREE)
              ? question.inWorkTree(path, Revisions.resolve(repository(), objects, Constants.HEAD))
              : question.at(commit(objects, revision), Workspace.checked(path));
        });
  }

  /**
   * Lists the commits that changed a file or folder, newest first. Of a path that is there but was
   * never committed there are none.
   *
   * @param path relative to the root; empty for all commits
   * @param follow whether to go on under the name that a file had before; folders have one name
   * @param revision where to begin; {@link #WORKTREE} is the same as HEAD
   * @param skip how many of the newest to leave out
   * @param limit how many to give, at least 1
   * @throws CodeintelException also {@code path-not-found} where neither the work tree nor the
   *     history has it, {@code revision-not-found}
   */
  public FileHistory history(
      String path, boolean follow, String revision, int skip, int limit, CancelToken cancel) {
    var fetching = follow ? "git log --follow " : "git log ";
    return ask(
        "file_history",
        path,
        fetching + (revision.equals(WORKTREE) ? "" : word(revision) + " ") + "-- " + word(path),
        cancel,
        objects -> {
          var start =
              Revisions.resolve(
                  repository(), objects, revision.equals(WORKTREE) ? Constants.HEAD : revision);
          if (start.isEmpty()) {
            workspace.resolve(path);
            return NO_HISTORY;
          }
          var mailmap = workspace.mailmap().map(Mailmap::of).orElse(Mailmap.NONE);
          var name = GitPath.of(Workspace.checked(path));
          var page = log.page(objects, mailmap, start.get(), name, follow, skip, limit);
          if (page.total().equals(OptionalInt.of(0))) {
            var commit = objects.commit(start.get());
            Origin.refuseInSubmodule(objects, commit, name);
            if (objects.find(commit, name).isEmpty()) { // what only a merge brought is in no list
              workspace.resolve(path); // or it never was
            }
          }
          return page.with(notes(workspace.historyShape()));
        });
  }

  /**
   * Reads a file as it was.
   *
   * @param revision anything that names a commit
   * @throws CodeintelException also {@code path-not-found}, {@code not-a-file}, {@code
   *     file-too-large}, {@code revision-not-found}
   */
  public FileAt read(String path, String revision, CancelToken cancel) {
    return ask(
        "open_file",
        path,
        "git show " + word(revision + ":" + path),
        cancel,
        objects -> {
          var commit = commit(objects, revision);
          var file = Origin.require(objects, commit, GitPath.of(Workspace.checked(path)));
          try {
            var bytes = objects.blob(file.blob(), (int) Limits.FILE_BYTES_MAX);
            return new FileAt(SourceText.of(bytes), commit.id().name());
          } catch (LargeObjectException e) {
            throw tooLarge(path);
          }
        });
  }

  private static CodeintelException tooLarge(String path) {
    return new CodeintelException(
        ErrorCode.FILE_TOO_LARGE,
        "%s is larger than %,d bytes. Only smaller files are read."
            .formatted(path, Limits.FILE_BYTES_MAX));
  }

  private CommitNode commit(Objects objects, String revision) throws IOException {
    var id =
        Revisions.resolve(repository(), objects, revision)
            .orElseThrow(
                () ->
                    new CodeintelException(
                        ErrorCode.REVISION_NOT_FOUND,
                        "%s names no commit: the repository has none yet. Use revision WORKTREE."
                            .formatted(revision)));
    return objects.commit(id);
  }

  /** What is asked of a repository. */
  private interface Question<T> {
    T ask(Objects objects) throws IOException;
  }

  /**
   * @param fetching the command of git that fetches what a partial clone lacks
   */
  private <T> T ask(
      String operation, String path, String fetching, CancelToken cancel, Question<T> question) {
    return Measured.timed(
        operation,
        path,
        () -> {
          var repository = repository();
          var graph = graphs.current(workspace.historyShape());
          try (var objects = new Objects(repository, known, graph, cancel)) {
            return question.ask(objects);
          } catch (MissingObjectException e) {
            throw missing(path, fetching, e);
          } catch (IOException | InvalidObjectIdException | LargeObjectException e) {
            // Garbage where an id should be, a tree or a commit too large for memory.
            throw failed(path, e);
          }
        });
  }

  private Repository repository() {
    if (workspace.isBare()) {
      throw new CodeintelException(
          ErrorCode.GIT_OPERATION_FAILED,
          "%s is a bare git repository, which has no files to show. Start a server in a work tree of it: 'git worktree add' makes one."
              .formatted(workspace.root()));
    }
    if (!workspace.isGit()) {
      throw new CodeintelException(
          ErrorCode.GIT_OPERATION_FAILED,
          "%s is not in a git repository, so there is no history. Use open_file and the search tools."
              .formatted(workspace.root()));
    }
    return workspace
        .repository()
        .orElseThrow(
            () ->
                new CodeintelException(
                    ErrorCode.GIT_OPERATION_FAILED,
                    "The repository names its objects by SHA-256 or keeps its refs in a reftable; only"
                        + " SHA-1 and refs in files can be read. Use open_file and the search tools."));
  }

  private CodeintelException missing(String path, String fetching, MissingObjectException e) {
    var partial = workspace.historyShape().partial();
    return partial
        ? new CodeintelException(
            ErrorCode.HISTORY_NOT_LOCAL,
            "Object %s of the history of %s is not in this partial clone. Run this once, which fetches what is missing: %s"
                .formatted(
                    e.getObjectId().name(), path.isEmpty() ? "the repository" : path, fetching),
            e)
        : failed(path, e);
  }

  /** A word of a shell's command line. */
  private static String word(String text) {
    return PLAIN_WORD.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
  }

  /** What the reader of an answer must know of the history behind it. */
  static List<String> notes(HistoryShape shape) {
    return shape.grafts() || shape.replacements()
        ? List.of("Grafts and refs/replace are not applied.")
        : List.of();
  }

  private static CodeintelException failed(String path, Exception e) {
    return new CodeintelException(
        ErrorCode.GIT_OPERATION_FAILED,
        "The history of %s cannot be read (%s). Check the repository with 'git fsck'."
            .formatted(
                path.isEmpty() ? "the repository" : path,
                Optional.ofNullable(e.getMessage()).orElse(e.getClass().getSimpleName())),
        e);
  }

  /** Ends what runs in the background. No operation may run, and none may follow. */
  @Override
  public void close() {
    graphs.close();
  }
}
