package dev.codeintel.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.git.LineDiff.Hunk;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.Seeded;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FuzzyLinesTest {

  private static final int TEXTS = 60;
  private static final String[] WORDS = {
    "return", "value", "index", "List<String>", "names", "if", "else", "for", "(", ")", "{", "}",
    "=", "==", "+", "getName()", "counter", "Größe", "naïve", "0x1F", "new", "Object", "null", ";",
    "private", "static", "void", "check", "throw", "\"a text\"", "//", "日本語", "i++", "a.b.c", "\f"
  };

  private final Random random = Seeded.random();

  /** A line that was only moved or indented anew was blamed on the commit that did so. */
  @Test
  void guessesAreThoseOfGit(@TempDir Path folder) {
    var repo = GitRepo.init(folder);
    var before = new ArrayList<List<String>>();
    for (var i = 0; i < TEXTS; i++) {
      before.add(text(5 + random.nextInt(i < TEXTS / 2 ? 15 : 150)));
      repo.write("t" + i, bytes(before.get(i)));
    }
    var base = repo.commitAll("base");
    var after = new ArrayList<List<String>>();
    for (var i = 0; i < TEXTS; i++) {
      after.add(reformatted(before.get(i), i % 6));
      repo.write("t" + i, bytes(after.get(i)));
    }
    var ignored = repo.commitAll("reformat");
    var guessed = 0;
    for (var i = 0; i < TEXTS; i++) {
      var origins = origins(TextLines.of(bytes(before.get(i))), TextLines.of(bytes(after.get(i))));
      guessed += (int) Arrays.stream(origins).filter(line -> line >= 0).count();
      assertThat(origins).as("t" + i).isEqualTo(originsOfGit(repo, base, ignored, "t" + i));
    }
    assertThat(guessed).isGreaterThan(TEXTS);
  }

  /** Lines far longer or shorter than their hunk's other side lost their place. */
  @Test
  void unevenHunksAreGuessedAsGitDoes(@TempDir Path folder) {
    var repo = GitRepo.init(folder);
    var long1 = text(300);
    var short1 = List.of(String.join(" ", long1).replace("\n", "") + "\n");
    repo.write("joined", bytes(long1)).write("split", bytes(short1)).write("grown", "a b c d e\n");
    repo.write("nothing", "").write("other", bytes(text(40)));
    var base = repo.commitAll("base");
    repo.write("joined", bytes(short1)).write("split", bytes(long1));
    repo.write("grown", bytes(Collections.nCopies(50, "a b c d f\n")));
    repo.write("nothing", bytes(long1)).write("other", "0123456789\n".repeat(30));
    var ignored = repo.commitAll("uneven");
    for (var name : List.of("joined", "split", "grown", "nothing", "other")) {
      var a = TextLines.of(utf8(repo.git("show", base + ":" + name)));
      var b = TextLines.of(utf8(repo.git("show", ignored + ":" + name)));
      assertThat(origins(a, b)).as(name).isEqualTo(originsOfGit(repo, base, ignored, name));
    }
  }

  /** A text made for it kept the search busy for minutes. */
  @Test
  void workIsLimitedAndTheRestStaysWithTheCommit() {
    var a = TextLines.of(bytes(text(2_000)));
    var b = TextLines.of(bytes(text(2_000)));
    var hunk = new Hunk(0, a.count(), 0, b.count());
    var all = new Steps(CancelToken.create());
    var unlimited = new FuzzyLines(a, b, all, Long.MAX_VALUE);
    var expected = unlimited.guess(hunk);
    assertThat(unlimited.ranOut()).isFalse();

    var most = all.taken() / 2;
    var steps = new Steps(CancelToken.create());
    var limited = new FuzzyLines(a, b, steps, most);
    var guesses = limited.guess(hunk);
    assertThat(limited.ranOut()).isTrue();
    // What one new line can cost may come on top.
    assertThat(steps.taken()).isLessThan(most + most / 2);
    assertThat(guesses).contains(FuzzyLines.NO_LINE);
    IntStream.range(0, guesses.length)
        .filter(i -> guesses[i] != FuzzyLines.NO_LINE)
        .forEach(i -> assertThat(guesses[i]).isEqualTo(expected[i]));
  }

  /** Half a million short lines took hundreds of megabytes. */
  @Test
  void aHunkThatTakesTooMuchMemoryIsNotMatched() {
    var a = TextLines.of(bytes(Collections.nCopies(30, "a\n")));
    var b = TextLines.of(bytes(Collections.nCopies(800_000, "b\n")));
    var fuzzy = new FuzzyLines(a, b, CancelToken.create());

    assertThat(fuzzy.guess(new Hunk(0, a.count(), 0, b.count()))).containsOnly(FuzzyLines.NO_LINE);
    assertThat(fuzzy.ranOut()).isTrue();
  }

  /** A caller that had gone kept a thread busy with guesses. */
  @Test
  void cancelStopsTheGuessing() {
    var a = TextLines.of(bytes(text(2_000)));
    var b = TextLines.of(bytes(text(2_000)));
    var token = CancelToken.create();
    var steps = new Steps(token);
    var fuzzy = new FuzzyLines(a, b, steps, Long.MAX_VALUE);
    var before = steps.taken();
    token.cancel();
    assertThatThrownBy(() -> fuzzy.guess(new Hunk(0, a.count(), 0, b.count())))
        .isInstanceOf(CodeintelException.class);
    assertThat(steps.taken() - before).isLessThanOrEqualTo(2 * Steps.BETWEEN_CHECKS);
  }

  /** For each line of the child the line of the parent, or the complement of its own number. */
  private static int[] origins(TextLines a, TextLines b) {
    var origins = new int[b.count()];
    var fuzzy = new FuzzyLines(a, b, CancelToken.create());
    var atA = 0;
    var atB = 0;
    for (var hunk : LineDiff.hunks(a, b, CancelToken.create())) {
      while (atB < hunk.bStart()) {
        origins[atB++] = atA++;
      }
      var guesses = fuzzy.guess(hunk);
      for (var i = 0; i < guesses.length; i++, atB++) {
        origins[atB] = guesses[i] == FuzzyLines.NO_LINE ? ~atB : guesses[i];
      }
      atA = hunk.aEnd();
    }
    while (atB < b.count()) {
      origins[atB++] = atA++;
    }
    return origins;
  }

  private static int[] originsOfGit(GitRepo repo, String base, String ignored, String name) {
    var output = repo.git("blame", "--ignore-rev", ignored, "--porcelain", "-s", name);
    return output
        .lines()
        .filter(line -> line.startsWith(base) || line.startsWith(ignored))
        .mapToInt(
            line -> {
              var number = Integer.parseInt(line.split(" ")[1]) - 1;
              return line.startsWith(base) ? number : ~number;
            })
        .toArray();
  }

  private List<String> text(int lines) {
    var text = new ArrayList<String>();
    for (var i = 0; i < lines; i++) {
      text.add("  ".repeat(random.nextInt(4)) + words(random.nextInt(10)) + "\n");
    }
    return text;
  }

  private String words(int count) {
    var words = new ArrayList<String>();
    for (var i = 0; i < count; i++) {
      words.add(WORDS[random.nextInt(WORDS.length)]);
    }
    return String.join(" ", words);
  }

  /** What tools and people do to a text: all of it at once, or here and there. */
  private List<String> reformatted(List<String> lines, int kind) {
    var text = new ArrayList<String>();
    for (var i = 0; i < lines.size(); i++) {
      var line = lines.get(i);
      if (kind > 0 && random.nextInt(6) >= kind) {
        text.add(line);
        continue;
      }
      var middle = line.indexOf(' ', line.length() / 2);
      switch (random.nextInt(9)) {
        case 0, 1 -> text.add("\t" + line.replace(" ", "  "));
        case 2 ->
            text.addAll(List.of(line.substring(0, middle + 1) + "\n", line.substring(middle + 1)));
        case 3 -> {
          i++;
          text.add(line.replace("\n", " ") + (i < lines.size() ? lines.get(i) : "\n"));
        }
        case 4 -> text.add(line.toUpperCase(Locale.ROOT));
        case 5 -> text.add(line.replace('e', 'a').replace("(", "( "));
        case 6 -> text.addAll(List.of(words(4) + "\n", line));
        case 7 -> text.add(Math.max(0, text.size() - random.nextInt(14)), line.strip() + ";\n");
        default -> {
          // The line goes.
        }
      }
    }
    if (kind == 0) {
      for (var from = 0; from < text.size(); from += 30) {
        Collections.shuffle(text.subList(from, Math.min(text.size(), from + 30)), random);
      }
    }
    return text;
  }

  private static byte[] bytes(List<String> lines) {
    return utf8(String.join("", lines));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
