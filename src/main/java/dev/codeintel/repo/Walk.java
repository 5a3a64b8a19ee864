package dev.codeintel.repo;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.Progress;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * One pass over a work tree. Ignored folders are not entered, however large they are. The thread
 * that asks and those of the common pool walk folders beside each other; what is found is the same
 * whoever was where when.
 */
final class Walk {

  static final int LOOK_UP_EVERY_FILES = 1_024;

  private final Workspace workspace;
  private final RootFolder root;
  private final CancelToken cancel;
  private final Progress progress;
  private final ListingBuilder listing;
  private final Consumer<List<SourceFile>> found;
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  /**
   * @param found hears of the files of each folder as soon as they are known, in no order, on any
   *     thread
   */
  Walk(
      Workspace workspace,
      CancelToken cancel,
      Progress progress,
      int filesMax,
      Consumer<List<SourceFile>> found) {
    this.found = found;
    this.workspace = workspace;
    this.root = workspace.rootFolder();
    this.cancel = cancel;
    this.progress = progress;
    this.listing = new ListingBuilder(filesMax);
  }

  FileListing run() {
    OpenFolder top;
    try {
      top = root.folder("");
    } catch (IOException e) {
      throw new CodeintelException(
          ErrorCode.NOT_A_DIRECTORY,
          "%s is no longer the folder that was opened (%s). Start again with REPO_ROOT set to the repository."
              .formatted(root.path(), e.getClass().getSimpleName()),
          e);
    }
    new Folder(() -> top, "", null, 0).run();
    switch (failure.get()) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException("a walk throws nothing checked", e);
    }
    var walked = listing.build();
    var all =
        workspace
            .git()
            .map(git -> new ForcedFiles(workspace, listing, walked, cancel).addTo(git))
            .orElse(walked);
    warnOfNames();
    progress.at("listing", all.files().size(), all.files().size());
    return all;
  }

  private void warnOfNames() {
    var count = listing.skipped(SkipReason.UNSUPPORTED_NAME);
    if (count > 0 && !"UTF-8".equals(System.getProperty("sun.jnu.encoding"))) {
      Log.warning(
          "File names outside ASCII are skipped",
          "count",
          count,
          "reason",
          "the locale of this process is not UTF-8; start it with LC_ALL=C.UTF-8");
    }
  }

  /** Opens a folder that is to be walked. */
  private interface Opener {
    OpenFolder open() throws IOException;
  }

  /** One folder and, each as work for whichever thread is free, those in it. */
  private final class Folder implements Runnable {

    private final Opener opener;
    private final String path;
    private final IgnoreRules.Level above;
    private final int depth;

    private final List<SourceFile> files = new ArrayList<>();
    private final ArrayDeque<ForkJoinTask<?>> below = new ArrayDeque<>();
    private int seen;

    /**
     * @param path empty for the root
     * @param above the rules of the folder that holds it; null for the root
     */
    Folder(Opener opener, String path, IgnoreRules.Level above, int depth) {
      this.opener = opener;
      this.path = path;
      this.above = above;
      this.depth = depth;
    }

    @Override
    public void run() {
      if (failure.get() != null) {
        return;
      }
      try (var folder = opener.open()) {
        try {
          walk(folder);
        } finally {
          // Each opens itself in this folder, which is closed next; the last is on top of the pile.
          while (!below.isEmpty()) {
            below.pop().quietlyJoin();
          }
        }
      } catch (IOException e) {
        listing.skip(path, SkipReason.UNREADABLE);
      } catch (RuntimeException | Error e) {
        failure.compareAndSet(null, e);
      }
    }

    private void walk(OpenFolder folder) throws IOException {
      cancel.check();
      // In the order of names, so that most of the listing is in order when it comes to be sorted.
      var names = new TreeSet<String>(PathOrder.INSTANCE);
      var unsupported = names(folder, names);
      if (!path.isEmpty()
          && names.contains(".git")
          && GitFolder.of(root.path().resolve(path)).isPresent()) {
        listing.skip(path, SkipReason.NESTED_REPOSITORY);
        return;
      }
      listing.skipNames(unsupported);
      IgnoreRules.Folder ignoreFiles =
          name -> names.contains(name) ? RuleFile.text(folder, name) : "";
      var rules =
          above == null ? workspace.ignoreRules().top(ignoreFiles) : above.below(path, ignoreFiles);
      for (var name : names) {
        if (!GitName.isGit(name)) {
          entry(folder, name, path.isEmpty() ? name : path + "/" + name, rules);
        }
      }
      listing.add(path, files);
      found.accept(files);
      progress.at("listing", listing.size(), -1);
    }

    /**
     * @return how many names there are beside, of which no path can be made
     */
    private int names(OpenFolder folder, TreeSet<String> names) throws IOException {
      var unsupported = new int[1];
      folder.forEachEntry(
          entry -> {
            lookUp();
            var name = name(entry);
            if (name == null) {
              unsupported[0]++;
            } else {
              names.add(name);
            }
          });
      return unsupported[0];
    }

    private void entry(OpenFolder folder, String name, String path, IgnoreRules.Level rules) {
      lookUp();
      try {
        var attributes = folder.attributes(name);
        if (rules.ignores(path, attributes.isDirectory())) {
          return;
        }
        if (!attributes.isDirectory()) {
          listing.file(path, attributes).ifPresent(files::add);
        } else if (depth == Limits.FOLDER_DEPTH_MAX) {
          listing.skip(path, SkipReason.TOO_DEEP);
        } else {
          var next = new Folder(() -> folder.folder(name), path, rules, depth + 1);
          below.push(ForkJoinTask.adapt(next).fork());
        }
      } catch (IOException e) {
        listing.skip(path, SkipReason.UNREADABLE);
      }
    }

    private void lookUp() {
      if (++seen % LOOK_UP_EVERY_FILES == 0) {
        cancel.check();
        progress.at("listing", listing.size() + files.size(), -1);
      }
    }
  }

  /** The name of an entry as text, or null where it has none that leads back to the file. */
  private static String name(Path entry) {
    var fileName = entry.getFileName();
    var name = fileName.toString();
    var ascii = true;
    for (var i = 0; i < name.length(); i++) {
      var c = name.charAt(i);
      if (c < 0x20 || c == 0x7F || c == '\\') {
        return null;
      }
      ascii &= c < 0x80;
    }
    if (ascii) {
      return name;
    }
    try {
      return fileName.getFileSystem().getPath(name).equals(fileName) ? name : null;
    } catch (InvalidPathException e) {
      return null;
    }
  }
}
