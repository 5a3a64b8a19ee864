package dev.codeintel.embed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.testkit.Seeded;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecimalReaderTest {

  /** As servers print them: shortest float, shortest double, many digits, with exponent. */
  @Test
  void floatsAreTheNearestOrTheNextToIt() {
    var random = Seeded.random();
    var same = 0;
    var count = 50_000;
    for (var i = 0; i < count; i++) {
      var value = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(-8, 3)));
      var text =
          switch (i % 4) {
            case 0 -> Float.toString(value);
            case 1 -> Double.toString(value * 1.000000001);
            case 2 -> String.format(Locale.ROOT, "%.20f", value);
            default -> new BigDecimal(value).toString();
          };
      var expected = Float.parseFloat(text);
      var actual = read(text);
      assertThat(Math.abs(actual - expected)).as(text).isLessThanOrEqualTo(Math.ulp(expected));
      same += actual == expected ? 1 : 0;
    }
    assertThat(same).isGreaterThan(count - count / 5_000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-0",
        "0.0",
        "1",
        "-1.5",
        "1e3",
        "1E+3",
        "25e-1",
        "3.4028235e38",
        "1e39",
        "-1e39",
        "1e-45",
        "1e-60",
        "1e999999999999",
        "0e999999999999",
        "0.000000000000000000000000000001",
        "100000000000000000000000000000",
        "123456789012345678901234567890e-20",
        "0.1234567890123456789012345678901234567890",
        "1.17549435E-38"
      })
  void oddNumbersAreWhatTheySay(String text) {
    assertThat(read(text)).isEqualTo(Float.parseFloat(text));
  }

  private static float read(String text) {
    var reader = new DecimalReader();
    reader.start();
    var buffer = ByteBuffer.wrap((text + ",").getBytes(StandardCharsets.US_ASCII));
    assertThat(reader.read(buffer)).isTrue();
    assertThat(buffer.remaining()).isEqualTo(1);
    return reader.toFloat();
  }
}
