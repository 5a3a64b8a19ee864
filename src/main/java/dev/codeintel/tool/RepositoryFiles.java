package dev.codeintel.tool;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.MemoryShare;
import dev.codeintel.ops.Progress;
import dev.codeintel.repo.Workspace;
import java.util.TreeSet;

/**
 * The files as clients show them to people: whole, and found while their path is being typed. Safe
 * for use by any thread.
 */
public final class RepositoryFiles {

  private final Toolbox toolbox;

  public RepositoryFiles(Toolbox toolbox) {
    this.toolbox = toolbox;
  }

  /**
   * What ways on there are from the beginning of a path, as a shell completes it.
   *
   * @param begun relative to the root
   * @return files, and folders with a {@code /} behind them, sorted; none lies deeper than one
   *     folder behind what is begun
   */
  public TreeSet<String> complete(String begun, CancelToken cancel) {
    return toolbox.use(
        cancel, backend -> backend.look(() -> ways(backend.workspace(), begun, cancel), cancel));
  }

  private static TreeSet<String> ways(Workspace workspace, String begun, CancelToken cancel) {
    var ways = new TreeSet<String>();
    for (var file : workspace.list(cancel, Progress.NONE).listed()) {
      if (file.path().startsWith(begun)) {
        var end = file.path().indexOf('/', begun.length());
        ways.add(end < 0 ? file.path() : file.path().substring(0, end + 1));
      }
    }
    return ways;
  }

  /**
   * The bytes of a file as it lies on disk.
   *
   * @param memory of which is taken what an answer of the whole file can need
   * @throws dev.codeintel.ops.CodeintelException as {@code open_file}, {@code file-too-large}
   */
  public byte[] read(String path, MemoryShare memory, CancelToken cancel) {
    // Nothing is open while it waits for memory.
    long size = toolbox.use(cancel, backend -> size(path, backend.workspace()));
    memory.take(size * Limits.RESOURCE_COPIES_MAX, cancel);
    return toolbox.use(cancel, backend -> bytes(path, size, backend.workspace()));
  }

  private static long size(String path, Workspace workspace) {
    try (var file = ShownPath.open(workspace, path)) {
      var size = file.attributes().size();
      if (size > Limits.RESOURCE_BYTES_MAX) {
        throw new CodeintelException(
            ErrorCode.FILE_TOO_LARGE,
            "%s has %,d bytes; up to %,d are given at once. Use open_file, which gives it in parts."
                .formatted(path, size, Limits.RESOURCE_BYTES_MAX));
      }
      return size;
    }
  }

  private static byte[] bytes(String path, long size, Workspace workspace) {
    try (var file = ShownPath.open(workspace, path)) {
      return Workspace.bytes(file, path, size);
    } catch (CodeintelException e) {
      throw e.code() == ErrorCode.FILE_TOO_LARGE
          ? new CodeintelException(
              ErrorCode.BUSY, "%s is growing. Ask for it again.".formatted(path))
          : e;
    }
  }
}
