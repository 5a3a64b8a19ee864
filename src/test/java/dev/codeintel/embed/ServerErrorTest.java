package dev.codeintel.embed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.embed.ServerException.Fault;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerErrorTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"error":{"message":"The model `x` does not exist.","type":"NotFoundError","param":"model","code":404}} | The model `x` does not exist
          {"error":"Unauthorized"} | Unauthorized
          {"object":"error","message":"too long","type":"BadRequestError","code":400} | too long
          {"detail":"Not Found"} | Not Found
          {"detail":[{"loc":["body"]}]} | [{"loc":["body"]}]
          {"error":null,"message":"m"} | m
          {"unknown":1} | {"unknown":1}
          <html>\u0020Bad Gateway | <html>\u0020Bad Gateway
          '' | no message
          """)
  void findsTheServersWordsInEveryShapeOfError(String body, String words) {
    assertThat(ServerError.message(body)).isEqualTo(words);
  }

  @Test
  void aPageOfWordsIsCut() {
    assertThat(ServerError.message("x".repeat(1_000))).hasSize(401).endsWith("…");
  }

  @ParameterizedTest
  @CsvSource({
    "400, SETUP is not it, INPUT, false",
    "413, batch size 64 > maximum allowed batch size 32, INPUT, false",
    "422, validation, INPUT, false",
    "500, EngineCore failed, INPUT, false",
    "401, Unauthorized, SETUP, false",
    "403, Forbidden, SETUP, false",
    "404, Not Found, SETUP, false",
    "501, no embeddings, SETUP, false",
    "301, Moved, SETUP, false",
    "429, full, OUTAGE, true",
    "502, Bad Gateway, OUTAGE, true",
    "503, loading, OUTAGE, true",
    "504, Gateway Timeout, OUTAGE, true"
  })
  void aStatusSaysWhoseFaultItIs(int status, String words, Fault fault, boolean mayPass) {
    var error = ServerError.of(status, Optional.empty(), words).exception("http://x/v1");
    assertThat(error.fault()).isEqualTo(fault);
    assertThat(error.mayPass()).isEqualTo(mayPass);
    assertThat(error).hasMessageContainingAll("http://x/v1", Integer.toString(status), words);
  }

  /** As servers say it: vLLM now and before, llama.cpp, text-embeddings-inference, Ollama. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          400 | You passed 1451 input tokens and requested 0 output tokens. However, the model's context length is only 512 tokens, resulting in a maximum input length of 512 tokens. Please reduce the length of the input prompt.
          400 | This model's maximum context length is 512 tokens. However, you requested 1451 tokens in the input for embedding generation.
          500 | input (1451 tokens) is too large to process. increase the physical batch size (current batch size: 512)
          400 | the request exceeds the available context size. try increasing the context size or enable context shift
          413 | Input validation error: `inputs` must have less than 512 tokens. Given: 1451
          500 | the input length exceeds the context length
          """)
  void aTextThatIsTooLongIsKnownByTheWords(int status, String words) {
    var error = ServerError.of(status, Optional.empty(), words).exception("http://x/v1");
    assertThat(error.fault()).isEqualTo(Fault.TOO_LONG);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "' 7 ', 7",
    "'Sun, 06 Nov 1994 08:49:37 GMT', 37",
    "'Sun, 06 Nov 1994 08:48:00 GMT', 0",
    "soon, ",
    "-1, ",
    "99999999999999999999, ",
  })
  void retryAfterIsSecondsOrADate(String header, Long seconds) {
    var error = new ServerError(503, Optional.of(header), "");
    assertThat(error.pause(Instant.parse("1994-11-06T08:49:00Z")))
        .isEqualTo(Optional.ofNullable(seconds).map(Duration::ofSeconds));
  }

  @Test
  void aPauseThatIsTooLongDoesNotPass() {
    assertThat(ServerError.of(503, Optional.of("10"), "").exception("x").mayPass()).isTrue();
    assertThat(ServerError.of(503, Optional.of("11"), "").exception("x").mayPass()).isFalse();
  }
}
