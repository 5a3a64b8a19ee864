package dev.codeintel.embed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelFormTest {

  /** As the makers' pages say; the wrong prefix costs more than a worse model. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          BAAI/bge-base-en-v1.5 | 'Represent this sentence for searching relevant passages: a B' | a B
          BAAI/bge-m3 | aB | aB
          intfloat/e5-large-v2 | query: a B | passage: a B
          intfloat/multilingual-e5-small | query: aB | passage: aB
          Snowflake/snowflake-arctic-embed-l-v2.0 | query: aB | aB
          Snowflake/snowflake-arctic-embed-m | 'Represent this sentence for searching relevant passages: a B' | a B
          nomic-ai/nomic-embed-text-v1.5 | search_query: a B | search_document: a B
          nomic-ai/nomic-embed-code | Represent this query for searching relevant code: aB | aB
          sentence-transformers/all-MiniLM-L6-v2 | a B | a B
          jinaai/jina-embeddings-v2-base-code | aB | aB
          """)
  void aKnownModelGetsWhatItWants(String model, String query, String document) {
    var form = ModelForm.of(model);
    assertThat(form.query("aB")).isEqualTo(query);
    assertThat(form.document("aB")).isEqualTo(document);
  }

  @Test
  void anInstructionHasTwoLines() {
    assertThat(ModelForm.of("Qwen/Qwen3-Embedding-0.6B").query("x"))
        .startsWith("Instruct: ")
        .endsWith("\nQuery:x");
    assertThat(ModelForm.of("intfloat/multilingual-e5-large-instruct").query("x"))
        .endsWith("\nQuery: x");
  }

  @Test
  void aModelIsKnownByWhatIsServedUnderItsName() {
    assertThat(ModelForm.of("embedder", "/models/bge-small-en-v1.5").uncased()).isTrue();
  }

  /** A model that reads 512 tokens was given 700, and the end of the chunk was cut in silence. */
  @Test
  void tokensAreCountedExactlyOrRatherTooMany() {
    var exact = TokenBound.of(ModelForm.of("bge-small-en-v1.5"), 512);
    assertThat(exact.certain()).isTrue();
    assertThat(exact.counter().count("parseHTTPResponse2")).isEqualTo(5);
    var safe = TokenBound.of(ModelForm.of("org/model"), 2_000);
    assertThat(safe.certain()).isTrue();
    var text = "{}[]();é中𝄞";
    assertThat(safe.counter().count(text))
        .isEqualTo(text.getBytes(StandardCharsets.UTF_8).length + 1);
    var estimate = TokenBound.of(ModelForm.of("org/model"), 1_999);
    assertThat(estimate.certain()).isFalse();
    assertThat(estimate.counter().count("123456 中")).isEqualTo(4);
  }
}
