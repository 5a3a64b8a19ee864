package dev.codeintel.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaceTest {

  private static long at(double seconds) {
    return (long) (seconds * TimeUnit.SECONDS.toNanos(1));
  }

  /** What an earlier run had done was counted as done in the first second of this one. */
  @Test
  void countsFromWhereThePhaseBegan() {
    var pace = new Pace();
    assertThat(pace.at("embedding", 1_000, at(5))).isTrue();
    assertThat(pace.words(1_000, 2_000, at(5))).isEmpty();
    assertThat(pace.at("embedding", 1_100, at(15))).isFalse();
    assertThat(pace.words(1_100, 2_000, at(15))).isEqualTo("10/s, 1 min 30 s left");
    assertThat(pace.words(1_025, 2_000, at(15))).isEqualTo("2.5/s, 6 min 30 s left");
  }

  @Test
  void everyPhaseHasItsOwnPace() {
    var pace = new Pace();
    pace.at("reading", 0, at(0));
    assertThat(pace.words(500, 500, at(1))).isEqualTo("500/s, 0 s left");
    assertThat(pace.at("embedding", 0, at(1))).isTrue();
    assertThat(pace.words(10, 30, at(3))).isEqualTo("5.0/s, 4 s left");
  }

  /** A record of another process may be torn between two phases. */
  @ParameterizedTest
  @CsvSource({"5, 3", "0, -1", "-4, 10", "7, 0"})
  void saysNothingWhereTheNumbersDoNot(long done, long total) {
    var pace = new Pace();
    pace.at("embedding", 0, at(0));
    assertThat(pace.words(done, total, at(1))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"0, 0 s", "59, 59 s", "60, 1 min 0 s", "3599, 59 min 59 s", "7260, 2 h 1 min"})
  void aTimeReadsAsPeopleSayIt(long seconds, String words) {
    assertThat(Pace.duration(seconds)).isEqualTo(words);
  }
}
