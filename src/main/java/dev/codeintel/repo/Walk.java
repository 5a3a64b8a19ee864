package dev.codeintel.repo;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.Progress;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** One pass over a work tree. Ignored folders are not entered, however large they are. */
final class Walk {

  private static final int PROGRESS_EVERY_FILES = 1_024;

  private final Workspace workspace;
  private final RootFolder root;
  private final CancelToken cancel;
  private final Progress progress;
  private final int filesMax;
  private final Consumer<SourceFile> found;

  private final List<SourceFile> files = new ArrayList<>();
  private final Map<SkipReason, Integer> skipped = new EnumMap<>(SkipReason.class);

  private final List<Unindexed> unindexed = new ArrayList<>();

  /** Files and folders of which the listing says no more than their number. */
  private final Set<String> passedOver = new HashSet<>();

  private long seen;

  /**
   * @param found hears of each file as soon as it is listed, in no order
   */
  Walk(
      Workspace workspace,
      CancelToken cancel,
      Progress progress,
      int filesMax,
      Consumer<SourceFile> found) {
    this.found = found;
    this.workspace = workspace;
    this.root = workspace.rootFolder();
    this.cancel = cancel;
    this.progress = progress;
    this.filesMax = filesMax;
  }

  FileListing run() {
    try (var top = root.folder("")) {
      folder(top, "", null, 0);
    } catch (IOException e) {
      throw new CodeintelException(
          ErrorCode.NOT_A_DIRECTORY,
          "%s is no longer the folder that was opened (%s). Start again with REPO_ROOT set to the repository."
              .formatted(root.path(), e.getClass().getSimpleName()),
          e);
    }
    workspace.git().ifPresent(this::trackedButIgnored);
    if (skipped.containsKey(SkipReason.UNSUPPORTED_NAME)
        && !"UTF-8".equals(System.getProperty("sun.jnu.encoding"))) {
      Log.warning(
          "File names outside ASCII are skipped",
          "count",
          skipped.get(SkipReason.UNSUPPORTED_NAME),
          "reason",
          "the locale of this process is not UTF-8; start it with LC_ALL=C.UTF-8");
    }
    sort();
    progress.at("listing", files.size(), files.size());
    return new FileListing(files, unindexed, skipped);
  }

  /** Cheap where little is out of order. */
  private void sort() {
    files.sort(SourceFile.IN_ORDER);
    unindexed.sort(Comparator.comparing(Unindexed::file, SourceFile.IN_ORDER));
  }

  /**
   * @param path of the folder; empty for the root
   * @param above the rules of the folder that holds it; null for the root
   */
  private void folder(OpenFolder folder, String path, IgnoreRules.Level above, int depth) {
    cancel.check();
    // In the order of names, so that FILES_MAX cuts at the same file each time.
    var names = new TreeSet<String>(PathOrder.INSTANCE);
    var unsupported = new int[1];
    try {
      folder.forEachEntry(
          entry -> {
            tick();
            var name = name(entry);
            if (name == null) {
              unsupported[0]++;
            } else {
              names.add(name);
            }
          });
    } catch (IOException e) {
      skip(path, SkipReason.UNREADABLE);
      return;
    }
    if (!path.isEmpty()
        && names.contains(".git")
        && GitFolder.of(root.path().resolve(path)).isPresent()) {
      skip(path, SkipReason.NESTED_REPOSITORY);
      return;
    }
    if (unsupported[0] > 0) {
      skipped.merge(SkipReason.UNSUPPORTED_NAME, unsupported[0], Integer::sum);
    }
    IgnoreRules.Folder files = name -> names.contains(name) ? RuleFile.text(folder, name) : "";
    var rules = above == null ? workspace.ignoreRules().top(files) : above.below(path, files);
    for (var name : names) {
      if (!GitName.isGit(name)) {
        entry(folder, name, path.isEmpty() ? name : path + "/" + name, rules, depth);
      }
    }
  }

  private void entry(
      OpenFolder above, String name, String path, IgnoreRules.Level rules, int depth) {
    tick();
    try {
      var attributes = above.attributes(name);
      if (rules.ignores(path, attributes.isDirectory())) {
        return;
      }
      if (!attributes.isDirectory()) {
        file(path, attributes);
      } else if (depth == Limits.FOLDER_DEPTH_MAX) {
        skip(path, SkipReason.TOO_DEEP);
      } else {
        try (var folder = above.folder(name)) {
          folder(folder, path, rules, depth + 1);
        }
      }
    } catch (IOException e) {
      skip(path, SkipReason.UNREADABLE);
    }
  }

  private void file(String path, BasicFileAttributes attributes) {
    if (attributes.isSymbolicLink()) {
      leaveOut(path, attributes, SkipReason.SYMLINK);
    } else if (!attributes.isRegularFile()) {
      skip(path, SkipReason.SPECIAL);
    } else if (Secrets.looksSecret(path)) {
      leaveOut(path, attributes, SkipReason.SECRET);
    } else if (attributes.size() > Limits.FILE_BYTES_MAX) {
      leaveOut(path, attributes, SkipReason.TOO_LARGE);
    } else if (files.size() >= filesMax) {
      skip(path, SkipReason.TOO_MANY);
    } else {
      var file = Workspace.sourceFile(path, attributes);
      files.add(file);
      found.accept(file);
    }
  }

  private void leaveOut(String path, BasicFileAttributes attributes, SkipReason reason) {
    if (unindexed.size() < Limits.FILES_MAX) {
      unindexed.add(new Unindexed(Workspace.sourceFile(path, attributes), reason));
      skipped.merge(reason, 1, Integer::sum);
    } else {
      skip(path, reason);
    }
  }

  /** git goes on tracking what was added before, or in spite of, an ignore rule. */
  private void trackedButIgnored(GitFolder git) {
    try {
      sort();
      var indexed = new InOrder(files.stream().map(SourceFile::path));
      var others = new InOrder(unindexed.stream().map(other -> other.file().path()));
      var tracked =
          new LinkedHashSet<String>(); // while merging, git names a file up to three times
      TrackedFiles.read(
          git.gitDirectory().resolve("index"),
          git.hashBytes(),
          path -> {
            if (!indexed.contains(path) && !others.contains(path) && !passedOver.contains(path)) {
              tracked.add(path);
            }
          },
          cancel);
      var folders = new HashMap<String, Boolean>();
      folders.put("", true);
      for (var path : tracked) {
        tick();
        tracked(path, folders);
      }
    } catch (IOException e) {
      Log.warning(
          "Tracked files unknown, ignored ones among them are not listed",
          "git_directory",
          git.gitDirectory(),
          "reason",
          e.getMessage());
    }
  }

  private void tracked(String path, Map<String, Boolean> folders) {
    try {
      if (!Workspace.checked(path).equals(path)
          || !reachable(path.substring(0, Math.max(0, path.lastIndexOf('/'))), folders, 1)) {
        return;
      }
      var attributes = root.attributes(path);
      if (!attributes.isDirectory() && !workspace.ignoreRules().hidden(path)) {
        file(path, attributes);
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      passedOver.add(path); // tracked, and deleted
    } catch (IOException | InvalidPathException e) {
      skip(path, SkipReason.UNREADABLE);
    } catch (CodeintelException e) {
      skip(path, SkipReason.UNSUPPORTED_NAME);
    }
  }

  /** Whether a folder is a real one that the walk might have entered, but for the rules. */
  private boolean reachable(String folder, Map<String, Boolean> known, int depth) {
    var before = known.get(folder);
    if (before != null) {
      return before;
    }
    var reachable =
        depth <= Limits.FOLDER_DEPTH_MAX
            && !passedOver.contains(folder)
            && reachable(
                folder.substring(0, Math.max(0, folder.lastIndexOf('/'))), known, depth + 1)
            && isFolder(folder)
            && GitFolder.of(root.path().resolve(folder)).isEmpty();
    known.put(folder, reachable);
    return reachable;
  }

  private boolean isFolder(String path) {
    try {
      return root.attributes(path).isDirectory();
    } catch (IOException e) {
      return false;
    }
  }

  private void skip(String path, SkipReason reason) {
    passedOver.add(path);
    skipped.merge(reason, 1, Integer::sum);
  }

  private void tick() {
    if (++seen % PROGRESS_EVERY_FILES == 0) {
      cancel.check();
      progress.at("listing", files.size(), -1);
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
