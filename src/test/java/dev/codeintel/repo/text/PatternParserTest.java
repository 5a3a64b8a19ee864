package dev.codeintel.repo.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.testkit.Seeded;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PatternParserTest {

  /** "error parsing regexp" said neither what nor where. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "foo(bar ; character 4: a '(' is not closed",
        "foo)bar ; character 4: a ')' closes nothing",
        "\u00e9\ud83d\ude00[a-z ; character 3: a '[' is not closed",
        "[z-a] ; character 2: a range that ends before it begins",
        "*a ; character 1: nothing to repeat",
        "a|+ ; character 3: nothing to repeat",
        "a** ; character 3: a repeat of a repeat; put 'a*' into a group",
        "a{2}{3} ; character 5: a repeat of a repeat",
        "a{5,2} ; character 2: it ends below where it begins",
        "a{1001} ; character 2: at most 1,000 times",
        "a{99999999999} ; character 2: at most 1,000 times",
        "{2} ; character 1: nothing to repeat",
        "a(?=b) ; character 2: looking ahead or behind and atomic groups, '(?=', are not supported",
        "(?<!b)a ; character 1: looking ahead or behind",
        "(?>a) ; character 1: looking ahead or behind",
        "(a)\\1 ; character 4: references to groups are not supported",
        "a\\ ; character 2: a '\\' with nothing behind it",
        "a\\q ; character 2: \\q means nothing here",
        "\\A ; character 1: ends of the text",
        "a\\n ; character 2: a line feed",
        "\\x{A} ; character 1: a line feed",
        "a[\\n] ; character 2: a line feed",
        "\\x4 ; character 1: a character by its number",
        "\\x4g ; character 4: no hexadecimal digit",
        "\\x{D800} ; character 1: no character has this number",
        "\\x{110000} ; character 1: no character has this number",
        "\\p{Klingon} ; character 1: a class that is not known",
        "\\p{Lu ; character 3: a '{' is not closed",
        "\\p ; character 1: a class without a name",
        "[[:foo:]] ; character 2: a class that is not known",
        "[a-\\d] ; character 1: a class of characters cannot be the end of a range",
        "(?P<1>a) ; character 1: the name of a group",
        "(?x)a ; character 3: no flag",
        "(?-m)^a ; character 4: '^' and '$' are always the ends of a line",
        "(?i ; character 1: a '(' is not closed",
      })
  void aWrongExpressionIsRefusedWithItsPlace(String expression, String problem) {
    assertThatThrownBy(() -> TextPattern.of(expression, true, true))
        .isInstanceOfSatisfying(
            PatternException.class, e -> assertThat(e.problem()).startsWith(problem));
  }

  /** (a{1000}){1000} took all memory. */
  @Test
  void anExpressionThatStandsForTooMuchIsRefused() {
    for (var expression :
        new String[] {
          "(a{1000}){1000}", "(((a{100}){100}){100}){100}", "\\pL{1000}", "((a|b){500}|.{900}){9}"
        }) {
      assertThatThrownBy(() -> TextPattern.of(expression, true, false))
          .as(expression)
          .isInstanceOfSatisfying(
              PatternException.class,
              e -> assertThat(e.problem()).contains("more than 20,000 instructions"));
    }
    assertThatThrownBy(() -> TextPattern.of("(".repeat(101) + ")".repeat(101), true, true))
        .hasMessageContaining("character 101: more than 100 groups within each other");
    assertThatThrownBy(() -> TextPattern.of("a".repeat(2_001), false, true))
        .hasMessageContaining("longer than 2,000 characters");
  }

  /** Nothing, a thousand million times, took a while. */
  @Test
  void nothingIsRepeatedOnce() {
    for (var expression : new String[] {"((((){1000}){1000}){1000}){1000}", "(((|){9}){9}|){9}"}) {
      assertThat(TextPattern.of(expression, true, true).forward().size()).isLessThan(20_000);
    }
    assertThat(TextPattern.of("\\pL\\p{Greek}".repeat(3), true, true).inAscii()).isFalse();
  }

  @Test
  void aTextOfTwoLinesIsRefused() {
    assertThatThrownBy(() -> TextPattern.of("a\nb", false, true))
        .hasMessageContaining("character 2: a line feed");
    assertThatThrownBy(() -> TextPattern.of("a\ud800", false, true))
        .hasMessageContaining("character 2: half a surrogate pair");
  }

  /** Whatever is typed is an expression or an error that says so. */
  @RepeatedTest(3)
  void anythingIsReadOrRefused() {
    var random = Seeded.random();
    var pieces =
        "()[]{}|*+?.^$\\-,:<>=!iPpdwsbBxuUQE0129aAz\u00e9\ud83d\ude00 \n".codePoints().toArray();
    var read = 0;
    for (var i = 0; i < 20_000; i++) {
      var expression = new StringBuilder();
      for (var k = random.nextInt(12); k >= 0; k--) {
        expression.appendCodePoint(pieces[random.nextInt(pieces.length)]);
      }
      try {
        PatternParser.parse(expression.toString(), random.nextBoolean());
        read++;
      } catch (CodeintelException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(e).hasMessageMatching("(?s).*character \\d+: .+");
      }
    }
    assertThat(read).isBetween(100, 19_000);
  }
}
