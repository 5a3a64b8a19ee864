package dev.codeintel.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CaseFoldingTest {

  /** Places in a folded text are shown as places in the text. */
  @Test
  void eachLetterBecomesOneThatIsEqualInAnyCase() {
    for (var i = 0; i <= Character.MAX_VALUE; i++) {
      var letter = (char) i;
      var folded = CaseFolding.fold(String.valueOf(letter));
      assertThat(folded).hasSize(1).isEqualToIgnoringCase(String.valueOf(letter));
      assertThat(CaseFolding.fold(String.valueOf(Character.toUpperCase(letter)))).isEqualTo(folded);
    }
  }

  @Test
  void foldsWhatPeopleWrite() {
    assertThat(CaseFolding.fold("Größe ΟΔΟΣ οδος I\u0130 ÿŸ \ud83d\ude00"))
        .isEqualTo("größe οδοσ οδοσ ii ÿÿ \ud83d\ude00");
  }
}
