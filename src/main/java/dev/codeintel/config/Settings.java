package dev.codeintel.config;

import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.LogLevel;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a person chose, checked once at start: defaults &lt; configuration file &lt; environment
 * &lt; flags. Nothing is ever read from the indexed repository: a cloned one must not be able to
 * send code to a stranger's server.
 *
 * @param repoRoot the repository, where the environment names one
 * @param dataDirectory index, vectors and models
 * @param cacheDirectory what can be made again: extracted natives, the AOT cache
 * @param embedder which embedder makes the vectors
 * @param vllmUrl base of an OpenAI-compatible server, ending in {@code /v1}
 * @param vllmModel the model to ask for; absent: the one that is served
 * @param vllmApiKey sent as bearer token
 * @param vllmBatchSize texts a request
 * @param vllmTimeout how long one request may take
 * @param vllmMaxConnections most requests to the server at the same time
 * @param vllmMaxKeepaliveConnections most idle connections that are kept for the next request
 * @param vectorDimension the dimension that the server must give; 0 takes what it gives
 * @param documentPrefix put before every text that a server embeds; absent: what its model is known
 *     to want
 * @param queryPrefix the same for queries
 * @param embedThreads most runs of the in-process model at the same time, one thread each
 * @param chunkBudgetChars most characters of a chunk
 * @param bm25K1 term-frequency saturation
 * @param bm25B length normalisation
 * @param queryTimeout how long one query may take
 * @param sessionMaxAge how long a scope is kept after its last use
 * @param logLevel least level that is written; absent: {@code warning} on stdio, else {@code info}
 * @param logJson whether log lines are JSON
 * @param faissLibrary a libfaiss_c to use instead of the jar's own
 * @param http what concerns serving over HTTP alone
 */
public record Settings(
    Optional<Path> repoRoot,
    Path dataDirectory,
    Path cacheDirectory,
    EmbedderKind embedder,
    Optional<URI> vllmUrl,
    Optional<String> vllmModel,
    Optional<String> vllmApiKey,
    int vllmBatchSize,
    Duration vllmTimeout,
    int vllmMaxConnections,
    int vllmMaxKeepaliveConnections,
    int vectorDimension,
    Optional<String> documentPrefix,
    Optional<String> queryPrefix,
    int embedThreads,
    int chunkBudgetChars,
    float bm25K1,
    float bm25B,
    Duration queryTimeout,
    Duration sessionMaxAge,
    Optional<LogLevel> logLevel,
    boolean logJson,
    Optional<Path> faissLibrary,
    Http http) {

  /** Which embedder makes the vectors. */
  public enum EmbedderKind {
    LOCAL,
    VLLM,
    NONE
  }

  /**
   * Who may ask over HTTP, and how often.
   *
   * @param token what every request must carry
   * @param tokensFile a file of more tokens, each with a name
   * @param allowedHosts names under which the server is known, beside those of loopback
   * @param rateLimitQps requests a second of one client in the long run
   * @param rateLimitBurst requests that one client may make at once
   */
  public record Http(
      Optional<String> token,
      Optional<Path> tokensFile,
      List<String> allowedHosts,
      int rateLimitQps,
      int rateLimitBurst) {}

  private static final Set<String> NAMES =
      Set.of(
          "REPO_ROOT",
          "DATA_DIR",
          "EMBEDDER",
          "VLLM_URL",
          "VLLM_MODEL",
          "VLLM_API_KEY",
          "VLLM_BATCH_SIZE",
          "VLLM_TIMEOUT_S",
          "VLLM_MAX_CONNECTIONS",
          "VLLM_MAX_KEEPALIVE_CONNECTIONS",
          "VEC_DIM",
          "CHUNK_BUDGET",
          "BM25_K1",
          "BM25_B",
          "QUERY_TIMEOUT_S",
          "SESSION_MAX_AGE_SECONDS",
          "RATE_LIMIT_QPS",
          "RATE_LIMIT_BURST",
          "LOG_LEVEL",
          "CODEINTEL_LOG_FORMAT",
          "CODEINTEL_DOCUMENT_PREFIX",
          "CODEINTEL_EMBED_THREADS",
          "CODEINTEL_QUERY_PREFIX",
          "CODEINTEL_FAISS_LIBRARY",
          "CODEINTEL_TOKEN",
          "CODEINTEL_TOKENS_FILE",
          "CODEINTEL_ALLOWED_HOSTS");

  /** Read by the launcher script; known here so that they are no error. */
  private static final Set<String> LAUNCHER_NAMES =
      Set.of("CODEINTEL_JAVA_HOME", "CODEINTEL_JAVA_OPTS");

  /**
   * Reads and checks all settings.
   *
   * @param file the configuration file that was asked for by name; absent: {@code
   *     codeintel/config.properties} in the user's configuration folder, which may be missing
   * @param environment the process environment
   * @throws CodeintelException {@code invalid-argument}, naming the unknown or malformed setting
   */
  public static Settings load(Optional<Path> file, Map<String, String> environment) {
    var folders = new Folders(environment);
    var values = new HashMap<String, String>();
    readFile(file, folders.config().resolve("config.properties")).forEach(values::put);
    values.putAll(fromEnvironment(environment));
    return new Reader(values, folders).settings();
  }

  private static Map<String, String> readFile(Optional<Path> named, Path usual) {
    if (named.isEmpty() && !Files.exists(usual)) {
      return Map.of();
    }
    var path = named.orElse(usual);
    var properties = new Properties();
    try (var in = Files.newBufferedReader(path)) {
      properties.load(in);
    } catch (IOException | IllegalArgumentException e) {
      throw invalid("Cannot read the configuration file %s: %s.", path, e.getMessage());
    }
    var values = new HashMap<String, String>();
    for (var key : properties.stringPropertyNames()) {
      if (!NAMES.contains(key)) {
        throw invalid("Unknown setting %s in %s. Known are: %s.", key, path, known());
      }
      values.put(key, properties.getProperty(key).strip());
    }
    return values;
  }

  private static Map<String, String> fromEnvironment(Map<String, String> environment) {
    var values = new HashMap<String, String>();
    environment.forEach(
        (name, value) -> {
          if (NAMES.contains(name)) {
            values.put(name, value.strip());
          } else if (name.startsWith("CODEINTEL_") && !LAUNCHER_NAMES.contains(name)) {
            throw invalid(
                "Unknown environment variable %s. Known settings are: %s.", name, known());
          }
        });
    return values;
  }

  private static String known() {
    return String.join(", ", new TreeSet<>(NAMES));
  }

  private static CodeintelException invalid(String format, Object... values) {
    return new CodeintelException(ErrorCode.INVALID_ARGUMENT, format.formatted(values));
  }

  /**
   * The user's folders, after the XDG base directory specification: a relative value there is
   * ignored.
   */
  private record Folders(Map<String, String> environment) {

    Path config() {
      return named("XDG_CONFIG_HOME", ".config");
    }

    Path data() {
      return named("XDG_DATA_HOME", ".local/share");
    }

    Path cache() {
      return named("XDG_CACHE_HOME", ".cache");
    }

    private Path named(String variable, String underHome) {
      var base = environment.getOrDefault(variable, "");
      var folder = base.startsWith("/") ? Path.of(base) : home().resolve(underHome);
      return folder.resolve("codeintel");
    }

    private Path home() {
      var home = environment.getOrDefault("HOME", "");
      return Path.of(home.isEmpty() ? System.getProperty("user.home") : home);
    }
  }

  private record Reader(Map<String, String> values, Folders folders) {

    Settings settings() {
      var url = text("VLLM_URL").map(value -> url("VLLM_URL", value));
      return new Settings(
          text("REPO_ROOT").map(Path::of),
          text("DATA_DIR").map(value -> Path.of(value).toAbsolutePath()).orElseGet(folders::data),
          folders.cache(),
          embedder(url),
          url,
          text("VLLM_MODEL"),
          text("VLLM_API_KEY"),
          whole("VLLM_BATCH_SIZE", 64, 1, 2_048),
          Duration.ofSeconds(whole("VLLM_TIMEOUT_S", 120, 1, 3_600)),
          whole("VLLM_MAX_CONNECTIONS", 100, 1, 1_000),
          whole("VLLM_MAX_KEEPALIVE_CONNECTIONS", 20, 1, 1_000),
          whole("VEC_DIM", 0, 0, Limits.DIMENSION_MAX),
          prefix("CODEINTEL_DOCUMENT_PREFIX"),
          prefix("CODEINTEL_QUERY_PREFIX"),
          whole(
              "CODEINTEL_EMBED_THREADS",
              Math.min(Runtime.getRuntime().availableProcessors(), Limits.EMBED_THREADS_MAX),
              1,
              Limits.EMBED_THREADS_MAX),
          whole("CHUNK_BUDGET", 2_200, 200, 100_000),
          decimal("BM25_K1", 1.2f, 0, 10),
          decimal("BM25_B", 0.75f, 0, 1),
          Duration.ofSeconds(whole("QUERY_TIMEOUT_S", 30, 1, 3_600)),
          Duration.ofSeconds(whole("SESSION_MAX_AGE_SECONDS", 3_600, 1, 604_800)),
          text("LOG_LEVEL").map(value -> oneOf("LOG_LEVEL", value, LogLevel.class)),
          text("CODEINTEL_LOG_FORMAT")
                  .map(value -> oneOf("CODEINTEL_LOG_FORMAT", value, Format.class))
                  .orElse(Format.TEXT)
              == Format.JSON,
          text("CODEINTEL_FAISS_LIBRARY").map(value -> Path.of(value).toAbsolutePath()),
          http());
    }

    private Http http() {
      return new Http(
          text("CODEINTEL_TOKEN"),
          text("CODEINTEL_TOKENS_FILE").map(value -> Path.of(value).toAbsolutePath()),
          text("CODEINTEL_ALLOWED_HOSTS")
              .map(value -> List.of(value.split("[,\\s]+")))
              .orElse(List.of()),
          whole("RATE_LIMIT_QPS", 10, 1, 100_000),
          whole("RATE_LIMIT_BURST", 20, 1, 100_000));
    }

    private enum Format {
      TEXT,
      JSON
    }

    private EmbedderKind embedder(Optional<URI> url) {
      var kind =
          text("EMBEDDER")
              .map(value -> oneOf("EMBEDDER", value, EmbedderKind.class))
              .orElse(url.isPresent() ? EmbedderKind.VLLM : EmbedderKind.LOCAL);
      if (kind == EmbedderKind.VLLM && url.isEmpty()) {
        throw invalid("EMBEDDER=vllm needs VLLM_URL, such as http://127.0.0.1:8000/v1.");
      }
      return kind;
    }

    private Optional<String> text(String name) {
      return Optional.ofNullable(values.get(name)).filter(value -> !value.isEmpty());
    }

    /**
     * Blanks at its end count, which values otherwise lose, and many prefixes have one; so it may
     * stand in double quotes, with a line break as {@code \\n}. An empty one means none.
     */
    private Optional<String> prefix(String name) {
      return text(name)
          .map(
              value -> {
                var quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
                var bare = quoted ? value.substring(1, value.length() - 1) : value;
                var prefix = bare.replace("\\n", "\n");
                if (prefix.length() > Limits.PREFIX_CHARS_MAX) {
                  throw invalid(
                      "%s has %,d characters; at most %,d are taken.",
                      name, prefix.length(), Limits.PREFIX_CHARS_MAX);
                }
                return prefix;
              });
    }

    private int whole(String name, int usual, int least, int most) {
      return (int) number(name, usual, least, most, Integer::parseInt);
    }

    private float decimal(String name, float usual, int least, int most) {
      return (float) number(name, usual, least, most, Float::parseFloat);
    }

    private double number(
        String name,
        double usual,
        int least,
        int most,
        java.util.function.Function<String, Number> parse) {
      var value = text(name);
      if (value.isEmpty()) {
        return usual;
      }
      try {
        var number = parse.apply(value.get()).doubleValue();
        if (number >= least && number <= most) {
          return number;
        }
      } catch (NumberFormatException e) {
        throw outOfBounds(name, value.get(), least, most);
      }
      throw outOfBounds(name, value.get(), least, most);
    }

    private static CodeintelException outOfBounds(String name, String value, int least, int most) {
      return invalid("%s is %s; it must be a number from %d to %d.", name, value, least, most);
    }

    private static <E extends Enum<E>> E oneOf(String name, String value, Class<E> type) {
      for (var constant : type.getEnumConstants()) {
        if (constant.name().equalsIgnoreCase(value)) {
          return constant;
        }
      }
      var choices = java.util.Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT);
      throw invalid("%s is %s; it must be one of %s.", name, value, choices);
    }

    private static URI url(String name, String value) {
      try {
        var uri = new URI(value);
        if (uri.getHost() != null
            && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
          return uri;
        }
      } catch (URISyntaxException e) {
        throw invalid(
            "%s is %s; it must be an address such as http://127.0.0.1:8000/v1.", name, value);
      }
      throw invalid(
          "%s is %s; it must be an address such as http://127.0.0.1:8000/v1.", name, value);
    }
  }
}
