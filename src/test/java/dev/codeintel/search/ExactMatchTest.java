package dev.codeintel.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.chunk.Chunk;
import dev.codeintel.store.Generation;
import dev.codeintel.store.KnownChunk;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExactMatchTest {

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          parseHeader,            'return parseHeader(line);',        2
          parseheader,            'return parseHeader(line);',        1
          parseHeader(),          'return parseHeader(line);',        2
          parseHeader,            'return parseHeaders(line);',       0
          Header.parse,           'var h = Header.parse(line);',      2
          'not a header',         'throw new E("not a header: ");',   4
          'Not A Header',         'throw new E("not a header: ");',   3
          '"not a header"',       'throw new E(''not a header'');',   4
          'not a footer',         'throw new E("not a header: ");',   0
          'a b',                  'a b',                              0
          'ΟΔΟΣ ΣΟΦΙΑΣ',          'print("οδος σοφιας")',             3
          'ÄRGER µ ÿ',            'print("ärger Μ Ÿ")',               3
          parse,                  'PARSE reparse parse',              2
          """)
  void theTierSaysHowExactlyTheTextStandsThere(String query, String chunk, int tier) {
    var known =
        KnownChunk.of(
            new Generation.Found(
                "a.java", "java", new Chunk(1, 1, 0, chunk.length(), Optional.empty(), chunk)));
    assertThat(new ExactMatch(QueryText.of(query)).tier(known)).isEqualTo(tier);
  }
}
