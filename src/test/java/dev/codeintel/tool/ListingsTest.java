package dev.codeintel.tool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.config.Limits;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListingsTest {

  /** Lists without files took no room that was counted, so there was no end of them. */
  @Test
  void emptyListsAreForgottenToo() {
    var listings = new Listings();
    var first = listings.keep("question", List.of());
    for (var i = 1; i < Limits.LISTINGS_KEPT_MAX; i++) {
      listings.keep("question", List.of());
    }
    assertThat(listings.find(first, "question")).isPresent();
    var last = listings.keep("question", List.of());
    assertThat(listings.find(first, "question")).isEmpty();
    assertThat(listings.find(last, "question")).isPresent();
    assertThat(listings.find(last, "another question")).isEmpty();
  }
}
