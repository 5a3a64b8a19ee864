package dev.codeintel.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.testkit.Seeded;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RunsTest {

  /** Few, so that runs happen, and with letters whose case is not one of one letter. */
  private static final List<String> WORDS =
      List.of(
          "a", "B", "open", "Open_File", "x2", "ΟΔΟΣ", "οδος", "İz", "iz", "ß", "ẞ", "𐐀b", "𐐨b");

  @Test
  void theShareIsThatOfTheRunsThatStandThere() {
    var runs = QueryText.of("open the small file now").runs();
    assertThat(runs.shareIn("// Open the\n//   SMALL file?")).isEqualTo(2 / 3.0);
    assertThat(runs.shareIn("open the file, the small one")).isZero();
    assertThat(runs.shareIn("")).isZero();
    assertThat(QueryText.of("two words").runs().shareIn("two words")).isZero();
  }

  /** Words are compared only where their first letters agree, and nothing may be lost by that. */
  @Test
  void runsAreFoundAsAmongAllWordsOfTheText() {
    var random = Seeded.random();
    for (var round = 0; round < 2_000; round++) {
      var query = text(random, 6);
      var text = text(random, 40);
      var wanted = all(Words.of(query));
      wanted.retainAll(all(Words.of(text)));
      assertThat(new Runs(Words.of(query)).in(text)).as("%s in %s", query, text).isEqualTo(wanted);
    }
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

  private static Set<String> all(List<String> words) {
    var runs = new HashSet<String>();
    for (var i = 0; i + 2 < words.size(); i++) {
      runs.add(String.join(" ", words.subList(i, i + 3)));
    }
    return runs;
  }
}
