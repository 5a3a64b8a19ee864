package dev.codeintel.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.testkit.Seeded;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;

class LexicalTest {

  /** All documents with one common word were sorted, boxed, to find two hundred. */
  @RepeatedTest(20)
  void theBestAreThoseOfASort() {
    var random = Seeded.random();
    var scores = new float[random.nextInt(200)];
    for (var doc = 0; doc < scores.length; doc++) {
      scores[doc] = random.nextInt(10) / 9f;
    }
    var wanted = 1 + random.nextInt(50);
    var sorted =
        IntStream.range(0, scores.length)
            .filter(doc -> scores[doc] > 0)
            .boxed()
            .sorted((left, right) -> Float.compare(scores[right], scores[left]))
            .limit(wanted)
            .toList();
    assertThat(Lexical.best(scores, wanted)).containsExactlyInAnyOrderElementsOf(sorted);
  }
}
