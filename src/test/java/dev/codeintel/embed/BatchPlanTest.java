package dev.codeintel.embed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.testkit.Seeded;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class BatchPlanTest {

  @Test
  void similarLengthsGoTogetherWithinBothBounds() {
    var tokens = new int[] {10, 500, 20, 480, 30, 2_000, 40};
    assertThat(BatchPlan.of(tokens, 3, 1_000))
        .containsExactly(new int[] {5}, new int[] {1, 3}, new int[] {6, 4, 2}, new int[] {0});
  }

  @Test
  void nothingIsNoRequest() {
    assertThat(BatchPlan.of(new int[0], 3, 1_000)).isEmpty();
  }

  @RepeatedTest(20)
  void everyTextIsInExactlyOneRequest() {
    var random = Seeded.random();
    var tokens = random.ints(random.nextInt(300), 1, 600).toArray();
    var textsMax = 1 + random.nextInt(64);
    var batches = BatchPlan.of(tokens, textsMax, 1_000);
    assertThat(batches.stream().flatMapToInt(Arrays::stream).sorted())
        .containsExactly(IntStream.range(0, tokens.length).boxed().toArray(Integer[]::new));
    for (var batch : batches) {
      assertThat(batch.length).isBetween(1, textsMax);
      var sum = Arrays.stream(batch).map(at -> tokens[at]).sum();
      assertThat(batch.length == 1 || sum <= 1_000).isTrue();
    }
  }
}
