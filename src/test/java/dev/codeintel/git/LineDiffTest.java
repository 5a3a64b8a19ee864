package dev.codeintel.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.git.LineDiff.Hunk;
import dev.codeintel.git.TextPairs.Pair;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.Seeded;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineDiffTest {

  private static final Pattern HUNK =
      Pattern.compile("@@ -(\\d+)(?:,(\\d+))? \\+(\\d+)(?:,(\\d+))? @@.*");
  private static final Pattern FILE = Pattern.compile("diff --git a/(\\S+) b/\\S+");

  private final TextPairs pairs = new TextPairs(Seeded.random());

  /**
   * A shortest script is not unique, and git slides it after that: another diff put 1.3 % of the
   * blamed lines in the wrong commit.
   */
  @Test
  void hunksAreThoseOfGit(@TempDir Path folder) {
    var all = new ArrayList<>(pairs.small(600));
    all.addAll(pairs.corners());
    all.addAll(pairs.large(2_000));
    var repo = repoOf(folder, all);
    for (var byIndent : List.of(true, false)) {
      var expected = hunksOfGit(repo, byIndent);
      for (var pair : all) {
        assertThat(hunks(pair, byIndent, new Steps(CancelToken.create())))
            .as("%s, indent heuristic %s", pair.name(), byIndent)
            .isEqualTo(expected.getOrDefault(pair.name(), List.of()));
      }
    }
  }

  /** The heuristics for long texts were never reached by short ones. */
  @Test
  void largeTextsAreCutAsGitCutsThem(@TempDir Path folder) {
    var all = new ArrayList<>(pairs.large(20_000));
    all.addAll(pairs.promising());
    var expected = hunksOfGit(repoOf(folder, all), true);
    for (var pair : all) {
      assertThat(hunks(pair, true, new Steps(CancelToken.create())))
          .as(pair.name())
          .isEqualTo(expected.getOrDefault(pair.name(), List.of()));
    }
  }

  /** A hunk that is off by one makes each line after it wrong; holds without git, too. */
  @Test
  void hunksTurnTheOldTextIntoTheNew() {
    for (var pair : pairs.small(800)) {
      var hunks = hunks(pair, true, new Steps(CancelToken.create()));
      assertThat(applied(hunks, pair)).as(pair.name()).isEqualTo(pair.b());
    }
  }

  /** JGit compared two texts of 20,000 lines for 33 s. */
  @Test
  void workIsBoundedWhateverTheTexts() {
    var all = new ArrayList<>(pairs.large(20_000));
    all.addAll(pairs.promising());
    for (var pair : all) {
      var steps = new Steps(CancelToken.create());
      hunks(pair, true, steps);
      assertThat(steps.taken()).as(pair.name()).isLessThan(100_000_000);
    }
  }

  /** A caller that had gone kept a thread busy to the end of a long diff. */
  @Test
  void cancelStopsTheWorkSoon() {
    for (var pair : pairs.large(6_000)) {
      var total = new Steps(CancelToken.create());
      hunks(pair, true, total);
      for (var share = 1; share < 4; share++) {
        var token = CancelToken.create();
        var steps = new CancellingSteps(token, total.taken() * share / 4);
        assertThatThrownBy(() -> hunks(pair, true, steps))
            .isInstanceOfSatisfying(
                CodeintelException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
        assertThat(steps.takenAfterCancel())
            .as(pair.name())
            .isLessThanOrEqualTo(Steps.BETWEEN_CHECKS + steps.largestTake());
      }
    }
  }

  /** A text that splits off one line at a time made a recursive search overflow its stack. */
  @Test
  void noTextOverflowsTheStack() throws Exception {
    var lines = pairs.numbered(50_000);
    var everySecond = new ArrayList<String>();
    var swapped = new ArrayList<>(lines);
    for (var i = 0; i + 1 < lines.size(); i += 2) {
      everySecond.add(lines.get(i));
      Collections.swap(swapped, i, i + 1);
    }
    for (var b : List.of(everySecond, swapped)) {
      var pair = new Pair("split off", lines, b);
      var task = new FutureTask<>(() -> hunks(pair, true, new Steps(CancelToken.create())));
      new Thread(null, task, "small stack", 200_000).start();
      assertThat(applied(task.get(), pair)).isEqualTo(pair.b());
    }
  }

  /** Blanks of a long line were counted again for each place that a group might slide to. */
  @Test
  void longBlankLinesAreReadOnce() {
    var blank = "\r".repeat(20_000) + "\n";
    var a = new ArrayList<>(Collections.nCopies(60, blank));
    a.addFirst("begin\n");
    a.addLast("end\n");
    var b = new ArrayList<>(a);
    b.addAll(1, Collections.nCopies(30, blank));
    var pair = new Pair("blank", a, b);
    var steps = new Steps(CancelToken.create());
    assertThat(hunks(pair, true, steps)).hasSize(1);
    assertThat(steps.taken()).isLessThan(20_000);
  }

  private static List<Hunk> hunks(Pair pair, boolean byIndent, Steps steps) {
    return LineDiff.hunks(TextLines.of(pair.a()), TextLines.of(pair.b()), byIndent, steps);
  }

  /** Steps that cancel their own token at a given one. */
  private static final class CancellingSteps extends Steps {

    private final CancelToken token;
    private final long cancelAt;
    private long cancelledAt = -1;
    private int largestTake;

    CancellingSteps(CancelToken token, long cancelAt) {
      super(token);
      this.token = token;
      this.cancelAt = cancelAt;
    }

    @Override
    void take(int steps) {
      if (cancelledAt < 0 && taken() >= cancelAt) {
        token.cancel();
        cancelledAt = taken();
      }
      largestTake = Math.max(largestTake, steps);
      super.take(steps);
    }

    long takenAfterCancel() {
      return taken() - cancelledAt;
    }

    int largestTake() {
      return largestTake;
    }
  }

  private static byte[] applied(List<Hunk> hunks, Pair pair) {
    var a = TextLines.of(pair.a());
    var b = TextLines.of(pair.b());
    var text = new ByteArrayOutputStream();
    var atA = 0;
    for (var hunk : hunks) {
      text.write(a.bytes(), a.start(atA), a.start(hunk.aStart()) - a.start(atA));
      text.write(b.bytes(), b.start(hunk.bStart()), b.start(hunk.bEnd()) - b.start(hunk.bStart()));
      atA = hunk.aEnd();
    }
    text.write(a.bytes(), a.start(atA), a.bytes().length - a.start(atA));
    return text.toByteArray();
  }

  private static GitRepo repoOf(Path folder, List<Pair> pairs) {
    var repo = GitRepo.init(folder);
    pairs.forEach(pair -> repo.write(pair.name(), pair.a()));
    repo.commitAll("a");
    pairs.forEach(pair -> repo.write(pair.name(), pair.b()));
    repo.commitAll("b");
    return repo;
  }

  private static Map<String, List<Hunk>> hunksOfGit(GitRepo repo, boolean byIndent) {
    var output =
        repo.git(
            "-c",
            "diff.indentHeuristic=" + byIndent,
            "diff",
            "-U0",
            "--text",
            "--no-renames",
            "--diff-algorithm=myers",
            "HEAD~1",
            "HEAD");
    var hunks = new HashMap<String, List<Hunk>>();
    var file = "";
    for (var line : output.split("\n")) {
      var named = FILE.matcher(line);
      var cut = HUNK.matcher(line);
      if (named.matches()) {
        file = named.group(1);
      } else if (line.startsWith("@@ ") && cut.lookingAt()) {
        var aCount = cut.group(2) == null ? 1 : Integer.parseInt(cut.group(2));
        var bCount = cut.group(4) == null ? 1 : Integer.parseInt(cut.group(4));
        hunks
            .computeIfAbsent(file, _ -> new ArrayList<>())
            .add(
                new Hunk(start(cut.group(1), aCount), aCount, start(cut.group(3), bCount), bCount));
      }
    }
    return hunks;
  }

  /** Git names the line before a stretch without lines. */
  private static int start(String number, int count) {
    return Integer.parseInt(number) - (count == 0 ? 0 : 1);
  }
}
