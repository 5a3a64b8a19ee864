package dev.codeintel.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.config.Limits;
import dev.codeintel.mcp.Message.Malformed;
import dev.codeintel.mcp.Message.Notification;
import dev.codeintel.mcp.Message.Request;
import dev.codeintel.testkit.Seeded;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CodecTest {

  /** An id of 2^53 + 1 came back as another number: the client waited for ever. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-7",
        "9007199254740993",
        "9223372036854775808",
        "-123456789012345678901234567890123456789012345678901234567890",
        "\"\"",
        "\"7\"",
        "\"a\\\"\\\\\\n\\u0000\"",
        "\"\u00fc\ud83d\ude00\u2028\"",
        "\"\\ud800\""
      })
  void idsComeBackExactly(String id) throws Exception {
    var request = (Request) read("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"ping\"}");
    var answer = new String(Codec.result(request.id(), Map.of()), UTF_8);
    assertThat(Json.read(answer.getBytes(UTF_8)))
        .isEqualTo(
            Json.read(("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":{}}").getBytes(UTF_8)));
    assertThat(answer).doesNotContain("\n");
  }

  /** A null id was answered with a null id, which no client can match and strict ones refuse. */
  @ParameterizedTest
  @ValueSource(strings = {"null", "1.5", "1.0", "true", "[]", "{}"})
  void idsThatAreNoneAreRefusedWithoutAnId(String id) {
    var message = read("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"ping\"}");
    assertThat(message)
        .isInstanceOfSatisfying(
            Malformed.class,
            malformed -> {
              assertThat(malformed.id()).isEmpty();
              assertThat(malformed.error().code()).isEqualTo(RpcError.INVALID_REQUEST);
              assertThat(new String(Codec.error(malformed.id(), malformed.error()), UTF_8))
                  .doesNotContain("\"id\"");
            });
  }

  /** Each kind of bad input has its code; a client that sees the wrong one retries for nothing. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | -32700",
        "'{' | -32700",
        "'{\"a\":1} x' | -32700",
        "'nul' | -32700",
        "'{\"a\":NaN}' | -32700",
        "'\"text\"' | -32600",
        "'7' | -32600",
        "'null' | -32600",
        "'[]' | -32600",
        "'{}' | -32600",
        "'{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}' | -32600",
        "'{\"jsonrpc\":\"2.0\",\"id\":1}' | -32600",
        "'{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}' | -32600",
        "'{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"ping\"}' | -32600",
        "'{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":[1]}' | -32602",
      })
  void badInputHasItsCode(String input, int code) {
    assertThat(read(input))
        .isInstanceOfSatisfying(
            Malformed.class, malformed -> assertThat(malformed.error().code()).isEqualTo(code));
  }

  /** Bytes of another encoding were repaired to question marks, and a path was not found. */
  @Test
  void onlyUtf8IsRead() {
    var latin = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\u00fc\"}".getBytes(UTF_8);
    assertThat(Codec.read(latin).messages().getFirst()).isInstanceOf(Request.class);
    for (var charset : List.of("ISO-8859-1", "UTF-16LE", "UTF-32BE")) {
      var other = new String(latin, UTF_8).getBytes(java.nio.charset.Charset.forName(charset));
      assertThat(((Malformed) Codec.read(other).messages().getFirst()).error().code())
          .as(charset)
          .isEqualTo(RpcError.PARSE_ERROR);
    }
  }

  /** Deep nesting ended a recursive reader with a StackOverflowError. */
  @Test
  void limitsAreKept() {
    var deep = "[".repeat(Limits.JSON_DEPTH_MAX + 1) + "]".repeat(Limits.JSON_DEPTH_MAX + 1);
    var deeper = "{\"a\":".repeat(200_000);
    var digits = "{\"a\":" + "9".repeat(Limits.JSON_NUMBER_CHARS_MAX + 1) + "}";
    for (var input : List.of(deep, deeper, digits)) {
      assertThat(((Malformed) read(input)).error())
          .satisfies(error -> assertThat(error.code()).isEqualTo(RpcError.INVALID_REQUEST))
          .satisfies(error -> assertThat(error.message()).contains("limit"));
    }
    var allowed = "[".repeat(Limits.JSON_DEPTH_MAX) + "]".repeat(Limits.JSON_DEPTH_MAX);
    assertThat(((Malformed) read(allowed)).error().message())
        .isEqualTo("A message is a JSON object.");
  }

  /** A message without id must never be answered, whatever is wrong with its params. */
  @Test
  void aMessageWithoutIdIsANotification() {
    assertThat(read("{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"params\":[1]}"))
        .isEqualTo(new Notification("x", Map.of()));
  }

  /** One input of random damage threw out of the reader and ended the session. */
  @Test
  void nothingThatComesInThrows() {
    var random = Seeded.random();
    var seeds =
        List.of(
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"x\",\"arguments\":{\"a\":[1,2.5e3,null,true]}}}",
            "[{\"jsonrpc\":\"2.0\",\"id\":\"\\ud83d\\ude00\",\"method\":\"ping\"},7]",
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":12345678901234567890}}");
    var tokens = "{}[]\",:\\u0 1e9-.tnf\u0000\u00ff".getBytes(UTF_8);
    for (var i = 0; i < 5_000; i++) {
      var bytes = seeds.get(random.nextInt(seeds.size())).getBytes(UTF_8);
      for (var damage = random.nextInt(6); damage >= 0; damage--) {
        var at = random.nextInt(bytes.length);
        switch (random.nextInt(4)) {
          case 0 -> bytes[at] = (byte) random.nextInt(256);
          case 1 -> bytes[at] = tokens[random.nextInt(tokens.length)];
          case 2 -> bytes = java.util.Arrays.copyOf(bytes, Math.max(at, 1));
          default -> {
            var to = random.nextInt(bytes.length);
            bytes[to] = bytes[at];
          }
        }
      }
      assertThat(Codec.read(bytes).messages()).isNotEmpty();
    }
  }

  /** What is written must be read back as the same values. */
  @Test
  void valuesSurviveTheRoundTrip() throws Exception {
    record Inner(int startLine, Optional<String> symbol, List<String> why) {}
    record Outer(String name, Inner inner, Optional<Long> absent, double score) {}
    var value =
        new Outer("a\u2028\"\n", new Inner(1, Optional.of("x"), List.of()), Optional.empty(), 0.5);
    assertThat(new String(Json.write(value), UTF_8))
        .isEqualTo(
            "{\"name\":\"a\u2028\\\"\\n\",\"inner\":{\"startLine\":1,\"symbol\":\"x\",\"why\":[]},\"score\":0.5}");
    assertThat(Json.read(Json.write(new Json.Snake(value))))
        .isEqualTo(
            Map.of(
                "name",
                "a\u2028\"\n",
                "inner",
                Map.of("start_line", 1L, "symbol", "x", "why", List.of()),
                "score",
                0.5));
  }

  /** A writer of JSON fills buffers, at whose ends the two halves of a character may part. */
  @Test
  void charactersOfTwoCharsStayWholeWhereverTheyStand() throws Exception {
    for (var before = 0; before < 9_000; before++) {
      var text = "x".repeat(before) + "\ud83d\ude00";
      var json = ("\"" + text + "\"").getBytes(UTF_8);
      assertThat(Json.write(text)).as("behind %,d chars", before).isEqualTo(json);
      assertThat(Json.size(text)).isEqualTo(json.length);
    }
    for (var half : List.of("x\ud83dy", "\ude00", "\ud83d")) {
      assertThat(Json.read(Json.write(half))).isEqualTo(half);
    }
  }

  private static Message read(String text) {
    return Codec.read(text.getBytes(UTF_8)).messages().getFirst();
  }
}
