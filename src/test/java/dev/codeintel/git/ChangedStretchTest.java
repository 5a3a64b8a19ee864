package dev.codeintel.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.testkit.Seeded;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A hunk that slid out of the stretch would be lost: its lines would be blamed on the parent. */
class ChangedStretchTest {

  @Test
  void everyHunkLiesWithin() {
    var random = Seeded.random();
    for (var pair : new TextPairs(random).small(4_000)) {
      assertWithin(pair.name(), TextLines.of(pair.a()), TextLines.of(pair.b()));
    }
    for (var round = 0; round < 4_000; round++) {
      var old = regular(random);
      var from = random.nextInt(old.length() + 1);
      var to = Math.min(old.length(), from + random.nextInt(30));
      var now =
          old.substring(0, from) + old.substring(random.nextInt(to + 1), to) + old.substring(to);
      assertWithin("regular " + round, text(old), text(now));
    }
  }

  private static void assertWithin(String name, TextLines a, TextLines b) {
    var stretch = ChangedStretch.of(a, b);
    assertThat(stretch.aStart()).isEqualTo(stretch.bStart());
    assertThat(a.count() - stretch.aEnd()).isEqualTo(b.count() - stretch.bEnd());
    for (var hunk : LineDiff.hunks(a, b, CancelToken.create())) {
      assertThat(hunk.bStart())
          .as("%s %s %s", name, hunk, stretch)
          .isBetween(stretch.bStart(), stretch.bEnd());
      assertThat(hunk.bEnd())
          .as("%s %s %s", name, hunk, stretch)
          .isLessThanOrEqualTo(stretch.bEnd());
      assertThat(hunk.aStart())
          .as("%s %s %s", name, hunk, stretch)
          .isBetween(stretch.aStart(), stretch.aEnd());
      assertThat(hunk.aEnd())
          .as("%s %s %s", name, hunk, stretch)
          .isLessThanOrEqualTo(stretch.aEnd());
    }
  }

  /** A stretch that is always the whole text would be right, and useless. */
  @Test
  void itEndsNearTheChange() {
    var lines = IntStream.range(0, 1_000).mapToObj(i -> "line " + i + "\n").toList();
    var old = String.join("", lines);
    var stretch = ChangedStretch.of(text(old), text(old.replace("line 500\n", "new\nnewer\n")));
    assertThat(stretch).isEqualTo(new LineDiff.Hunk(500, 1, 500, 2));
  }

  /** Lines that repeat with a period, so that groups slide far. */
  private static String regular(Random random) {
    var period =
        IntStream.range(0, 1 + random.nextInt(4))
            .mapToObj(i -> "ab  c".charAt(random.nextInt(5)) + "\n")
            .collect(Collectors.joining());
    return "head\n".repeat(random.nextInt(2))
        + period.repeat(random.nextInt(20))
        + "x\n".repeat(random.nextInt(2))
        + period.repeat(random.nextInt(20));
  }

  private static TextLines text(String text) {
    return TextLines.of(text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
