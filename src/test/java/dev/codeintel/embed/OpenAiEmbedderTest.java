package dev.codeintel.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.codeintel.config.Settings;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against a server on loopback that answers what a test asks for, faults too. */
class OpenAiEmbedderTest {

  private static final String MODELS =
      "{\"object\":\"list\",\"data\":[{\"id\":\"org/model\",\"max_model_len\":8192}]}";
  private static final String ONE = answer(item(0, "[3, 4]"));

  private final Queue<Handler> answers = new ArrayDeque<>();
  private final List<String> requests = new ArrayList<>();
  private final List<HttpExchange> exchanges = new ArrayList<>();
  private final CountDownLatch testEnded = new CountDownLatch(1);
  private final CountDownLatch waiting = new CountDownLatch(1);
  private String models = MODELS;
  private HttpServer server;

  @FunctionalInterface
  private interface Handler {
    void answer(HttpExchange exchange) throws IOException;
  }

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/v1/models", exchange -> send(exchange, models.isEmpty() ? 404 : 200, models));
    server.createContext("/v1/embeddings", this::embeddings);
    server.start();
  }

  @AfterEach
  void stop() {
    testEnded.countDown();
    server.stop(0);
  }

  private void embeddings(HttpExchange exchange) throws IOException {
    Handler answer;
    synchronized (requests) {
      requests.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
      exchanges.add(exchange);
      answer = answers.remove();
    }
    answer.answer(exchange);
  }

  /** The JDK's default upgrade to HTTP/2 makes uvicorn lose the body: always 400. */
  @Test
  void sendsPlainHttp11WithEveryFieldThatTheServerNeeds() {
    answers.add(ok(ONE));
    answers.add(ok(ONE));
    try (var embedder = open(Map.of("VLLM_API_KEY", "secret"))) {
      assertThat(embed(embedder, "a \"b\" \ud800 é")).containsExactly(new float[] {0.6f, 0.8f});
    }
    for (var exchange : exchanges) {
      assertThat(exchange.getProtocol()).isEqualTo("HTTP/1.1");
      assertThat(exchange.getRequestHeaders()).doesNotContainKeys("Upgrade", "Http2-settings");
      assertThat(exchange.getRequestHeaders().getFirst("Authorization")).isEqualTo("Bearer secret");
      assertThat(exchange.getRequestHeaders().getFirst("Content-type"))
          .isEqualTo("application/json");
    }
    assertThat(requests.getLast())
        .isEqualTo(
            "{\"model\":\"org/model\",\"input\":[\"a \\\"b\\\" ? é\"],\"encoding_format\":\"base64\","
                + "\"endianness\":\"little\",\"truncate_prompt_tokens\":-1,\"truncation_side\":\"right\"}");
  }

  @Test
  void knowsTheModelFromTheServer() {
    answers.add(ok(ONE));
    try (var embedder = open(Map.of())) {
      assertThat(embedder.dimension()).isEqualTo(2);
      assertThat(embedder.documentTokensMax()).isEqualTo(8_190);
      assertThat(embedder.identity())
          .isEqualTo("openai org/model dimension/2 header/symbol-1 query/plain-1");
      assertThat(embedder.tokens().count("123456 中")).isEqualTo(4);
    }
  }

  @Test
  void aServerWithoutAListOfModelsIsAskedForTheNamedOne() {
    models = "";
    answers.add(ok(ONE));
    try (var embedder = open(Map.of("VLLM_MODEL", "BAAI/bge-small-en-v1.5"))) {
      assertThat(embedder.documentTokensMax()).isEqualTo(510);
      assertThat(embedder.tokens().count("Unaffable")).isEqualTo(3);
      assertThat(requests.getLast()).contains("\"model\":\"BAAI/bge-small-en-v1.5\"");
    }
    assertThatThrownBy(() -> open(Map.of()))
        .isInstanceOf(EmbeddingException.class)
        .hasMessageContaining("Set VLLM_MODEL");
  }

  /** Answers came back in another order and vectors were swapped. */
  @Test
  void ordersVectorsByTheirIndexInBatchesInEitherEncoding() {
    answers.add(ok(ONE));
    answers.add(ok(answer(item(1, base64(0, 5)), item(0, base64(2, 0)))));
    answers.add(ok(answer(item(1, "[-1, 0]"), item(0, "[1e0, 1]"))));
    answers.add(ok(answer("{\"embedding\":" + base64(0, -7) + ",\"x\":[{}],\"index\":0}")));
    try (var embedder = open(Map.of("VLLM_BATCH_SIZE", "2"))) {
      var half = (float) Math.sqrt(0.5);
      var vectors = embed(embedder, "a", "b", "c", "d", "e");
      var expected = new float[][] {{1, 0}, {0, 1}, {half, half}, {-1, 0}, {0, -1}};
      for (var i = 0; i < expected.length; i++) {
        assertThat(vectors.get(i)).containsExactly(expected[i], within(1e-6f));
      }
    }
  }

  /** Response count, order, dimension and finiteness were not checked: bad vectors were stored. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"data":[]} | 0 vectors for 1 texts
          {"object":"list"} | 0 vectors for 1 texts
          {"data":[{"index":0,"embedding":[1,2,3]}]} | 3 floats, not 2
          {"data":[{"index":0,"embedding":[]}]} | no whole floats
          {"data":[{"index":0,"embedding":"AAAA"}]} | no whole floats
          {"data":[{"index":0,"embedding":[0,0]}]} | zero or not finite
          {"data":[{"index":0,"embedding":"AADAfwAAgD8="}]} | zero or not finite
          {"data":[{"index":0,"embedding":[1e39,1]}]} | zero or not finite
          {"data":[{"index":0,"embedding":[null,1]}]} | no numbers
          {"data":[{"index":0,"embedding":[NaN,1]}]} | no usable answer
          {"data":[{"index":1,"embedding":[1,2]}]} | index 1 of 1
          {"data":[{"embedding":[1,2]}]} | index -1 of 1
          {"data":[{"index":0,"embedding":[1,2]},{"index":0,"embedding":[1,2]}]} | two vectors with index 0
          [1, 2] | no JSON object
          <html>login</html> | no usable answer
          {"data":[{"index":0,"embedding":[1 | no usable answer
          """)
  void refusesAnAnswerThatIsNotTheVectorsAskedFor(String body, String finding) {
    answers.add(ok(ONE));
    answers.add(ok(body));
    try (var embedder = open(Map.of())) {
      assertThatThrownBy(() -> embed(embedder, "a"))
          .isInstanceOf(EmbeddingException.class)
          .hasMessageContaining(finding)
          .hasMessageContaining("http://127.0.0.1:");
    }
  }

  /** The default dimension was 2,560, the model gave 3,584, and nobody noticed. */
  @Test
  void refusesAtOnceAModelOfAnotherDimension() {
    answers.add(ok(ONE));
    assertThatThrownBy(() -> open(Map.of("VEC_DIM", "384")))
        .isInstanceOf(EmbeddingException.class)
        .hasMessageContainingAll("2 floats, not 384", "VEC_DIM", "org/model");
  }

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
          {"unknown":1} | {"unknown":1}
          <html>\u0020Bad Gateway | <html>\u0020Bad Gateway
          '' | no message
          """)
  void findsTheServersWordsInEveryShapeOfError(String body, String words) {
    assertThat(OpenAiClient.errorMessage(body)).isEqualTo(words);
  }

  @Test
  void anErrorCarriesTheServersWordsAndWhatToDo() {
    answers.add(exchange -> send(exchange, 401, "{\"error\":\"Unauthorized\"}"));
    assertThatThrownBy(() -> open(Map.of("VLLM_API_KEY", "wrong")))
        .isInstanceOf(EmbeddingException.class)
        .hasMessageContainingAll("401", "Unauthorized", "VLLM_API_KEY")
        .hasMessageNotContaining("wrong");
  }

  /** A server closes an idle connection just as a request is sent on it. */
  @Test
  void triesOnceMoreWhenTheConnectionBreaksBeforeAnAnswer() {
    answers.add(ok(ONE));
    answers.add(HttpExchange::close);
    answers.add(ok(ONE));
    answers.add(HttpExchange::close);
    answers.add(HttpExchange::close);
    try (var embedder = open(Map.of())) {
      assertThat(embed(embedder, "a")).hasSize(1);
      assertThatThrownBy(() -> embed(embedder, "a"))
          .isInstanceOf(EmbeddingException.class)
          .hasMessageContainingAll("Cannot reach", "lexical search still works");
    }
    assertThat(requests).hasSize(5);
  }

  @Test
  void aCancelEndsTheWaitForAnAnswer() {
    answers.add(ok(ONE));
    answers.add(this::neverAnswer);
    try (var embedder = open(Map.of())) {
      var cancel = CancelToken.create();
      Thread.startVirtualThread(() -> cancelWhenWaiting(cancel));
      assertThatThrownBy(() -> embed(embedder, cancel, "a"))
          .isInstanceOfSatisfying(
              CodeintelException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
    }
  }

  /** A reader that waits for the rest of a body looks at no token. */
  @Test
  void aDeadlineEndsTheWaitForTheRestOfAnAnswer() {
    answers.add(ok(ONE));
    answers.add(this::answerHalf);
    try (var embedder = open(Map.of())) {
      var deadline = CancelToken.withDeadline(Duration.ofMillis(300));
      assertThatThrownBy(() -> embed(embedder, deadline, "a"))
          .isInstanceOfSatisfying(
              CodeintelException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TIMEOUT));
    }
  }

  private void cancelWhenWaiting(CancelToken cancel) {
    try {
      waiting.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    cancel.cancel();
  }

  @Test
  void anAnswerThatStopsInTheMiddleIsGivenUpAfterTheTimeout() {
    answers.add(ok(ONE));
    answers.add(this::answerHalf);
    try (var embedder = open(Map.of("VLLM_TIMEOUT_S", "1"))) {
      assertThatThrownBy(() -> embed(embedder, "a"))
          .isInstanceOf(EmbeddingException.class)
          .hasMessageContainingAll("in 1 s", "VLLM_TIMEOUT_S");
    }
  }

  @Test
  void afterCloseACallIsRefused() {
    answers.add(ok(ONE));
    var embedder = open(Map.of());
    embedder.close();
    embedder.close();
    assertThatThrownBy(() -> embed(embedder, "a")).isInstanceOf(IllegalStateException.class);
  }

  private void neverAnswer(HttpExchange exchange) {
    waiting.countDown();
    awaitTestEnd();
  }

  private void answerHalf(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 1_000);
    exchange.getResponseBody().write("{\"data\":[{\"index\":0,".getBytes(StandardCharsets.UTF_8));
    exchange.getResponseBody().flush();
    awaitTestEnd();
  }

  private void awaitTestEnd() {
    try {
      testEnded.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private OpenAiEmbedder open(Map<String, String> more) {
    var environment = new HashMap<>(more);
    environment.put("HOME", "/nonexistent");
    environment.put("VLLM_URL", "http://127.0.0.1:%d/v1/".formatted(server.getAddress().getPort()));
    return OpenAiEmbedder.open(Settings.load(Optional.empty(), environment));
  }

  private static List<float[]> embed(OpenAiEmbedder embedder, String... texts) {
    return embed(embedder, CancelToken.create(), texts);
  }

  private static List<float[]> embed(OpenAiEmbedder embedder, CancelToken cancel, String... texts) {
    var dimension = embedder.dimension();
    try (var arena = Arena.ofConfined()) {
      var vectors = arena.allocate(ValueLayout.JAVA_FLOAT, (long) texts.length * dimension);
      embedder.embedDocuments(List.of(texts), vectors, cancel);
      return IntStream.range(0, texts.length)
          .mapToObj(i -> vectors.asSlice(i * dimension * 4L, dimension * 4L))
          .map(vector -> vector.toArray(ValueLayout.JAVA_FLOAT))
          .toList();
    }
  }

  private static Handler ok(String body) {
    return exchange -> send(exchange, 200, body);
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    var bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static String answer(String... items) {
    return "{\"id\":\"embd-1\",\"object\":\"list\",\"data\":["
        + String.join(",", items)
        + "],\"usage\":{\"prompt_tokens\":1}}";
  }

  private static String item(int index, String embedding) {
    return "{\"index\":%d,\"object\":\"embedding\",\"embedding\":%s}".formatted(index, embedding);
  }

  private static String base64(float... values) {
    var bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return "\"" + Base64.getEncoder().encodeToString(bytes.array()) + "\"";
  }
}
