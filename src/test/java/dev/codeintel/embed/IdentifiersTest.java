package dev.codeintel.embed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.testkit.Seeded;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdentifiersTest {

  /** The model lowercases: without the split camelCase was one unknown word. */
  @ParameterizedTest
  @CsvSource({
    "parseHTTPResponse2, parse HTTP Response 2",
    "parse, parse",
    "HTTP, HTTP",
    "HTTPServer, HTTP Server",
    "getURL, get URL",
    "aB, a B",
    "ABc, A Bc",
    "snake_case_name, snake_case_name",
    "snakeCase_mixedCase, snake Case_mixed Case",
    "MAX_VALUE_2, MAX_VALUE_2",
    "base64Encode, base 64 Encode",
    "sha256sum, sha 256 sum",
    "0xDEADbeef, 0xDEADbeef",
    "1e10f, 1e10f",
    "3rdParty, 3rdParty",
    "x2, x 2",
    "größeÄndern, größe Ändern",
    "Ελληνικά, Ελληνικά",
    "𝐀𝐛, 𝐀𝐛",
    "Foo.barBaz(qUx), Foo.bar Baz(q Ux)",
  })
  void splitsAtTheBoundariesOfIdentifiers(String text, String split) {
    assertThat(Identifiers.split(text)).isEqualTo(split);
  }

  /** An accent in its own character hid the boundary behind it. */
  @Test
  void combiningMarksBelongToTheLetterBefore() {
    assertThat(Identifiers.split("caf\u0065\u0301Bar")).isEqualTo("caf\u0065\u0301 Bar");
  }

  /**
   * The token count of a chunk and of its embedded text differed when a second split changed it.
   */
  @RepeatedTest(20)
  void onlyAddsBlanksAndASecondSplitChangesNothing() {
    var random = Seeded.random();
    var alphabet = "abzABZ019_. -\n\té\u0301ßÄ中😀𝐀\ud800".codePoints().toArray();
    var text = new StringBuilder();
    for (var i = random.nextInt(60); i > 0; i--) {
      text.appendCodePoint(alphabet[random.nextInt(alphabet.length)]);
    }
    var split = Identifiers.split(text.toString());
    assertThat(split.replace(" ", "")).isEqualTo(text.toString().replace(" ", ""));
    assertThat(Identifiers.split(split)).isEqualTo(split);
  }
}
