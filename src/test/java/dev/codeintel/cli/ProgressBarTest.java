package dev.codeintel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressBarTest {

  /** More done than there was to do, and the bar ended the run that it was to show. */
  @ParameterizedTest
  @CsvSource({"0, 0", "5, -1", "12, 10", "-3, 10", "10, 10", "9223372036854775807, 3"})
  void noNumberIsTooOddToBeShown(long done, long total) {
    var bytes = new ByteArrayOutputStream();
    try (var bar = new ProgressBar(new PrintStream(bytes, true, StandardCharsets.UTF_8), true)) {
      bar.at("embedding", done, total);
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8)).contains("embedding");
  }
}
