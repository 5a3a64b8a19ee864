package dev.codeintel.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class IndexStatusTest {

  private static String words(long done, long total, Optional<Long> eta) {
    return new IndexStatus.RunProgress(1, "listing", done, total, 0, eta).words();
  }

  /** "500 of -1" was said while nobody knew how many there are. */
  @Test
  void progressSaysAsMuchAsIsKnown() {
    assertThat(words(1_500, -1, Optional.empty())).isEqualTo("listing 1,500 so far");
    assertThat(words(1_500, 2_000, Optional.empty())).isEqualTo("listing 1,500 of 2,000");
    assertThat(words(1, 2, Optional.of(1_000L))).isEqualTo("listing 1 of 2, 1,000 s left");
  }
}
