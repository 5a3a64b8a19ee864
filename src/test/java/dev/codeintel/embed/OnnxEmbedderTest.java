package dev.codeintel.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.codeintel.chunk.Chunk;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.testkit.Seeded;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxEmbedderTest {

  private static final Path CACHE = Path.of("target", "test-cache");

  /** Whatever the machine has, several run beside each other. */
  private static final int THREADS = 3;

  private static final String CODE =
      "int parse(Reader in) throws IOException { return in.read(); }";

  private static OnnxEmbedder embedder;

  @BeforeAll
  static void open() {
    embedder = OnnxEmbedder.open(CACHE, THREADS);
  }

  @AfterAll
  static void close() {
    embedder.close();
  }

  /** {@code status} unpacked and loaded 45 MB to learn which folder it was to look into. */
  @Test
  void whoAsksForNoVectorLoadsNoModel(@TempDir Path cache) {
    try (var idle = OnnxEmbedder.open(cache, 1)) {
      assertThat(idle.identity()).isEqualTo(embedder.identity());
      assertThat(idle.dimension()).isEqualTo(384);
      assertThat(idle.tokens().count("parseHeader")).isPositive();
      assertThat(cache).isEmptyDirectory();
    }
  }

  /** Pooling, prefix and cut are silent when wrong: search only becomes worse. */
  @Test
  void givesTheVectorsOfAnIndependentRun() {
    for (var line : golden()) {
      var fields = line.split("\t");
      var text = text(fields[1]);
      var vector = fields[0].equals("query") ? query(text) : document(text);
      // Processors differ in their int8 kernels: near, not equal.
      assertThat(cosine(vector, floats(fields[2]))).as(fields[1]).isGreaterThan(0.999);
      assertThat(cosine(vector, vector)).as("norm of %s", fields[1]).isCloseTo(1, within(1e-6));
    }
  }

  /** In a batch of 64 no vector of the int8 model was that of its text alone. */
  @Test
  void aVectorIsAFunctionOfItsTextAlone() {
    var texts =
        IntStream.range(0, 24).mapToObj(i -> CODE.repeat(1 + i % 5) + " // number " + i).toList();
    var together = documents(texts);
    for (var i = 0; i < texts.size(); i++) {
      assertThat(document(texts.get(i))).as(texts.get(i)).isEqualTo(together.get(i));
    }
  }

  /** The same run twice gave two indexes, since what ran beside a text moved its vector. */
  @Test
  void aVectorHasTheSameBitsWhateverRunsBesideIt() throws Exception {
    var random = Seeded.random();
    var texts =
        IntStream.range(0, 12).mapToObj(i -> CODE.repeat(1 + random.nextInt(12)) + i).toList();
    var alone = texts.stream().map(OnnxEmbedderTest::document).toList();
    var aloneQuery = query("how are readers parsed");
    try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      var runs = new ArrayList<Future<?>>();
      for (var caller = 0; caller < 4; caller++) {
        var order = new ArrayList<>(IntStream.range(0, texts.size()).boxed().toList());
        Collections.shuffle(order, random);
        var query = "query number " + caller; // or the cache would answer
        runs.add(
            callers.submit(
                () -> {
                  query(query);
                  var vectors = documents(order.stream().map(texts::get).toList());
                  for (var i = 0; i < order.size(); i++) {
                    assertThat(vectors.get(i)).isEqualTo(alone.get(order.get(i)));
                  }
                }));
      }
      for (var run : runs) {
        run.get();
      }
    }
    try (var other = OnnxEmbedder.open(CACHE, 1);
        var arena = Arena.ofConfined()) {
      var vector = arena.allocate(ValueLayout.JAVA_FLOAT, 384);
      other.embedQuery("how are readers parsed", vector, CancelToken.create());
      assertThat(vector.toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(aloneQuery);
    }
  }

  /** A text over the limit failed the whole batch, or was cut at 1,000 characters. */
  @Test
  void aTextOverTheLimitIsCutAtTheLimitOfTheModel() {
    var words = "alpha beta gamma delta ".repeat(200); // 800 tokens
    assertThat(embedder.tokens().count(words)).isGreaterThan(embedder.documentTokensMax());
    var cut = "alpha beta gamma delta ".repeat(127) + "alpha beta"; // 510
    assertThat(embedder.tokens().count(cut)).isEqualTo(embedder.documentTokensMax());
    assertThat(document(words)).isEqualTo(document(cut));
    assertThat(document(words)).isNotEqualTo(document(cut.substring(0, 1_000)));
  }

  @Test
  void anEmptyListIsNothingToDo() {
    assertThat(documents(List.of())).isEmpty();
  }

  /** Without the split camelCase cost 0.04 of mean reciprocal rank. */
  @Test
  void identifiersAreSplitInDocumentsQueriesAndCounts() {
    assertThat(document("parseHTTPResponse2")).isEqualTo(document("parse HTTP Response 2"));
    assertThat(query("parseHTTPResponse2")).isEqualTo(query("parse HTTP Response 2"));
    assertThat(embedder.tokens().count("parseHTTPResponse2"))
        .isEqualTo(embedder.tokens().count("parse HTTP Response 2"));
  }

  /** The path in the vector gains nothing and ties it to one place: the header is the symbol. */
  @Test
  void theDocumentTextIsTheSymbolAndTheSource() {
    assertThat(embedder.documentText(new Chunk(1, 2, 0, 9, Optional.of("Foo.bar"), "int x;\n")))
        .isEqualTo("Foo.bar\nint x;\n");
    assertThat(embedder.documentText(new Chunk(1, 2, 0, 9, Optional.empty(), "int x;\n")))
        .isEqualTo("int x;\n");
  }

  @Test
  void aQuestionIsNearestToTheCodeThatAnswersIt() {
    var snippets =
        List.of(
            "void close() { if (!closed) { closed = true; socket.shutdownOutput(); } }",
            "double mean(double[] xs) { double s = 0; for (double x : xs) s += x; return s / n; }",
            "Duration backoff(int attempt) { return base.multipliedBy(1L << attempt); }",
            "String escapeHtml(String s) { return s.replace(\"<\", \"&lt;\"); }",
            "List<Path> walk(Path root) { return Files.walk(root).toList(); }");
    var vectors = documents(snippets);
    var questions =
        List.of(
            "how are connections closed",
            "compute the average of numbers",
            "how long to wait before the next retry",
            "where is markup made harmless",
            "list all files below a folder");
    for (var i = 0; i < questions.size(); i++) {
      var question = query(questions.get(i));
      var nearest =
          IntStream.range(0, 5)
              .boxed()
              .max(
                  (a, b) ->
                      Double.compare(
                          cosine(question, vectors.get(a)), cosine(question, vectors.get(b))));
      assertThat(nearest).as(questions.get(i)).contains(i);
    }
  }

  /** Vectors of two models, or of two ways to pool, must never meet. */
  @Test
  void theIdentityIsOneLineThatNamesModelWeightsAndPreparation() {
    assertThat(embedder.identity())
        .isEqualTo(
            "bge-small-en-v1.5-q 6c9c6101a956d62d wordpiece/1 ids/512 split/1 header/symbol-1"
                + " pooling/cls+mean-1 query/plain+prefixed-1");
    assertThat(embedder.dimension()).isEqualTo(384);
  }

  @Test
  void aCancelledCallEndsBetweenTexts() {
    var cancel = CancelToken.create();
    cancel.cancel();
    try (var arena = Arena.ofConfined()) {
      var vectors = arena.allocate(ValueLayout.JAVA_FLOAT, 64 * 384);
      assertThatThrownBy(
              () -> embedder.embedDocuments(Collections.nCopies(64, CODE), vectors, cancel))
          .isInstanceOfSatisfying(
              CodeintelException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
      assertThatThrownBy(() -> embedder.embedQuery("retry", vectors, cancel))
          .isInstanceOfSatisfying(
              CodeintelException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
    }
    assertThat(document(CODE)).hasSize(384);
  }

  @Test
  void tooLittleRoomIsRefusedBeforeTheModelRuns() {
    try (var arena = Arena.ofConfined()) {
      var room = arena.allocate(ValueLayout.JAVA_FLOAT, 384);
      assertThatThrownBy(
              () -> embedder.embedDocuments(List.of("a", "b"), room, CancelToken.create()))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** A session freed under a running call ends the VM. */
  @Test
  void closeWaitsForCallsInFlightAndMayBeCalledTwice() throws Exception {
    var own = OnnxEmbedder.open(CACHE, THREADS);
    var started = new CountDownLatch(16);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var calls =
          IntStream.range(0, 16)
              .mapToObj(
                  i ->
                      threads.submit(
                          () -> {
                            try (var arena = Arena.ofConfined()) {
                              var vectors = arena.allocate(ValueLayout.JAVA_FLOAT, 4 * 384);
                              for (var round = 0; ; round++) {
                                own.embedDocuments(
                                    Collections.nCopies(4, CODE), vectors, CancelToken.create());
                                assertThat(vectors.getAtIndex(ValueLayout.JAVA_FLOAT, 4 * 384 - 1))
                                    .isNotZero();
                                if (round == 0) {
                                  started.countDown();
                                }
                              }
                            }
                          }))
              .toList();
      started.await();
      own.close();
      own.close();
      for (var call : calls) {
        assertThat(failure(call)).isExactlyInstanceOf(IllegalStateException.class);
      }
    }
    try (var arena = Arena.ofConfined()) {
      var vector = arena.allocate(ValueLayout.JAVA_FLOAT, 384);
      assertThatThrownBy(() -> own.embedQuery("a", vector, CancelToken.create()))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void anotherPlatformIsToldWhatWorksWithoutTheModel() {
    for (var platform : List.of("Mac OS X/aarch64", "Windows 11/amd64", "Linux/aarch64")) {
      var parts = platform.split("/");
      assertThatThrownBy(() -> OnnxModel.requirePlatform(parts[0], parts[1]))
          .isInstanceOf(EmbeddingException.class)
          .hasMessageContainingAll(parts[0], parts[1], "exical search still works", "VLLM_URL");
    }
    OnnxModel.requirePlatform("Linux", "amd64");
  }

  /**
   * ONNX Runtime unpacked 40 MB to the temporary folder at every start, kept a device id, a
   * database and a log for reports to its maker, warned on stderr, and freed its environment in a
   * shutdown hook under running threads: a segmentation fault at exit.
   */
  @Test
  void aProcessLeavesNothingBehindAndMayEmbedUntilItsEnd(@TempDir Path folder) throws Exception {
    var builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + folder,
                "-XX:ErrorFile=" + folder.resolve("crash"),
                "-cp",
                System.getProperty("java.class.path"),
                LastWords.class.getName(),
                CACHE.toString())
            .redirectOutput(folder.resolve("out").toFile())
            .redirectError(folder.resolve("err").toFile());
    // Nothing else of ours: where it finds the variables of a build server it is silent by itself.
    builder.environment().clear();
    builder.environment().putAll(Map.of("HOME", folder.toString(), "TMPDIR", folder.toString()));
    var process = builder.start();
    assertThat(process.waitFor()).as(Files.readString(folder.resolve("out"))).isZero();
    assertThat(folder.resolve("err")).isEmptyFile();
    assertThat(folder.resolve("out")).hasContent("[err, out]\nembedded while exiting\n");
    try (var left = Files.list(folder)) {
      assertThat(left).map(file -> file.getFileName().toString()).containsOnly("out", "err");
    }
  }

  private static Throwable failure(Future<?> call) throws InterruptedException {
    try {
      return new AssertionError("ended with " + call.get());
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }

  private static float[] document(String text) {
    return documents(List.of(text)).getFirst();
  }

  private static List<float[]> documents(List<String> texts) {
    try (var arena = Arena.ofConfined()) {
      var vectors = arena.allocate(ValueLayout.JAVA_FLOAT, texts.size() * 384L);
      embedder.embedDocuments(texts, vectors, CancelToken.create());
      return IntStream.range(0, texts.size())
          .mapToObj(i -> vectors.asSlice(i * 384L * 4, 384 * 4).toArray(ValueLayout.JAVA_FLOAT))
          .toList();
    }
  }

  private static float[] query(String text) {
    try (var arena = Arena.ofConfined()) {
      var vector = arena.allocate(ValueLayout.JAVA_FLOAT, 384);
      embedder.embedQuery(text, vector, CancelToken.create());
      return vector.toArray(ValueLayout.JAVA_FLOAT);
    }
  }

  private static double cosine(float[] a, float[] b) {
    var sum = 0.0;
    for (var i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  private static List<String> golden() {
    try (var in = OnnxEmbedderTest.class.getResourceAsStream("/embed/vectors.tsv")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(String field) {
    var times = field.lastIndexOf('*');
    var whole =
        times < 0
            ? field
            : field.substring(0, times).repeat(Integer.parseInt(field.substring(times + 1)));
    return whole.replace("\\n", "\n");
  }

  private static float[] floats(String base64) {
    var bytes = ByteBuffer.wrap(Base64.getDecoder().decode(base64)).order(ByteOrder.LITTLE_ENDIAN);
    var floats = new float[bytes.remaining() / Float.BYTES];
    bytes.asFloatBuffer().get(floats);
    return floats;
  }
}
