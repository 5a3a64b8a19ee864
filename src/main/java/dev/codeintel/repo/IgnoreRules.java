package dev.codeintel.repo;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What ignore files say about paths. From weak to strong: the user's global excludes, {@code
 * info/exclude} of the repository, {@code .gitignore} of each folder (deeper wins), {@code
 * .codeintelignore} of each folder. Within a file the last line that matches counts. What lies in
 * an ignored folder is ignored, whatever a line says about it.
 *
 * <p>Ignore files are read anew at each use, so that answers follow the disk. Patterns are
 * case-sensitive, also where git's {@code core.ignoreCase} is set.
 */
public final class IgnoreRules {

  static final String GIT_FILE = ".gitignore";
  static final String OWN_FILE = ".codeintelignore";

  private final RootFolder root;
  private final List<Path> common;

  /**
   * @param common ignore files for the whole tree, strongest first
   */
  IgnoreRules(RootFolder root, List<Path> common) {
    this.root = root;
    this.common = common;
  }

  /** Whether indexing, listing and searching leave a path out, were it not tracked by git. */
  public boolean ignored(String path, boolean folder) {
    return excluded(path, folder, false);
  }

  /** Whether {@code .codeintelignore} names a path, so that no tool may show it. */
  public boolean hidden(String path) {
    return excluded(path, false, true);
  }

  /** The same of a folder, which more rules may name. */
  public boolean hiddenFolder(String path) {
    return excluded(path, true, true);
  }

  private boolean excluded(String path, boolean folder, boolean ownOnly) {
    var level = top(Folder.at(root, "", ownOnly));
    for (var slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      var above = path.substring(0, slash);
      if (ownOnly ? level.hides(above, true) : level.ignores(above, true)) {
        return true;
      }
      level = level.below(above, Folder.at(root, above, ownOnly));
    }
    return ownOnly ? level.hides(path, folder) : level.ignores(path, folder);
  }

  /**
   * The rules for what lies in the root.
   *
   * @param files reads the ignore files of the root
   */
  Level top(Folder files) {
    var shared = new ArrayList<List<IgnoreRule>>();
    for (var file : common) {
      shared.add(IgnoreRule.parse(RuleFile.text(file)));
    }
    var outermost = new Level(null, "", List.of(), List.of(), List.copyOf(shared));
    return outermost.below("", files);
  }

  /** Reads ignore files of one folder, as {@link RuleFile} does. */
  interface Folder {
    String text(String name);

    /**
     * @param path of the folder, relative to the root; empty for the root itself
     * @param ownOnly whether files of git count for nothing
     */
    private static Folder at(RootFolder root, String path, boolean ownOnly) {
      return name ->
          ownOnly && name.equals(GIT_FILE)
              ? ""
              : RuleFile.text(root, path.isEmpty() ? name : path + "/" + name);
    }
  }

  /** The rules for what lies in one folder: its own and those of the folders above. */
  static final class Level {

    private final Level above;
    private final String prefix;
    private final List<IgnoreRule> git;
    private final List<IgnoreRule> own;
    private final List<List<IgnoreRule>> shared;

    private Level(
        Level above,
        String prefix,
        List<IgnoreRule> git,
        List<IgnoreRule> own,
        List<List<IgnoreRule>> shared) {
      this.above = above;
      this.prefix = prefix;
      this.git = git;
      this.own = own;
      this.shared = shared;
    }

    /**
     * @param folder path of a folder in this one; empty for the root
     * @param files reads its ignore files
     */
    Level below(String folder, Folder files) {
      var git = IgnoreRule.parse(files.text(GIT_FILE));
      var own = IgnoreRule.parse(files.text(OWN_FILE));
      return git.isEmpty() && own.isEmpty()
          ? this
          : new Level(
              this, folder.isEmpty() ? "" : IgnoreRule.bytesOf(folder) + "/", git, own, shared);
    }

    boolean hides(String path, boolean folder) {
      return Verdict.IGNORED == ownVerdict(IgnoreRule.bytesOf(path), folder);
    }

    boolean ignores(String path, boolean folder) {
      var bytes = IgnoreRule.bytesOf(path);
      var verdict = ownVerdict(bytes, folder);
      for (var level = this; verdict == Verdict.NONE && level != null; level = level.above) {
        verdict = level.last(level.git, bytes, folder);
      }
      for (var rules : shared) {
        if (verdict != Verdict.NONE) {
          break;
        }
        verdict = Level.last(rules, bytes, 0, folder);
      }
      return verdict == Verdict.IGNORED;
    }

    private Verdict ownVerdict(String bytes, boolean folder) {
      var verdict = Verdict.NONE;
      for (var level = this; verdict == Verdict.NONE && level != null; level = level.above) {
        verdict = level.last(level.own, bytes, folder);
      }
      return verdict;
    }

    private Verdict last(List<IgnoreRule> rules, String bytes, boolean folder) {
      return last(rules, bytes, prefix.length(), folder);
    }

    private static Verdict last(List<IgnoreRule> rules, String bytes, int from, boolean folder) {
      if (rules.isEmpty()) {
        return Verdict.NONE;
      }
      var path = bytes.substring(from);
      var name = path.substring(path.lastIndexOf('/') + 1);
      for (var i = rules.size() - 1; i >= 0; i--) {
        if (rules.get(i).matches(path, name, folder)) {
          return rules.get(i).negated() ? Verdict.KEPT : Verdict.IGNORED;
        }
      }
      return Verdict.NONE;
    }
  }

  private enum Verdict {
    IGNORED,
    KEPT,
    NONE
  }
}
