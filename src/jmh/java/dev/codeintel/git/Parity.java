package dev.codeintel.git;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.LogLevel;
import dev.codeintel.ops.Progress;
import dev.codeintel.repo.Workspace;
import dev.codeintel.testkit.GitBlame;
import dev.codeintel.testkit.GitRepo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;

/**
 * Counts how many lines of how many files blame gives the commit, path and line that {@code git
 * blame} gives, and how many commits of their histories {@code git log} lists too. Prints JSON.
 */
public final class Parity {

  private static final int COMMITS = 1_000;
  private static final int DIFFERENCES_SHOWN_MAX = 20;

  private final GitRepo repo;
  private final Git git;

  private int files;
  private int lines;
  private int equal;
  private int equalWithoutIndentHeuristic;
  private int commits;
  private int sameCommits;
  private int followedCommits;
  private int sameFollowedCommits;
  private final List<String> differences = new ArrayList<>();

  private Parity(GitRepo repo, Git git) {
    this.repo = repo;
    this.git = git;
  }

  /**
   * @param arguments a clone, how many of its text files, and a seed that chooses them
   */
  public static void main(String... arguments) throws Exception {
    Log.configure(LogLevel.WARNING, false, System.err);
    var root = Path.of(arguments[0]).toRealPath();
    var repo = GitRepo.at(root);
    var data = Files.createTempDirectory("git-parity");
    try (var workspace = Workspace.open(root);
        var git = new Git(workspace, data)) {
      var parity = new Parity(repo, git);
      var all = textFiles(workspace);
      Collections.shuffle(all, new Random(Long.parseLong(arguments[2])));
      for (var file : all.subList(0, Math.min(all.size(), Integer.parseInt(arguments[1])))) {
        parity.compare(file);
      }
      System.out.println(parity.json(Long.parseLong(arguments[2])));
    }
  }

  private static List<String> textFiles(Workspace workspace) {
    var files = new ArrayList<String>();
    for (var file : workspace.list(CancelToken.create(), Progress.NONE).files()) {
      if (file.size() > 0 && !workspace.read(file).binary()) {
        files.add(file.path());
      }
    }
    return files;
  }

  private void compare(String file) {
    var theirs = GitBlame.of(repo, "HEAD", "--", file);
    var plain =
        GitBlame.parse(
            repo.git(
                "-c", "core.quotePath=false", "-c", "diff.indentHeuristic=false", "blame",
                "--line-porcelain", "HEAD", "--", file));
    var ours = blame(file);
    files++;
    lines += theirs.size();
    for (var i = 0; i < theirs.size(); i++) {
      if (theirs.get(i).equals(ours.get(i))) {
        equal++;
      } else if (differences.size() < DIFFERENCES_SHOWN_MAX) {
        differences.add("%s:%d git %s ours %s".formatted(file, i + 1, theirs.get(i), ours.get(i)));
      }
      if (plain.get(i).equals(ours.get(i))) {
        equalWithoutIndentHeuristic++;
      }
    }
    var log = repo.git("log", "-" + COMMITS, "--format=%H", "HEAD", "--", file).lines().toList();
    commits += log.size();
    sameCommits += same(file, log, history(file, false));
    var followed =
        repo.git("log", "-" + COMMITS, "--follow", "--format=%H", "HEAD", "--", file)
            .lines()
            .toList();
    followedCommits += followed.size();
    sameFollowedCommits += same(file, followed, history(file, true));
  }

  private List<GitBlame.Line> blame(String file) {
    return git
        .blame(file, OptionalInt.empty(), OptionalInt.empty(), Integer.MAX_VALUE, "HEAD", CancelToken.create())
        .lines()
        .stream()
        .map(
            line ->
                new GitBlame.Line(
                    line.commit().orElseThrow().id(), line.path(), line.originalLine()))
        .toList();
  }

  private List<String> history(String file, boolean follow) {
    return git.history(file, follow, "HEAD", 0, COMMITS, CancelToken.create()).entries().stream()
        .map(entry -> entry.commit().id())
        .toList();
  }

  private int same(String file, List<String> theirs, List<String> ours) {
    if (!theirs.equals(ours) && differences.size() < DIFFERENCES_SHOWN_MAX) {
      differences.add(
          "%s: git lists %d commits, ours %d".formatted(file, theirs.size(), ours.size()));
    }
    var same = 0;
    while (same < Math.min(theirs.size(), ours.size()) && theirs.get(same).equals(ours.get(same))) {
      same++;
    }
    return same;
  }

  private String json(long seed) {
    return """
        {"commit": "%s", "commits": %s, "git": "%s", "seed": %d, "files": %d,
         "blame": {"lines": %d, "equal": %d, "equal_with_git_without_indent_heuristic": %d},
         "history": {"commits": %d, "equal": %d}, "followed": {"commits": %d, "equal": %d},
         "differences": [%s]}"""
        .formatted(
            repo.head(),
            repo.git("rev-list", "--count", "HEAD").strip(),
            repo.git("--version").strip(),
            seed,
            files,
            lines,
            equal,
            equalWithoutIndentHeuristic,
            commits,
            sameCommits,
            followedCommits,
            sameFollowedCommits,
            String.join(", ", differences.stream().map(text -> "\"" + text + "\"").toList()));
  }
}
