package dev.codeintel.repo;

import java.nio.file.Files;
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

  private final Path root;
  private final List<Path> common;

  /**
   * @param common ignore files for the whole tree, strongest first
   */
  IgnoreRules(Path root, List<Path> common) {
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
    var level = top(Files.exists(root.resolve(GIT_FILE)), Files.exists(root.resolve(OWN_FILE)));
    for (var slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      var above = path.substring(0, slash);
      if (ownOnly ? level.hides(above, true) : level.ignores(above, true)) {
        return true;
      }
      var at = root.resolve(above);
      level =
          level.below(
              above, Files.exists(at.resolve(GIT_FILE)), Files.exists(at.resolve(OWN_FILE)));
    }
    return ownOnly ? level.hides(path, folder) : level.ignores(path, folder);
  }

  /** The rules for what lies in the root. */
  Level top(boolean hasGitFile, boolean hasOwnFile) {
    var files = new ArrayList<List<IgnoreRule>>();
    for (var file : common) {
      files.add(read(file));
    }
    var outermost = new Level(null, "", List.of(), List.of(), List.copyOf(files));
    return outermost.below("", hasGitFile, hasOwnFile);
  }

  /** The rules for what lies in one folder: its own and those of the folders above. */
  final class Level {

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
     */
    Level below(String folder, boolean hasGitFile, boolean hasOwnFile) {
      if (!hasGitFile && !hasOwnFile) {
        return this;
      }
      var at = root.resolve(folder);
      return new Level(
          this,
          folder.isEmpty() ? "" : IgnoreRule.bytesOf(folder) + "/",
          hasGitFile ? read(at.resolve(GIT_FILE)) : List.of(),
          hasOwnFile ? read(at.resolve(OWN_FILE)) : List.of(),
          shared);
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

  private static List<IgnoreRule> read(Path file) {
    return IgnoreRule.parse(RuleFile.text(file));
  }
}
