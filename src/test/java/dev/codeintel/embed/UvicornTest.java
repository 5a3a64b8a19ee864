package dev.codeintel.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.codeintel.config.Settings;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.testkit.Jar;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Against the HTTP server that vLLM runs on, uvicorn with httptools, where {@code
 * scripts/test-uvicorn} has put it.
 */
@Tag("real-server")
class UvicornTest {

  private static final Path HOME = Path.of("target/uvicorn").toAbsolutePath();
  private static final Path PACKAGES = HOME.resolve("usr/lib/python3/dist-packages");
  private static final Pattern ADDRESS = Pattern.compile("running on (http://127.0.0.1:\\d+)");

  @TempDir private static Path folder;
  private static Process server;
  private static String address;

  @BeforeAll
  static void start() throws IOException {
    if (!Files.isDirectory(PACKAGES)) {
      var reason =
          "Skipped: no uvicorn in target/uvicorn; scripts/test-uvicorn fetches and runs it.";
      System.err.println(reason);
      Assumptions.abort(reason);
    }
    var log = folder.resolve("log");
    var builder =
        new ProcessBuilder(
                "/usr/bin/python3",
                "-m",
                "uvicorn",
                "--http",
                "httptools",
                "--host",
                "127.0.0.1",
                "--port",
                "0",
                "--app-dir",
                Path.of("src/test/resources/embed").toAbsolutePath().toString(),
                "vllm_app:app")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("PYTHONPATH", PACKAGES.toString());
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    builder
        .environment()
        .put("LD_LIBRARY_PATH", HOME.resolve("usr/lib/x86_64-linux-gnu").toString());
    server = builder.start();
    Jar.await("uvicorn listens", () -> isListening(log));
  }

  private static boolean isListening(Path log) {
    try {
      var said = Files.readString(log);
      assertThat(server.isAlive()).as(said).isTrue();
      var found = ADDRESS.matcher(said);
      if (!found.find()) {
        return false;
      }
      address = found.group(1);
      return true;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @AfterAll
  static void stop() throws InterruptedException {
    if (server != null) {
      server.destroy();
      if (!server.waitFor(10, TimeUnit.SECONDS)) {
        server.destroyForcibly();
      }
    }
  }

  private static Embedders embedders(String key) {
    return new Embedders(
        Settings.load(
            Optional.empty(),
            Map.of("HOME", "/nonexistent", "VLLM_URL", address + "/v1", "VLLM_API_KEY", key)));
  }

  /** What the pin to HTTP/1.1 is for: this is what happens without it. */
  @Test
  void theJdksOwnSettingsAreRefused() throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(address + "/v1/embeddings"))
            .header("Authorization", "Bearer a-key")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString("{\"model\":\"org/model\",\"input\":[\"a\"]}"));
    try (var client = HttpClient.newHttpClient()) {
      var upgraded = client.send(request.build(), BodyHandlers.ofString());
      assertThat(upgraded.statusCode()).isEqualTo(400); // in other words from version to version
      var pinned =
          client.send(
              request.version(HttpClient.Version.HTTP_1_1).build(), BodyHandlers.ofString());
      assertThat(pinned.statusCode()).isEqualTo(200);
    }
  }

  @Test
  void ourClientGetsEveryVectorFromSmallToLargeRequests() {
    try (var embedders = embedders("a-key")) {
      var embedder = embedders.get(CancelToken.create()).orElseThrow();
      assertThat(embedder.dimension()).isEqualTo(3);
      assertThat(embedder.documentTokensMax()).isEqualTo(510);
      for (var count : new int[] {1, 64, 300}) {
        var texts =
            IntStream.range(0, count)
                .mapToObj(i -> (char) ('a' + i % 26) + "x".repeat(1 + i * 3))
                .toList();
        assertRight(embedder, texts);
      }
      assertRight(embedder, List.of("a".repeat(900), "b"));
    }
  }

  @Test
  void aTextThatIsRefusedDoesNotStopTheOthers() {
    try (var embedders = embedders("a-key")) {
      var embedder = embedders.get(CancelToken.create()).orElseThrow();
      var vectors = Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, 9);
      var texts = List.of("a", "poison", "c".repeat(1_500));
      var refused = embedder.embedDocuments(texts, vectors, CancelToken.create());
      assertThat(refused).singleElement().satisfies(one -> assertThat(one.document()).isOne());
      assertThat(refused.getFirst().reason()).contains("The tokenizer cannot read it");
    }
  }

  @Test
  void aWrongKeyIsNamed() {
    try (var embedders = embedders("wrong")) {
      assertThatThrownBy(() -> embedders.get(CancelToken.create()))
          .isInstanceOf(EmbeddingException.class)
          .hasMessageContainingAll("401", "Unauthorized", "VLLM_API_KEY");
    }
  }

  private static void assertRight(Embedder embedder, List<String> texts) {
    var vectors = Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, texts.size() * 3L);
    assertThat(embedder.embedDocuments(texts, vectors, CancelToken.create())).isEmpty();
    for (var i = 0; i < texts.size(); i++) {
      var text = texts.get(i);
      var norm = Math.sqrt(Math.pow(text.length(), 2) + Math.pow(text.charAt(0), 2) + 1);
      assertThat(vectors.getAtIndex(ValueLayout.JAVA_FLOAT, i * 3L))
          .isEqualTo((float) (text.length() / norm), within(1e-6f));
      assertThat(vectors.getAtIndex(ValueLayout.JAVA_FLOAT, i * 3L + 1))
          .isEqualTo((float) (text.charAt(0) / norm), within(1e-6f));
    }
  }
}
