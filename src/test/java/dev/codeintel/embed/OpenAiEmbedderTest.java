package dev.codeintel.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.codeintel.config.Limits;
import dev.codeintel.config.Settings;
import dev.codeintel.embed.Embedder.Refusal;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.Metrics;
import dev.codeintel.testkit.FakeVllm;
import dev.codeintel.testkit.HttpPeer;
import dev.codeintel.testkit.Jar;
import dev.codeintel.testkit.Seeded;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a server on loopback that answers what a test asks for, faults too. */
class OpenAiEmbedderTest {

  private static final int DIMENSION = 32;

  private final FakeVllm server = new FakeVllm();
  private final List<OpenAiEmbedder> opened = new ArrayList<>();

  @AfterEach
  void stop() {
    server.close();
    opened.forEach(OpenAiEmbedder::close);
  }

  private OpenAiEmbedder open(Map<String, String> more) {
    var settings = server.settings(more);
    var connections = new Connections(settings.vllmMaxConnections(), 20);
    var wait = new Wait(CancelToken.create(), OpenAiEmbedder.patience(settings));
    try {
      var embedder = OpenAiEmbedder.open(settings, connections, wait);
      opened.add(embedder);
      return embedder;
    } catch (RuntimeException e) {
      connections.close();
      throw e;
    }
  }

  /** The JDK's default upgrade to HTTP/2 makes uvicorn lose the body: always 400. */
  @Test
  void sendsPlainHttp11WithEveryFieldThatTheServerNeeds() {
    embed(open(Map.of("VLLM_API_KEY", "secret")), "a \"b\" \ud800 é 𝄞");
    for (var request : server.peer().requests()) {
      assertThat(request.version()).isEqualTo("HTTP/1.1");
      assertThat(request.headers()).doesNotContainKeys("upgrade", "http2-settings");
      assertThat(request.headers()).containsEntry("authorization", "Bearer secret");
    }
    var last = server.asked().getLast();
    assertThat(last.headers()).containsEntry("content-type", "application/json");
    assertThat(last.text())
        .isEqualTo(
            "{\"model\":\"org/model\",\"input\":[\"a \\\"b\\\" ? é 𝄞\"],\"encoding_format\":\"base64\","
                + "\"endianness\":\"little\",\"truncate_prompt_tokens\":-1,\"truncation_side\":\"right\"}");
  }

  /** Readiness was asked at /v1/health, which does not exist: the server was never ready. */
  @Test
  void asksForHealthAtTheRoot() {
    open(Map.of());
    assertThat(server.peer().requests().stream().map(HttpPeer.Request::path))
        .containsExactly("/health", "/v1/models", "/v1/embeddings");
  }

  @Test
  void aServerWithoutAHealthPageIsWell() {
    server.health((_, reply) -> reply.send(404, "{\"detail\":\"Not Found\"}"));
    assertThat(open(Map.of()).dimension()).isEqualTo(DIMENSION);
  }

  @Test
  void aServerThatIsNotWellIsNotAskedForMore() {
    server.health((_, reply) -> reply.send(503, ""));
    assertThatThrownBy(() -> open(Map.of()))
        .isInstanceOf(EmbeddingException.class)
        .hasMessageContainingAll("answered 503", "still loading");
    assertThat(server.peer().requests()).hasSize(1);
  }

  @Test
  void knowsTheModelFromTheServer() {
    var embedder = open(Map.of());
    assertThat(embedder.dimension()).isEqualTo(DIMENSION);
    assertThat(embedder.documentTokensMax()).isEqualTo(8_190);
    assertThat(embedder.batchSize()).isEqualTo(64);
    assertThat(embedder.callers()).isEqualTo(Limits.EMBEDDING_CALLERS_MAX);
    assertThat(embedder.identity())
        .isEqualTo(
            "openai org/model root/org/model-v1 dimension/32 tokens/8192 header/symbol-1 split/0"
                + " document/plain query/plain");
  }

  /** Another model under the same name, or another form of the texts, is another store. */
  @Test
  void theIdentityHoldsWhatChangesAVector() {
    var identities = new ArrayList<String>();
    identities.add(open(Map.of()).identity());
    identities.add(open(Map.of("CODEINTEL_QUERY_PREFIX", "query:")).identity());
    identities.add(open(Map.of("CODEINTEL_DOCUMENT_PREFIX", "query:")).identity());
    server.models("{\"data\":[{\"id\":\"org/model\",\"root\":\"else\",\"max_model_len\":8192}]}");
    identities.add(open(Map.of()).identity());
    server.models("{\"data\":[{\"id\":\"org/model\",\"root\":\"else\",\"max_model_len\":4096}]}");
    identities.add(open(Map.of()).identity());
    server.models("{\"data\":[{\"id\":\"org/e5-base\",\"max_model_len\":512}]}");
    identities.add(open(Map.of()).identity());
    assertThat(identities).doesNotHaveDuplicates();
    assertThat(open(Map.of()).identity()).isEqualTo(identities.getLast());
  }

  @Test
  void aServerWithoutAListOfModelsIsAskedForTheNamedOne() {
    server.models("");
    var embedder = open(Map.of("VLLM_MODEL", "BAAI/bge-small-en-v1.5"));
    assertThat(embedder.documentTokensMax()).isEqualTo(510);
    assertThat(embedder.tokens().count("Unaffable")).isEqualTo(3);
    assertThat(server.asked().getLast().text()).contains("\"model\":\"BAAI/bge-small-en-v1.5\"");
    assertThatThrownBy(() -> open(Map.of()))
        .isInstanceOf(EmbeddingException.class)
        .hasMessageContaining("Set VLLM_MODEL");
  }

  @Test
  void aListThatIsNoneIsNamed() {
    server.models("<html>login</html>");
    assertThatThrownBy(() -> open(Map.of()))
        .isInstanceOf(EmbeddingException.class)
        .hasMessageContainingAll("no list of models", "<html>login");
  }

  @Test
  void queriesAndDocumentsGetWhatTheModelWants() {
    server.models("{\"data\":[{\"id\":\"intfloat/e5-base-v2\",\"max_model_len\":512}]}");
    var embedder = open(Map.of());
    embed(embedder, "parseHttp");
    assertThat(FakeVllm.texts(server.asked().getLast())).containsExactly("passage: parse Http");
    query(embedder, "parseHttp");
    assertThat(FakeVllm.texts(server.asked().getLast())).containsExactly("query: parse Http");
    assertThat(embedder.documentTokensMax()).isEqualTo(508);
    var own = open(Map.of("CODEINTEL_QUERY_PREFIX", "\"\"", "CODEINTEL_DOCUMENT_PREFIX", "x:"));
    embed(own, "parseHttp");
    assertThat(FakeVllm.texts(server.asked().getLast())).containsExactly("x:parse Http");
    query(own, "parseHttp");
    assertThat(FakeVllm.texts(server.asked().getLast())).containsExactly("parse Http");
  }

  /** Pages of one answer ask the same; so do agents. */
  @Test
  void aQueryThatWasAskedLatelyIsNotAskedAgain() {
    var embedder = open(Map.of());
    var first = query(embedder, "where is it");
    var asked = server.asked().size();
    assertThat(query(embedder, "where is it")).isEqualTo(first);
    assertThat(server.asked()).hasSize(asked);
    for (var i = 0; i < 256; i++) {
      query(embedder, "other " + i);
    }
    query(embedder, "where is it");
    assertThat(server.asked()).hasSize(asked + 257);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everyTextGetsItsVectorWhateverTheBatchesAndTheEncoding(boolean floats) {
    if (floats) {
      server.floats();
    }
    var random = Seeded.random();
    var embedder = open(Map.of("VLLM_BATCH_SIZE", "7"));
    var texts =
        IntStream.range(0, 50)
            .mapToObj(i -> "text " + i + " word".repeat(random.nextInt(200)))
            .toArray(String[]::new);
    assertRight(embed(embedder, texts), texts);
    var sizes = server.asked().stream().skip(1).map(each -> FakeVllm.texts(each).size()).toList();
    assertThat(sizes).containsExactly(7, 7, 7, 7, 7, 7, 7, 1);
  }

  /** The default dimension was 2,560, the model gave 3,584, and nobody noticed. */
  @ParameterizedTest
  @CsvSource({"384, 32 floats, not 384", "16, 32 floats, not 16"})
  void refusesAtOnceAModelOfAnotherDimension(String wanted, String finding) {
    assertThatThrownBy(() -> open(Map.of("VEC_DIM", wanted)))
        .isInstanceOf(EmbeddingException.class)
        .hasMessageContainingAll(finding, "VEC_DIM", "org/model");
  }

  @Test
  void aModelThatDoesNotShortenItsVectorsSaysSo() {
    var words = "Model \\\"X\\\" does not support matryoshka representation";
    server.then(server::embed).then((_, reply) -> reply.send(400, FakeVllm.error(400, words)));
    assertThatThrownBy(() -> open(Map.of("VEC_DIM", "16")))
        .isInstanceOf(EmbeddingException.class)
        .hasMessageContainingAll("of 32 floats, not 16", "does not support matryoshka");
  }

  @Test
  void aModelThatShortensItsVectorsIsAskedTo() {
    server.always(
        (request, reply) -> {
          var text = FakeVllm.texts(request).getFirst();
          var length = request.text().contains("\"dimensions\":16") ? 16 : 32;
          var vector = Arrays.copyOf(FakeVllm.vector(text), length);
          reply.send(200, FakeVllm.body(FakeVllm.item(0, FakeVllm.base64(vector))));
        });
    var embedder = open(Map.of("VEC_DIM", "16"));
    assertThat(embedder.dimension()).isEqualTo(16);
    assertThat(embedder.identity()).contains("dimension/16-shortened");
    assertThat(embed(embedder, "a").getFirst()).hasSize(16);
    assertThat(open(Map.of("VEC_DIM", "32")).identity()).contains("dimension/32 ");
  }

  @Test
  void aModelThatGivesNoVectorsIsRefused() {
    server.always((_, reply) -> reply.send(200, FakeVllm.body(FakeVllm.item(0, "[0, 0, 0]"))));
    assertThatThrownBy(() -> open(Map.of()))
        .isInstanceOf(EmbeddingException.class)
        .hasMessageContaining("zero or not finite");
  }

  @Test
  void anAnswerThatIsNotTheVectorsAskedForNamesTheServer() {
    var embedder = open(Map.of());
    server.then((_, reply) -> reply.send(200, FakeVllm.body()));
    assertThatThrownBy(() -> embed(embedder, "a"))
        .isInstanceOf(EmbeddingException.class)
        .hasMessageContainingAll("0 vectors for 1 texts", "http://127.0.0.1:", "VLLM_URL");
  }

  @Test
  void anErrorCarriesTheServersWordsAndWhatToDo() {
    server.then((_, reply) -> reply.send(401, "{\"error\":\"Unauthorized\"}"));
    assertThatThrownBy(() -> open(Map.of("VLLM_API_KEY", "wrong")))
        .isInstanceOf(EmbeddingException.class)
        .hasMessageContainingAll("401", "Unauthorized", "VLLM_API_KEY")
        .hasMessageNotContaining("wrong");
  }

  @Test
  void credentialsInTheAddressAreNotShown() {
    var url = server.url().replace("//", "//me:password@");
    var settings = Settings.load(Optional.empty(), Map.of("HOME", "/nonexistent", "VLLM_URL", url));
    try (var connections = new Connections(1, 1)) {
      assertThat(new OpenAiClient(settings, connections).address()).isEqualTo(server.url());
    }
  }

  /** A batch failed for a moment's rush of the server, and half an hour of work was lost. */
  @ParameterizedTest
  @CsvSource({"429", "502", "503", "504"})
  void asksAgainWhatMayPass(int status) {
    var embedder = open(Map.of());
    server
        .then((_, reply) -> reply.send(status, FakeVllm.error(status, "full"), "Retry-After: 0"))
        .then((_, reply) -> reply.send(status, ""));
    assertRight(embed(embedder, "a"), "a");
    assertThat(server.asked()).hasSize(1 + 3);
  }

  /** 400 to a request that is wrong comes again however often it is sent. */
  @ParameterizedTest
  @CsvSource({
    "400, BadRequest, 2",
    "401, Unauthorized, 1",
    "404, The model does not exist, 1",
    "500, input is too large to process, 2",
    "500, internal, 2",
    "501, no embeddings, 1"
  })
  void doesNotAskAgainWhatWillNotPass(int status, String words, int requests) {
    var embedder = open(Map.of());
    server.always((_, reply) -> reply.send(status, FakeVllm.error(status, words)));
    assertThatThrownBy(() -> embed(embedder, "a"))
        .isInstanceOf(EmbeddingException.class)
        .hasMessageContainingAll(Integer.toString(status), words);
    // The second is a text that must work, before the first is blamed.
    assertThat(server.asked()).hasSize(1 + requests);
  }

  @Test
  void aServerThatWantsToBeLeftAloneForLongIsAnOutage() {
    var embedder = open(Map.of());
    server.always((_, reply) -> reply.send(429, "", "Retry-After: 3600"));
    assertThatThrownBy(() -> embed(embedder, "a"))
        .isInstanceOf(EmbeddingException.class)
        .hasMessageContainingAll("429", "busy");
    assertThat(server.asked()).hasSize(2);
  }

  /** A server closes an idle connection just as a request is sent on it. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void asksAgainWhenTheConnectionBreaksBeforeAnAnswer(boolean rudely) {
    var embedder = open(Map.of());
    HttpPeer.Handler end = (_, reply) -> end(reply, rudely);
    server.then(end).then(end);
    assertRight(embed(embedder, "a"), "a");
    assertThat(server.asked()).hasSize(1 + 3);
  }

  private static void end(HttpPeer.Reply reply, boolean rudely) throws IOException {
    if (rudely) {
      reply.reset();
    } else {
      reply.close();
    }
  }

  @Test
  void aServerThatNeverAnswersIsGivenUpAfterSeconds() {
    var embedder = open(Map.of());
    server.always((_, reply) -> reply.close());
    assertThatThrownBy(() -> embed(embedder, "a"))
        .isInstanceOf(EmbeddingException.class)
        .hasMessageContainingAll("Cannot reach", "lexical search still works");
    assertThat(server.asked()).hasSize(1 + 5);
  }

  /** Wherever a connection breaks: the right vectors or a typed error, never a part of a vector. */
  @Test
  void aConnectionMayBreakAtEveryByte() {
    var settings = server.settings(Map.of());
    var right = HttpPeer.bytes(200, FakeVllm.body(item("a", 1), item("b", 0)));
    var head = new String(right, StandardCharsets.US_ASCII).indexOf("\r\n\r\n") + 4;
    var vectors = Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, 2 * DIMENSION);
    try (var connections = new Connections(4, 4)) {
      for (var cut = 0; cut <= right.length; cut++) {
        var part = Arrays.copyOf(right, cut);
        var whole = cut == right.length;
        server.then(
            (_, reply) -> {
              reply.send(part);
              end(reply, !whole && part.length % 2 == 0);
            });
        var client = new OpenAiClient(settings, connections); // one that knows of no outage
        var wait = new Wait(CancelToken.create(), Duration.ofSeconds(30));
        var run =
            new TextRun(
                client,
                new EmbeddingRequest("org/model", 0, true),
                DIMENSION,
                Lane.DOCUMENT,
                () -> wait);
        var texts = List.of("b", "a");
        vectors.fill((byte) 0);
        if (cut < head || whole) {
          assertThat(run.embed(texts, List.of(new int[] {0, 1}), vectors)).isEmpty();
          assertRight(List.of(row(vectors, 0, DIMENSION), row(vectors, 1, DIMENSION)), "b", "a");
        } else {
          assertThatThrownBy(() -> run.embed(texts, List.of(new int[] {0, 1}), vectors))
              .as("cut at %d of %d", cut, right.length)
              .isInstanceOf(EmbeddingException.class);
        }
      }
    }
  }

  private static String item(String text, int index) {
    return FakeVllm.item(index, FakeVllm.base64(FakeVllm.vector(text)));
  }

  @Test
  void anAnswerInChunksAndDripsIsReadAsItComes() {
    var embedder = open(Map.of());
    server.then(
        (request, reply) -> {
          var body = server.answer(request).getBytes(StandardCharsets.UTF_8);
          reply.send(
              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
          for (var at = 0; at < body.length; at += 5) {
            var part = Arrays.copyOfRange(body, at, Math.min(body.length, at + 5));
            reply.send(
                (Integer.toHexString(part.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            reply.send(part);
            reply.send("\r\n".getBytes(StandardCharsets.US_ASCII));
          }
          reply.send("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        });
    assertRight(embed(embedder, "a b", "c"), "a b", "c");
    assertThat(server.peer().accepted()).isEqualTo(1);
  }

  /** A client a batch, as it was before, opens a connection a batch. */
  @Test
  void aHundredBatchesUseOneConnection() {
    var embedder = open(Map.of());
    for (var i = 0; i < 100; i++) {
      assertRight(embed(embedder, "text " + i), "text " + i);
    }
    assertThat(server.peer().accepted()).isEqualTo(1);
  }

  @Test
  void aHundredBatchesAtOnceUseNoMoreConnectionsThanAllowed() throws Exception {
    var atOnce = new AtomicInteger();
    var most = new AtomicInteger();
    var embedder = open(Map.of("VLLM_MAX_CONNECTIONS", "4"));
    server.always(
        (request, reply) -> {
          most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
          server.embed(request, reply);
          atOnce.decrementAndGet();
        });
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var calls = new ArrayList<Future<?>>();
      for (var i = 0; i < 100; i++) {
        var text = "text " + i;
        calls.add(threads.submit(() -> assertRight(embed(embedder, text), text)));
      }
      for (var call : calls) {
        call.get();
      }
    }
    assertThat(server.peer().accepted()).isBetween(1, 4);
    assertThat(most).hasValueBetween(1, 3); // one is kept for queries
  }

  /** llama.cpp's server closes a connection after a hundred requests, others after each. */
  @ParameterizedTest
  @ValueSource(strings = {"Connection: close", "X-Nothing: said"})
  void aServerMayCloseAfterEveryAnswer(String header) {
    var embedder = open(Map.of());
    server.always(
        (request, reply) -> {
          reply.send(200, server.answer(request), header);
          reply.close();
        });
    for (var i = 0; i < 20; i++) {
      assertRight(embed(embedder, "text " + i), "text " + i);
    }
  }

  /** One file that the tokenizer could not read kept a whole repository without vectors. */
  @Test
  void aPoisonedTextDoesNotStopTheRest() {
    var embedder = open(Map.of("VLLM_BATCH_SIZE", "16"));
    var texts = IntStream.range(0, 16).mapToObj(i -> "text " + i).toArray(String[]::new);
    texts[3] = "text poison";
    texts[12] = "text notanumber";
    var vectors = new ArrayList<float[]>();
    var refused = embed(embedder, vectors, texts);
    assertThat(refused.stream().map(Refusal::document)).containsExactly(3, 12);
    assertThat(refused.getFirst().reason()).contains("400", "The tokenizer cannot read it");
    assertThat(refused.getLast().reason()).contains("zero or not finite");
    for (var i = 0; i < 16; i++) {
      if (i != 3 && i != 12) {
        assertRight(vectors.subList(i, i + 1), texts[i]);
      }
    }
    // Halves of 16 down to one, and the texts that prove the server right.
    assertThat(server.asked().size()).isLessThan(1 + 9 + 3);
  }

  /** A server out of memory would have emptied the index of every vector. */
  @Test
  void aServerThatRefusesEveryTextIsToBlameItself() {
    var embedder = open(Map.of());
    server.always((_, reply) -> reply.send(500, FakeVllm.error(500, "CUDA out of memory")));
    assertThatThrownBy(() -> embed(embedder, "a", "b", "c"))
        .isInstanceOf(EmbeddingException.class)
        .hasMessageContaining("CUDA out of memory");
  }

  @Test
  void aServerWhoseEveryVectorIsNoneIsToBlameItself() {
    var embedder = open(Map.of());
    server.always(
        (request, reply) -> {
          var items = new ArrayList<String>();
          for (var i = 0; i < FakeVllm.texts(request).size(); i++) {
            items.add(FakeVllm.item(i, FakeVllm.base64(new float[DIMENSION])));
          }
          reply.send(200, FakeVllm.body(items.toArray(String[]::new)));
        });
    assertThatThrownBy(() -> embed(embedder, "a", "b"))
        .isInstanceOf(EmbeddingException.class)
        .hasMessageContaining("zero or not finite");
  }

  /** Only the first thousand characters of a chunk were embedded, and nobody was told. */
  @Test
  void aTextThatIsTooLongIsEmbeddedInHalves() {
    server.charsMax(100);
    var embedder = open(Map.of());
    var lines = "alpha beta\n".repeat(9) + "gamma delta epsilon\n".repeat(4);
    var vectors = embed(embedder, lines, "short");
    assertRight(vectors.subList(1, 2), "short");
    var half = lines.length() / 2;
    var cut = lines.lastIndexOf('\n', half) + 1;
    var first = FakeVllm.vector(lines.substring(0, cut));
    var second = FakeVllm.vector(lines.substring(cut));
    var sum = new float[DIMENSION];
    var squares = 0.0;
    for (var i = 0; i < DIMENSION; i++) {
      sum[i] = first[i] + second[i];
      squares += sum[i] * sum[i];
    }
    for (var i = 0; i < DIMENSION; i++) {
      assertThat(vectors.getFirst()[i])
          .isEqualTo((float) (sum[i] / Math.sqrt(squares)), within(1e-5f));
    }
  }

  @Test
  void aTextThatIsTooLongInEveryPartIsRefused() {
    server.charsMax(20);
    var embedder = open(Map.of());
    var line = "𝄞".repeat(100);
    var refused = embed(embedder, new ArrayList<>(), line, "short");
    assertThat(refused).singleElement().satisfies(each -> assertThat(each.document()).isZero());
    server.charsMax(150);
    assertThat(embed(embedder, new ArrayList<>(), "a" + line + " poison")).hasSize(1);
    assertRight(embed(embedder, "short"), "short");
  }

  @Test
  void aQueryThatIsRefusedSaysWhy() {
    var embedder = open(Map.of());
    assertThatThrownBy(() -> query(embedder, "poison"))
        .isInstanceOf(EmbeddingException.class)
        .hasMessageContaining("The tokenizer cannot read it");
    query(embedder, "fine");
  }

  /** Every search of half an hour waited for the retries of a server that was away. */
  @Test
  void anOutageIsPaidForOnce() {
    var embedder = open(Map.of());
    server.always((_, reply) -> reply.send(503, ""));
    assertThatThrownBy(() -> query(embedder, "a")).isInstanceOf(EmbeddingException.class);
    var requests = server.peer().requests().size();
    for (var i = 0; i < 50; i++) {
      assertThatThrownBy(() -> query(embedder, "a"))
          .isInstanceOf(EmbeddingException.class)
          .hasMessageContaining("answered 503");
    }
    assertThat(server.peer().requests().size() - requests).isLessThan(50); // two each without it
    server.always(server::embed);
    Jar.await("the server is used again", () -> answers(embedder));
    assertThat(server.peer().requests().stream().filter(each -> each.path().equals("/health")))
        .hasSizeGreaterThan(1);
  }

  private static boolean answers(OpenAiEmbedder embedder) {
    try {
      query(embedder, "a");
      return true;
    } catch (EmbeddingException e) {
      return false;
    }
  }

  @Test
  void aQueryDoesNotStandBehindDocuments() throws Exception {
    var embedder = open(Map.of("VLLM_MAX_CONNECTIONS", "2"));
    var waiting = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    server.then(
        (request, reply) -> {
          waiting.countDown();
          HttpPeer.awaitLatch(go);
          server.embed(request, reply);
        });
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var documents = new ArrayList<Future<?>>();
      for (var i = 0; i < 10; i++) {
        documents.add(threads.submit(() -> embed(embedder, "document")));
      }
      waiting.await();
      query(embedder, "query");
      assertThat(server.asked()).hasSize(1 + 1 + 1);
      go.countDown();
      for (var document : documents) {
        document.get();
      }
    }
  }

  /** A search waited for a busy server until its own time was up, and found nothing at all. */
  @Test
  void aQueryLeavesHalfOfItsTimeToASearchByWords() {
    var embedder = open(Map.of("QUERY_TIMEOUT_S", "6")); // and to open it may take 3 s
    server.then((_, reply) -> reply.stall());
    assertThatThrownBy(() -> query(embedder, "a"))
        .isInstanceOf(EmbeddingException.class)
        .hasMessageContainingAll("no answer in 3 s", "lexical");
    assertRight(embed(embedder, "documents go on"), "documents go on");
  }

  @Test
  void aCancelEndsTheWaitForAnAnswerAndTheRequest() {
    var embedder = open(Map.of());
    var cancel = CancelToken.create();
    server.then(
        (_, reply) -> {
          cancel.cancel();
          reply.stall();
        });
    assertThatThrownBy(() -> embed(embedder, cancel, new ArrayList<>(), "a"))
        .isInstanceOfSatisfying(
            CodeintelException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
    assertRight(embed(embedder, "b"), "b"); // and nothing is broken
  }

  /** An answer that came late wrote into memory that was somebody else's by then. */
  @Test
  void behindACancelTheCallersMemoryIsNotTouched() throws Exception {
    var embedder = open(Map.of());
    var cancel = CancelToken.create();
    var left = new CountDownLatch(1);
    var sent = new CountDownLatch(1);
    server.then(
        (request, reply) -> {
          var answer = HttpPeer.bytes(200, server.answer(request));
          reply.send(Arrays.copyOf(answer, answer.length / 2));
          cancel.cancel();
          HttpPeer.awaitLatch(left);
          try {
            reply.send(Arrays.copyOfRange(answer, answer.length / 2, answer.length));
          } finally {
            sent.countDown();
          }
        });
    try (var arena = Arena.ofShared()) {
      var vectors = arena.allocate(ValueLayout.JAVA_FLOAT, DIMENSION);
      assertThatThrownBy(() -> embedder.embedDocuments(List.of("a"), vectors, cancel))
          .isInstanceOf(CodeintelException.class);
      var seen = vectors.toArray(ValueLayout.JAVA_FLOAT);
      left.countDown();
      sent.await();
      embed(embedder, "b");
      assertThat(vectors.toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(seen);
    }
  }

  /** A reader that waits for the rest of a body looks at no token. */
  @Test
  void aDeadlineEndsTheWaitForTheRestOfAnAnswer() {
    var embedder = open(Map.of());
    server.then(OpenAiEmbedderTest::half);
    var deadline = CancelToken.withDeadline(Duration.ofMillis(300));
    assertThatThrownBy(() -> embed(embedder, deadline, new ArrayList<>(), "a"))
        .isInstanceOfSatisfying(
            CodeintelException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TIMEOUT));
  }

  @Test
  void anAnswerThatStopsInTheMiddleIsGivenUpAfterTheTimeout() {
    var embedder = open(Map.of("VLLM_TIMEOUT_S", "3")); // and to open it may take as long
    server.then(OpenAiEmbedderTest::half);
    assertThatThrownBy(() -> embed(embedder, "a"))
        .isInstanceOf(EmbeddingException.class)
        .hasMessageContainingAll("in 3 s", "VLLM_TIMEOUT_S");
  }

  private static void half(HttpPeer.Request request, HttpPeer.Reply reply) throws IOException {
    var answer = HttpPeer.bytes(200, FakeVllm.body(item("a", 0)));
    reply.send(Arrays.copyOf(answer, answer.length / 2));
    reply.stall();
  }

  @Test
  void afterCloseACallIsRefused() {
    var embedder = open(Map.of());
    embedder.close();
    embedder.close();
    assertThatThrownBy(() -> embed(embedder, "a")).isInstanceOf(IllegalStateException.class);
    Jar.await("the connection is closed", () -> server.peer().open() == 0);
  }

  /** Connections were closed under requests, and a batch that was paid for was lost. */
  @Test
  void closeLetsRequestsInFlightFinish() throws InterruptedException, ExecutionException {
    var embedder = open(Map.of());
    var waiting = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    server.then(
        (request, reply) -> {
          waiting.countDown();
          HttpPeer.awaitLatch(go);
          server.embed(request, reply);
        });
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var call = threads.submit(() -> embed(embedder, "a"));
      waiting.await();
      assertThat(gauge()).isEqualTo(1);
      var close = threads.submit(embedder::close);
      Jar.await("no more is taken", () -> isClosed(embedder));
      assertThat(close.isDone()).isFalse();
      go.countDown();
      assertRight(call.get(), "a");
      close.get();
    }
    assertThat(gauge()).isZero();
  }

  private static boolean isClosed(OpenAiEmbedder embedder) {
    try {
      embed(embedder, "is it closed");
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }

  private static double gauge() {
    var name = "codeintel_vllm_http_connections_open";
    var gauge = (GaugeSnapshot) Metrics.registry().scrape(name::equals).stream().findFirst().get();
    return gauge.getDataPoints().getFirst().getValue();
  }

  @Test
  void memoryOfOneThreadIsRefusedBeforeTheServerIsAsked() {
    var embedder = open(Map.of());
    try (var arena = Arena.ofConfined()) {
      var vectors = arena.allocate(ValueLayout.JAVA_FLOAT, DIMENSION);
      assertThatThrownBy(() -> embedder.embedDocuments(List.of("a"), vectors, CancelToken.create()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("one thread");
      assertThatThrownBy(
              () -> embedder.embedDocuments(List.of("a", "b"), vectors, CancelToken.create()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("128 bytes for 2 vectors");
    }
    assertThat(server.asked()).hasSize(1);
  }

  private static float[] query(OpenAiEmbedder embedder, String text) {
    var vector = Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, embedder.dimension());
    embedder.embedQuery(text, vector, CancelToken.create());
    return vector.toArray(ValueLayout.JAVA_FLOAT);
  }

  private static List<float[]> embed(OpenAiEmbedder embedder, String... texts) {
    var vectors = new ArrayList<float[]>();
    assertThat(embed(embedder, vectors, texts)).isEmpty();
    return vectors;
  }

  private static List<Refusal> embed(
      OpenAiEmbedder embedder, List<float[]> vectors, String... texts) {
    return embed(embedder, CancelToken.create(), vectors, texts);
  }

  private static List<Refusal> embed(
      OpenAiEmbedder embedder, CancelToken cancel, List<float[]> vectors, String... texts) {
    var dimension = embedder.dimension();
    try (var arena = Arena.ofShared()) {
      var memory = arena.allocate(ValueLayout.JAVA_FLOAT, (long) texts.length * dimension);
      var refused = embedder.embedDocuments(List.of(texts), memory, cancel);
      for (var i = 0; i < texts.length; i++) {
        vectors.add(row(memory, i, dimension));
      }
      return refused;
    }
  }

  private static float[] row(MemorySegment vectors, int row, int dimension) {
    var bytes = (long) dimension * Float.BYTES;
    return vectors.asSlice(row * bytes, bytes).toArray(ValueLayout.JAVA_FLOAT);
  }

  private static void assertRight(List<float[]> vectors, String... texts) {
    assertThat(vectors).hasSize(texts.length);
    for (var i = 0; i < texts.length; i++) {
      assertThat(vectors.get(i)).containsExactly(FakeVllm.vector(texts[i]), within(1e-6f));
    }
  }
}
