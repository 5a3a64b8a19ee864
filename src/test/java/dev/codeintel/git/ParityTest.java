package dev.codeintel.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.repo.Workspace;
import dev.codeintel.testkit.GeneratedHistory;
import dev.codeintel.testkit.GitBlame;
import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.Seeded;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Blame is what git says for every line of long histories. Not one may differ, so that no
 * difference has to be explained.
 */
class ParityTest {

  private static final int FILES_OF_AN_OLD_COMMIT = 5;

  @TempDir Path folder;

  /** Merges, renames, renames with changes, reformats, and code whose lines are often alike. */
  @Test
  void aLongHistoryThatWasMadeUp() {
    var random = Seeded.random();
    var repo = GeneratedHistory.in(folder.resolve("repo"), random, GeneratedHistory.Shape.LONG);

    var compared = compare(repo, random, 4);

    assertThat(compared).isGreaterThan(1_000);
  }

  /** Ignored revisions that follow each other, merges among them, lost lines on the way down. */
  @Test
  void aLongHistoryOfWhichMuchIsIgnored() {
    var random = Seeded.random();
    var repo =
        GeneratedHistory.in(
            folder.resolve("repo"), random, new GeneratedHistory.Shape(400, 60, 20, 40, 12, 80));
    var commits = repo.git("rev-list", "HEAD").lines().toList();
    repo.write("ignored", String.join("\n", some(random, commits, commits.size() / 3)));
    repo.git("config", "blame.ignoreRevsFile", "ignored");

    var compared = compare(repo, random, 4);

    assertThat(compared).isGreaterThan(500);
  }

  @Test
  void theHistoryOfThisProject() {
    GitRepo.requireGit();
    var here = Path.of("").toAbsolutePath();
    skipUnless(Files.exists(here.resolve(".git")), "these sources have no history");
    var repo = GitRepo.at(here);
    skipUnless(
        repo.git("rev-parse", "--is-shallow-repository").strip().equals("false"),
        "this clone is shallow");

    var compared = compare(repo, Seeded.random(), 1);

    assertThat(compared).isGreaterThan(500);
  }

  private static void skipUnless(boolean condition, String reason) {
    Assumptions.assumeTrue(
        condition,
        () -> {
          System.err.println("skipped: " + reason);
          return reason;
        });
  }

  /**
   * Compares files of HEAD and of some older commits, whole and in parts.
   *
   * @return how many lines there were
   */
  private int compare(GitRepo repo, Random random, int olderCommits) {
    try (var workspace = Workspace.open(repo.root());
        var git = new Git(workspace, folder.resolve("data"))) {
      var lines = compare(repo, git, "HEAD", some(random, files(repo, "HEAD"), 40), random);
      var commits = repo.git("rev-list", "HEAD").lines().toList();
      for (var i = 0; i < olderCommits; i++) {
        var older = commits.get(random.nextInt(commits.size()));
        var files = some(random, files(repo, older), FILES_OF_AN_OLD_COMMIT);
        lines += compare(repo, git, older, files, random);
      }
      return lines;
    }
  }

  private static int compare(
      GitRepo repo, Git git, String revision, List<String> files, Random random) {
    var lines = 0;
    for (var file : files) {
      var expected = GitBlame.of(repo, revision, "--", file);
      if (!expected.isEmpty()) {
        var first = 1 + random.nextInt(expected.size());
        var last = Math.min(expected.size(), first + random.nextInt(10));
        assertThat(blame(git, file, OptionalInt.of(first), OptionalInt.of(last), revision))
            .as("%s lines %d to %d of %s", file, first, last, revision)
            .isEqualTo(expected.subList(first - 1, last));
        assertThat(blame(git, file, OptionalInt.empty(), OptionalInt.empty(), revision))
            .as("%s of %s", file, revision)
            .isEqualTo(expected);
        lines += expected.size();
      }
    }
    return lines;
  }

  private static List<GitBlame.Line> blame(
      Git git, String file, OptionalInt first, OptionalInt last, String revision) {
    return git
        .blame(file, first, last, Integer.MAX_VALUE, revision, CancelToken.create())
        .lines()
        .stream()
        .map(
            line ->
                new GitBlame.Line(
                    line.commit().orElseThrow().id(), line.path(), line.originalLine()))
        .toList();
  }

  /** Text files: what git can count the lines of. */
  private static List<String> files(GitRepo repo, String commit) {
    var empty = repo.git("hash-object", "-t", "tree", "/dev/null").strip();
    return repo.git(
            "-c", "core.quotePath=false", "diff", "--numstat", "--no-renames", empty, commit)
        .lines()
        .filter(line -> !line.startsWith("-"))
        .map(line -> line.split("\t")[2])
        .filter(path -> !path.startsWith("\""))
        .toList();
  }

  private static List<String> some(Random random, List<String> files, int count) {
    var shuffled = new ArrayList<>(files);
    Collections.shuffle(shuffled, random);
    return shuffled.subList(0, Math.min(count, shuffled.size()));
  }
}
