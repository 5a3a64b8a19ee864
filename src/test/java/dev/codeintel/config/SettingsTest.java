package dev.codeintel.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.LogLevel;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

  @TempDir Path home;

  @Test
  void defaultsNeedNothing() {
    var settings = load(Map.of());
    assertThat(settings.embedder()).isEqualTo(Settings.EmbedderKind.LOCAL);
    assertThat(settings.repoRoot()).isEmpty();
    assertThat(settings.vllmUrl()).isEmpty();
    assertThat(settings.vllmBatchSize()).isEqualTo(64);
    assertThat(settings.vllmTimeout()).isEqualTo(Duration.ofSeconds(120));
    assertThat(settings.vllmMaxConnections()).isEqualTo(100);
    assertThat(settings.vllmMaxKeepaliveConnections()).isEqualTo(20);
    assertThat(settings.vectorDimension()).isZero();
    assertThat(settings.documentPrefix()).isEmpty();
    assertThat(settings.queryPrefix()).isEmpty();
    assertThat(settings.embedThreads()).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(settings.chunkBudgetChars()).isEqualTo(2_200);
    assertThat(settings.queryTimeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(settings.sessionMaxAge()).isEqualTo(Duration.ofHours(1));
    assertThat(settings.logLevel()).isEmpty();
    assertThat(settings.logJson()).isFalse();
  }

  @Test
  void theEnvironmentWinsOverTheFileAndTheFileOverDefaults() throws IOException {
    configuration("VLLM_BATCH_SIZE = 7\nVEC_DIM=9\nBM25_B=0.5\n");
    var settings = load(Map.of("VLLM_BATCH_SIZE", "8"));
    assertThat(settings.vllmBatchSize()).isEqualTo(8);
    assertThat(settings.vectorDimension()).isEqualTo(9);
    assertThat(settings.bm25B()).isEqualTo(0.5f);
    assertThat(settings.bm25K1()).isEqualTo(1.2f);
  }

  @Test
  void aFileThatIsAskedForByNameReplacesTheUsualOneAndMustBeThere() throws IOException {
    configuration("VEC_DIM=1\n");
    var named = Files.writeString(home.resolve("mine.properties"), "VLLM_BATCH_SIZE=5\n");
    var settings = Settings.load(Optional.of(named), environment(Map.of()));
    assertThat(settings.vllmBatchSize()).isEqualTo(5);
    assertThat(settings.vectorDimension()).isZero();
    Files.delete(named);
    assertThatThrownBy(() -> Settings.load(Optional.of(named), environment(Map.of())))
        .hasMessageContaining(named.toString());
  }

  @Test
  void servingOverHttpHasSettingsOfItsOwn() {
    assertThat(load(Map.of()).http())
        .isEqualTo(new Settings.Http(Optional.empty(), Optional.empty(), List.of(), 10, 20));
    var settings =
        load(
            Map.of(
                "CODEINTEL_TOKEN", "secret",
                "CODEINTEL_TOKENS_FILE", "/etc/tokens",
                "CODEINTEL_ALLOWED_HOSTS", "a.example, b.example",
                "RATE_LIMIT_QPS", "1",
                "RATE_LIMIT_BURST", "2"));
    assertThat(settings.http())
        .isEqualTo(
            new Settings.Http(
                Optional.of("secret"),
                Optional.of(Path.of("/etc/tokens")),
                List.of("a.example", "b.example"),
                1,
                2));
    refused(Map.of("RATE_LIMIT_QPS", "0")).hasMessageContaining("RATE_LIMIT_QPS is 0");
  }

  /** A misspelt setting was ignored, and its default was used for months. */
  @Test
  void unknownNamesAreErrorsThatNameThem() throws IOException {
    refused(Map.of("CODEINTEL_LOG_FROMAT", "json"))
        .hasMessageContaining("CODEINTEL_LOG_FROMAT")
        .hasMessageContaining("CODEINTEL_LOG_FORMAT");
    configuration("VLLM_BATCHSIZE=1\n");
    refused(Map.of())
        .hasMessageContaining("VLLM_BATCHSIZE")
        .hasMessageContaining("config.properties")
        .hasMessageContaining("VLLM_BATCH_SIZE");
  }

  /** Other programs' variables are not ours to judge; the launcher's own are known. */
  @Test
  void foreignVariablesAreLeftAlone() {
    var settings =
        load(
            Map.of(
                "VLLM_HOST_IP", "10.0.0.1",
                "MAX_RESULTS_PER_PAGE", "x",
                "CODEINTEL_JAVA_HOME", "/jdk",
                "CODEINTEL_JAVA_OPTS", "-Xmx1g"));
    assertThat(settings).isEqualTo(load(Map.of()));
  }

  @ParameterizedTest
  @CsvSource({
    "VLLM_BATCH_SIZE, many, 1, 2048",
    "VLLM_BATCH_SIZE, 0, 1, 2048",
    "VLLM_BATCH_SIZE, 2049, 1, 2048",
    "VLLM_BATCH_SIZE, 1.5, 1, 2048",
    "VLLM_TIMEOUT_S, -1, 1, 3600",
    "VLLM_MAX_CONNECTIONS, 0, 1, 1000",
    "VLLM_MAX_KEEPALIVE_CONNECTIONS, 1001, 1, 1000",
    "VEC_DIM, 99999999999999999999, 0, 16384",
    "CODEINTEL_EMBED_THREADS, 0, 1, 256",
    "CODEINTEL_EMBED_THREADS, 257, 1, 256",
    "CHUNK_BUDGET, 199, 200, 100000",
    "BM25_K1, NaN, 0, 10",
    "BM25_B, 1.01, 0, 1",
    "BM25_B, Infinity, 0, 1",
    "QUERY_TIMEOUT_S, '1 s', 1, 3600"
  })
  void aNumberOutOfBoundsIsNamedWithThem(String name, String value, String least, String most) {
    refused(Map.of(name, value))
        .hasMessageContaining(name + " is " + value)
        .hasMessageContaining("from " + least + " to " + most);
  }

  @ParameterizedTest
  @CsvSource({
    "VLLM_BATCH_SIZE, 2048",
    "VEC_DIM, 16384",
    "BM25_B, 1",
    "BM25_B, 0",
    "BM25_K1, ' 2 '"
  })
  void boundsAreInside(String name, String value) {
    assertThat(load(Map.of(name, value))).isNotEqualTo(load(Map.of()));
  }

  @ParameterizedTest
  @CsvSource({
    "EMBEDDER, remote, vllm",
    "LOG_LEVEL, loud, warning",
    "CODEINTEL_LOG_FORMAT, xml, json"
  })
  void aWordThatIsNoChoiceIsNamedWithTheChoices(String name, String value, String choice) {
    refused(Map.of(name, value))
        .hasMessageContaining(name + " is " + value)
        .hasMessageContaining(choice);
  }

  @Test
  void choicesAreReadInAnyCase() {
    var settings =
        load(Map.of("EMBEDDER", "None", "LOG_LEVEL", "WARNING", "CODEINTEL_LOG_FORMAT", "Json"));
    assertThat(settings.embedder()).isEqualTo(Settings.EmbedderKind.NONE);
    assertThat(settings.logLevel()).contains(LogLevel.WARNING);
    assertThat(settings.logJson()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost:8000",
        "ftp://host/v1",
        "http://",
        "http://a b/v1",
        "http:///v1",
        "/v1"
      })
  void anAddressThatIsNoneIsNamedWithAnExample(String value) {
    refused(Map.of("VLLM_URL", value))
        .hasMessageContaining("VLLM_URL is " + value)
        .hasMessageContaining("http://127.0.0.1:8000/v1");
  }

  @Test
  void anAddressChoosesTheServerUnlessAnotherIsForced() {
    var url = Map.of("VLLM_URL", "http://127.0.0.1:8000/v1");
    assertThat(load(url).embedder()).isEqualTo(Settings.EmbedderKind.VLLM);
    assertThat(load(url).vllmUrl()).contains(URI.create("http://127.0.0.1:8000/v1"));
    var forced = new HashMap<>(url);
    forced.put("EMBEDDER", "local");
    assertThat(load(forced).embedder()).isEqualTo(Settings.EmbedderKind.LOCAL);
    refused(Map.of("EMBEDDER", "vllm")).hasMessageContaining("needs VLLM_URL");
  }

  /**
   * The blank at the end of "query: " was stripped with the line, and the model saw another word.
   */
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '!',
      value = {
        "query:, !query:!",
        "\"query: \", !query: !",
        "\", !\"!",
        "\"\", !!",
      })
  void aPrefixMayEndInABlankAndMayBeNone(String value, String prefix) {
    assertThat(load(Map.of("CODEINTEL_QUERY_PREFIX", value)).queryPrefix()).contains(prefix);
  }

  @Test
  void aPrefixMayHaveLinesAndIsNoBook() throws IOException {
    configuration("CODEINTEL_QUERY_PREFIX=Instruct: find\\nQuery:\n");
    assertThat(load(Map.of()).queryPrefix()).contains("Instruct: find\nQuery:");
    assertThat(load(Map.of("CODEINTEL_DOCUMENT_PREFIX", "a\\nb")).documentPrefix())
        .contains("a\nb");
    refused(Map.of("CODEINTEL_DOCUMENT_PREFIX", "a".repeat(2_001)))
        .hasMessageContaining("CODEINTEL_DOCUMENT_PREFIX has 2,001");
  }

  @Test
  void foldersFollowTheXdgVariablesAndIgnoreRelativeOnes() {
    var settings = load(Map.of("XDG_DATA_HOME", "/d", "XDG_CACHE_HOME", "/c"));
    assertThat(settings.dataDirectory()).isEqualTo(Path.of("/d/codeintel"));
    assertThat(settings.cacheDirectory()).isEqualTo(Path.of("/c/codeintel"));
    var usual = load(Map.of("XDG_DATA_HOME", "d", "XDG_CACHE_HOME", ""));
    assertThat(usual.dataDirectory()).isEqualTo(home.resolve(".local/share/codeintel"));
    assertThat(usual.cacheDirectory()).isEqualTo(home.resolve(".cache/codeintel"));
    assertThat(load(Map.of("DATA_DIR", "/elsewhere", "XDG_DATA_HOME", "/d")).dataDirectory())
        .isEqualTo(Path.of("/elsewhere"));
    assertThat(load(Map.of("DATA_DIR", "relative")).dataDirectory()).isAbsolute();
  }

  @Test
  void theConfigurationFolderFollowsXdg() throws IOException {
    var other = Files.createDirectories(home.resolve("other/codeintel"));
    Files.writeString(other.resolve("config.properties"), "VEC_DIM=3\n");
    assertThat(load(Map.of("XDG_CONFIG_HOME", home.resolve("other").toString())).vectorDimension())
        .isEqualTo(3);
  }

  /** An empty value in a client's configuration means: not set. */
  @Test
  void anEmptyValueIsNoValue() {
    assertThat(load(Map.of("VLLM_URL", "", "VLLM_BATCH_SIZE", " ", "DATA_DIR", "")))
        .isEqualTo(load(Map.of()));
  }

  private AbstractThrowableAssert<?, ? extends Throwable> refused(Map<String, String> environment) {
    return assertThatThrownBy(() -> load(environment))
        .isInstanceOfSatisfying(
            CodeintelException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
  }

  private Settings load(Map<String, String> environment) {
    return Settings.load(Optional.empty(), environment(environment));
  }

  private Map<String, String> environment(Map<String, String> environment) {
    var all = new HashMap<>(environment);
    all.putIfAbsent("HOME", home.toString());
    return all;
  }

  private void configuration(String text) throws IOException {
    var folder = Files.createDirectories(home.resolve(".config/codeintel"));
    Files.writeString(folder.resolve("config.properties"), text);
  }
}
