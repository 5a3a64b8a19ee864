package dev.codeintel.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.testkit.Seeded;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextLinesTest {

  /** A carriage return that ended a line moved each line number after it. */
  @ParameterizedTest
  @CsvSource({
    "'', ''",
    "a, a",
    "a~, a~",
    "a~b, a~ b",
    "~, ~",
    "~~, ~ ~",
    "a^~b^c~, a^~ b^c~",
    "^, ^",
    "a~~b~, a~ ~ b~"
  })
  void linesEndAtLineFeedsOnly(String text, String lines) {
    var split = TextLines.of(bytes(text.replace('~', '\n').replace('^', '\r')));
    var expected = lines.isEmpty() ? new String[0] : lines.split(" ");
    assertThat(IntStream.range(0, split.count()).mapToObj(line -> line(split, line)))
        .containsExactly(
            Arrays.stream(expected)
                .map(line -> line.replace('~', '\n').replace('^', '\r'))
                .toArray(String[]::new));
  }

  /** Texts with lines shorter than was guessed ran out of room. */
  @Test
  void manyShortLinesFit() {
    var split = TextLines.of(bytes("\n".repeat(1_000_000)));
    assertThat(split.count()).isEqualTo(1_000_000);
    assertThat(split.end(999_999)).isEqualTo(1_000_000);
  }

  /** A hash over the wrong bytes makes equal lines differ, or is never looked at. */
  @Test
  void equalLinesAreSameWhereverTheyStand() {
    var random = Seeded.random();
    for (var length = 0; length < 70; length++) {
      var line = new byte[length + 1];
      Arrays.setAll(new int[length], i -> line[i] = (byte) ('a' + random.nextInt(26)));
      line[length] = '\n';
      var alone = TextLines.of(line);
      var second = TextLines.of(bytes("x".repeat(random.nextInt(9)) + "\n" + text(line)));
      assertThat(second.hash(1)).isEqualTo(alone.hash(0));
      assertThat(second.sameLine(1, alone, 0)).isTrue();
      var other = line.clone();
      other[random.nextInt(length + 1)] = '-';
      assertThat(TextLines.of(other).hash(0)).isNotEqualTo(alone.hash(0));
      assertThat(TextLines.of(other).sameLine(0, alone, 0)).isFalse();
    }
  }

  /** The end of the text and the middle of a line were taken for a line's start. */
  @Test
  void linesBeforeAnOffsetAreCounted() {
    var split = TextLines.of(bytes("ab\nc\n\nd"));
    assertThat(IntStream.rangeClosed(0, 7).map(split::countBefore))
        .containsExactly(0, 1, 1, 1, 2, 2, 3, 4);
    assertThat(TextLines.of(new byte[0]).countBefore(0)).isZero();
  }

  /** What is taken over from a similar text must be what a look at the text itself would find. */
  @Test
  void aSimilarTextChangesNothing() {
    var random = Seeded.random();
    for (var round = 0; round < 20_000; round++) {
      var like = text(random, random.nextInt(12));
      var text = random.nextInt(4) == 0 ? text(random, random.nextInt(12)) : edited(random, like);
      var alone = TextLines.of(bytes(text));
      var beside = TextLines.of(bytes(text), TextLines.of(bytes(like)));
      assertThat(lines(beside)).as("%s like %s", text, like).isEqualTo(lines(alone));
      assertThat(beside.start(beside.count())).isEqualTo(text.length());
    }
  }

  private static String text(Random random, int pieces) {
    var text = new StringBuilder();
    for (var i = 0; i < pieces; i++) {
      text.append(
          random.nextInt(40) == 0 ? "long".repeat(800) : "ab\n\n".charAt(random.nextInt(4)));
    }
    return text.toString();
  }

  private static String edited(Random random, String text) {
    var from = random.nextInt(text.length() + 1);
    var to = Math.min(text.length(), from + random.nextInt(4));
    return text.substring(0, from) + text(random, random.nextInt(3)) + text.substring(to);
  }

  private static List<String> lines(TextLines text) {
    return IntStream.range(0, text.count())
        .mapToObj(line -> line(text, line) + text.hash(line))
        .toList();
  }

  private static String line(TextLines text, int line) {
    return text(Arrays.copyOfRange(text.bytes(), text.start(line), text.end(line)));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
