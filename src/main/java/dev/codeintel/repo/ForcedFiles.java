package dev.codeintel.repo;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.Log;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The files that git goes on tracking because they were added before, or in spite of, an ignore
 * rule. A walk does not come by them. For one thread.
 */
final class ForcedFiles {

  private final Workspace workspace;
  private final ListingBuilder listing;
  private final FileListing walked;
  private final CancelToken cancel;
  private final Map<String, Boolean> folders = new HashMap<>();

  /**
   * @param listing of which {@code walked} was built
   */
  ForcedFiles(Workspace workspace, ListingBuilder listing, FileListing walked, CancelToken cancel) {
    this.workspace = workspace;
    this.listing = listing;
    this.walked = walked;
    this.cancel = cancel;
    folders.put("", true);
  }

  /** The listing with these files, too. */
  FileListing addTo(GitFolder git) {
    try {
      var paths = notWalked(git);
      if (paths.isEmpty()) {
        return walked;
      }
      var files = new ArrayList<SourceFile>();
      var seen = 0;
      for (var path : paths) {
        if (++seen % Walk.LOOK_UP_EVERY_FILES == 0) {
          cancel.check();
        }
        look(path, files);
      }
      listing.add("", files);
      return listing.build();
    } catch (IOException e) {
      Log.warning(
          "Tracked files unknown, ignored ones among them are not listed",
          "git_directory",
          git.gitDirectory(),
          "reason",
          e.getMessage());
      return walked;
    }
  }

  /** While merging, git names a file up to three times. */
  private LinkedHashSet<String> notWalked(GitFolder git) throws IOException {
    var indexed = new InOrder(walked.files().stream().map(SourceFile::path));
    var others = new InOrder(walked.unindexed().stream().map(other -> other.file().path()));
    var paths = new LinkedHashSet<String>();
    TrackedFiles.read(
        git.gitDirectory().resolve("index"),
        git.hashBytes(),
        path -> {
          if (!indexed.contains(path) && !others.contains(path) && !listing.isPassedOver(path)) {
            paths.add(path);
          }
        },
        cancel);
    return paths;
  }

  private void look(String path, List<SourceFile> files) {
    try {
      if (!Workspace.checked(path).equals(path)
          || !reachable(path.substring(0, Math.max(0, path.lastIndexOf('/'))), 1)) {
        return;
      }
      var attributes = workspace.rootFolder().attributes(path);
      if (!attributes.isDirectory() && !workspace.ignoreRules().hidden(path)) {
        listing.file(path, attributes).ifPresent(files::add);
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return; // tracked, and deleted
    } catch (IOException | InvalidPathException e) {
      listing.skip(path, SkipReason.UNREADABLE);
    } catch (CodeintelException e) {
      listing.skip(path, SkipReason.UNSUPPORTED_NAME);
    }
  }

  /** Whether a folder is a real one that the walk might have entered, but for the rules. */
  private boolean reachable(String folder, int depth) {
    var known = folders.get(folder);
    if (known != null) {
      return known;
    }
    var reachable =
        depth <= Limits.FOLDER_DEPTH_MAX
            && !listing.isPassedOver(folder)
            && reachable(folder.substring(0, Math.max(0, folder.lastIndexOf('/'))), depth + 1)
            && isFolder(folder)
            && GitFolder.of(workspace.rootFolder().path().resolve(folder)).isEmpty();
    folders.put(folder, reachable);
    return reachable;
  }

  private boolean isFolder(String path) {
    try {
      return workspace.rootFolder().attributes(path).isDirectory();
    } catch (IOException e) {
      return false;
    }
  }

  /** Sorted names, made for looking up names that come in the same order. */
  private static final class InOrder {

    private final String[] names;
    private int next;

    InOrder(Stream<String> names) {
      this.names = names.toArray(String[]::new);
    }

    boolean contains(String name) {
      if (next < names.length && names[next].equals(name)) {
        next++;
        return true;
      }
      var found = Arrays.binarySearch(names, name, PathOrder.INSTANCE);
      next = found < 0 ? next : found + 1;
      return found >= 0;
    }
  }
}
