package dev.codeintel.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.store.CaseFolding;
import dev.codeintel.store.Fields;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueryTextTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "parse",
        "HttpClient",
        "a.b.C",
        "std::vector",
        "MAX_SIZE",
        "close()",
        " x1 ",
        "`code`"
      })
  void aSingleNameIsAnIdentifier(String query) {
    assertThat(QueryText.of(query).isIdentifier()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"parse header", "42", "a + b", "\"two words\"", "where is it?", ""})
  void anythingElseIsNot(String query) {
    assertThat(QueryText.of(query).isIdentifier()).isFalse();
  }

  /** The pattern took stack for each part of a name, and a long query ended with none. */
  @Test
  void aLongChainOfNamesIsNoIdentifierAndNoStackOverflow() throws InterruptedException {
    var failure = new AtomicReference<Throwable>();
    var smallStack =
        new Thread(
            null,
            () -> assertThat(QueryText.of("a.".repeat(3_999) + "a").isIdentifier()).isFalse(),
            "small stack",
            256 << 10);
    smallStack.setUncaughtExceptionHandler((_, e) -> failure.set(e));
    smallStack.start();
    smallStack.join();
    assertThat(failure.get()).isNull();
  }

  @Test
  void namesAreSplitAndKeptWhole() {
    assertThat(QueryText.of("parseHttpHeader").terms(Fields.PLAIN))
        .containsExactly("parsehttpheader", "parse", "http", "header");
  }

  @Test
  void stopWordsCountInExactWordsOnly() {
    var query = QueryText.of("where is the cache");
    assertThat(query.terms(Fields.PLAIN)).containsExactly("where", "is", "the", "cache");
    assertThat(query.terms(Fields.STEM)).containsExactly("cach");
  }

  /** A query of nothing but stop words found nothing at all. */
  @Test
  void aQueryOfStopWordsAloneKeepsThem() {
    assertThat(QueryText.of("what is it").terms(Fields.STEM)).isNotEmpty();
  }

  @Test
  void runsOfThreeWordsIgnoreCaseAndPunctuation() {
    assertThat(
            QueryText.of("The quick, brown Fox")
                .runs()
                .in(CaseFolding.fold("the QUICK brown_fox; the quick\nbrown fox")))
        .containsExactlyInAnyOrder(
            List.of("the", "quick", "brown"), List.of("quick", "brown", "fox"));
  }
}
