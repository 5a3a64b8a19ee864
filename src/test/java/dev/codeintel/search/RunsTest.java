package dev.codeintel.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.store.CaseFolding;
import dev.codeintel.testkit.Seeded;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RunsTest {

  /** Few, so that runs happen, and some with letters that are compared in odd ways. */
  private static final List<String> WORDS =
      List.of(
          "a", "B", "open", "Open_File", "x2", "ΟΔΟΣ", "οδος", "İz", "iz", "ß", "ẞ", "𐐀b", "𐐨b");

  @Test
  void theShareIsThatOfTheRunsThatStandThere() {
    var runs = QueryText.of("open the small file now").runs();
    assertThat(runs.shareIn("// open the\n//   small file?")).isEqualTo(2 / 3.0);
    assertThat(runs.shareIn("(reopen the small files) -> the small_file now")).isZero();
    assertThat(runs.shareIn("open the file, the small one")).isZero();
    assertThat(runs.shareIn("")).isZero();
    assertThat(QueryText.of("two words").runs().shareIn("two words")).isZero();
  }

  /** Texts are looked through for a word of each run alone, and nothing may be lost by that. */
  @Test
  void runsAreFoundAsAmongAllWordsOfTheText() {
    var random = Seeded.random();
    for (var round = 0; round < 2_000; round++) {
      var query = text(random, 6);
      var text = text(random, 40);
      var wanted = all(query);
      wanted.retainAll(all(text));
      assertThat(QueryText.of(query).runs().in(CaseFolding.fold(text)))
          .as("%s in %s", query, text)
          .containsExactlyInAnyOrderElementsOf(wanted);
    }
  }

  /** A pasted page of words cost a look for each of them at each of hundreds of texts. */
  @Test
  void moreRunsThanArePastedCountNothing() {
    var page = new StringBuilder();
    for (var i = 0; i < 1_000; i++) {
      page.append("w").append(i).append(' ');
    }
    var runs = QueryText.of(page.toString()).runs();
    assertThat(runs.shareIn("w0 w1 w2")).isEqualTo(1 / 256.0);
    assertThat(runs.shareIn("w997 w998 w999")).isZero();
  }

  private static String text(Random random, int wordsMax) {
    var separators = List.of(" ", ", ", "(", "\n  ");
    return Stream.generate(
            () ->
                WORDS.get(random.nextInt(WORDS.size()))
                    + separators.get(random.nextInt(separators.size())))
        .limit(random.nextInt(wordsMax))
        .collect(Collectors.joining());
  }

  private static Set<List<String>> all(String text) {
    var words = Words.of(CaseFolding.fold(text));
    var runs = new HashSet<List<String>>();
    for (var i = 0; i + 2 < words.size(); i++) {
      runs.add(words.subList(i, i + 3));
    }
    return runs;
  }
}
