package dev.codeintel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.Jar;
import dev.codeintel.testkit.Node;
import dev.codeintel.testkit.Scoreboard;
import dev.codeintel.testkit.TreeSnapshot;
import dev.codeintel.tool.Tools;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.client.transport.ServerParameters;
import io.modelcontextprotocol.client.transport.StdioClientTransport;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Clients that others wrote connect, list what there is, and call every tool: over HTTP, and over
 * stdio as the packaged jar, through the launcher and from the class path.
 */
@Timeout(120)
class ClientsTest {

  private static final JsonMapper JSON = new JsonMapper();

  /** The Inspector is a process a call, and over stdio so is the server: for the script only. */
  private static final boolean INSPECT_ALL = Boolean.getBoolean("clients.inspectAll");

  private static final String ADD = "  int add(int a, int b) {\n    return a + b;\n  }\n";

  /** Arguments with which each tool has something to say of the repository. */
  private static final Map<String, Map<String, Object>> ARGUMENTS =
      Map.of(
          "semantic_search", Map.of("query", "where are two numbers added"),
          "search_text", Map.of("query", "return a"),
          "list_paths", Map.of("include_globs", List.of("src/**")),
          "open_file", Map.of("path", "src/Sum.java", "start_line", 2),
          "set_scope", Map.of("scope", Map.of("languages", List.of("java"))),
          "blame_range", Map.of("path", "src/Sum.java"),
          "file_history", Map.of("path", "src/Sum.java"),
          "index_status", Map.of(),
          "reindex", Map.of("wait", true));

  /** Words that no right answer of a tool can lack. */
  private static final Map<String, String> ANSWERS =
      Map.of(
          "search_text", "src/Sum.java",
          "list_paths", "src/Sum.java",
          "open_file", "int add",
          "blame_range", "Add numbers",
          "file_history", "Say what it is for");

  private static final List<String> TOOLS =
      Tools.all().stream().map(tool -> tool.definition().name()).toList();

  @TempDir static Path folder;

  private static GitRepo repo;
  private static Jar jar;
  private static Jar.Running http;
  private static SortedMap<String, String> untouched;

  @BeforeAll
  static void serve() {
    repo = GitRepo.init(folder.resolve("a repository"));
    repo.write("README.md", "# Sums\n\nAdds numbers.\n");
    repo.write("src/Sum.java", "class Sum {\n%s}\n".formatted(ADD)).commitAll("Add numbers");
    repo.write("src/Sum.java", "/** Adds. */\nclass Sum {\n%s}\n".formatted(ADD));
    repo.commitAll("Say what it is for");
    untouched = TreeSnapshot.of(repo.root());
    jar = new Jar(folder.resolve("home"), folder);
    http = jar.start("serve", "--port", "0", "--repo", repo.root().toString());
    Jar.await("the server says where it is", () -> http.answered().contains("\n"));
  }

  @AfterAll
  static void stop() {
    if (http != null) {
      http.kill();
    }
  }

  /** Clients start servers only to ask what they can do: neither those nor the others may write. */
  @AfterEach
  void nothingInTheRepositoryHasChanged() {
    assertThat(TreeSnapshot.of(repo.root())).isEqualTo(untouched);
  }

  @ParameterizedTest
  @CsvSource({
    "v1, legacy, http",
    "v1, legacy, launcher",
    "v2, legacy, http",
    "v2, legacy, classes",
    "v2, auto, http",
    "v2, auto, jar",
    "v2, 2026-07-28, http",
    "v2, 2026-07-28, jar"
  })
  void theTypeScriptClientUnderstandsEverything(String sdk, String mode, String way)
      throws IOException {
    Node.require();
    var server = Server.of(way);
    var setup = new LinkedHashMap<String, Object>();
    setup.put("sdk", sdk);
    setup.put("mode", mode);
    setup.put("calls", calls());
    setup.put("file", "README.md");
    if (server.isHttp()) {
      setup.put("url", server.target());
    } else {
      setup.put("stdio", Map.of("command", server.target(), "args", List.of()));
    }
    var ended =
        new Node(folder).run(Node.ours("client.mjs"), List.of(JSON.writeValueAsString(setup)));
    assertThat(ended.status()).as(ended.err()).isZero();
    var told = JSON.readTree(ended.out());
    assertThat(told.get("server").asString()).isEqualTo("codeintel");
    assertThat(told.get("instructions").asString()).contains("semantic_search");
    if (sdk.equals("v2")) {
      assertThat(told.get("revision").asString())
          .isEqualTo(mode.equals("legacy") ? "2025-11-25" : "2026-07-28");
    }
    assertThat(texts(told.get("tools"))).isEqualTo(TOOLS);
    assertThat(texts(told.get("templates"))).containsExactly("file:///{path}");
    assertThat(texts(told.get("prompts"))).containsExactly("code_review");
    assertThat(told.get("read").asString()).startsWith("# Sums");
    assertThat(told.get("prompted").asString()).contains("Review the code of this area: src");
    assertThat(texts(told.get("completed"))).containsExactly("README.md");
    assertThat(told.get("results")).hasSize(TOOLS.size());
    for (var result : told.get("results")) {
      assertAnswer(
          result.get("name").asString(),
          result.get("isError").asBoolean(),
          result.get("text").asString());
    }
    // One that probes does it with a copy of the server, which it throws away.
    assertThat(server.starts()).isEqualTo(server.isHttp() ? 0 : mode.equals("legacy") ? 1 : 2);
    Scoreboard.add(
        "TypeScript SDK " + sdk + " " + mode, way, "answers: " + String.join(", ", TOOLS));
  }

  /** {@code --strict}: an input schema that not every model's interface takes is an error. */
  @ParameterizedTest
  @CsvSource({"legacy, http", "modern, http", "legacy, jar", "modern, jar"})
  void theInspectorFindsNoFault(String era, String way) throws IOException {
    Node.require();
    var server = Server.of(way);
    var listed = inspect(server, era, "tools/list", "--strict");
    assertThat(listed.findValuesAsString("name")).containsAll(TOOLS);
    var tools = INSPECT_ALL ? TOOLS : List.of("open_file");
    for (var tool : tools) {
      var arguments = JSON.writeValueAsString(ARGUMENTS.get(tool));
      var result =
          inspect(server, era, "tools/call", "--tool-name", tool, "--tool-args-json", arguments);
      assertThat(result.toString()).contains(ANSWERS.getOrDefault(tool, "structuredContent"));
    }
    Scoreboard.add(
        "Inspector " + era, way, "strict tools/list; answers: " + String.join(", ", tools));
  }

  private static JsonNode inspect(Server server, String era, String method, String... more) {
    var arguments = new ArrayList<>(List.of("--cli", server.target()));
    if (server.isHttp()) {
      arguments.addAll(List.of("--transport", "http"));
    }
    arguments.addAll(List.of("--protocol-era", era, "--format", "json", "--method", method));
    arguments.addAll(List.of(more));
    var ended =
        new Node(folder)
            .run(
                Node.packaged("@modelcontextprotocol/inspector/clients/launcher/build/index.js"),
                arguments);
    assertThat(ended.status()).as(ended.out() + ended.err()).isZero();
    return JSON.readTree(ended.out());
  }

  @ParameterizedTest
  @CsvSource({"http", "jar"})
  void theJavaClientUnderstandsEveryTool(String way) throws IOException {
    var server = Server.of(way);
    try (var client =
        McpClient.sync(server.transport())
            .requestTimeout(Duration.ofSeconds(30))
            .initializationTimeout(Duration.ofSeconds(30))
            .build()) {
      assertThat(client.initialize().serverInfo().name()).isEqualTo("codeintel");
      assertThat(client.listTools().tools()).extracting(McpSchema.Tool::name).isEqualTo(TOOLS);
      for (var tool : TOOLS) {
        var result =
            client.callTool(
                McpSchema.CallToolRequest.builder(tool).arguments(ARGUMENTS.get(tool)).build());
        assertAnswer(
            tool,
            Boolean.TRUE.equals(result.isError()),
            ((McpSchema.TextContent) result.content().getFirst()).text());
      }
    }
    Scoreboard.add("Java SDK", way, "answers: " + String.join(", ", TOOLS));
  }

  private static void assertAnswer(String tool, boolean isError, String text) {
    assertThat(isError).as(tool + ": " + text).isFalse();
    assertThat(text).as(tool).contains(ANSWERS.getOrDefault(tool, ""));
  }

  private static List<Map<String, Object>> calls() {
    assertThat(ARGUMENTS).as("arguments of every tool").containsKeys(TOOLS.toArray(String[]::new));
    return TOOLS.stream()
        .map(tool -> Map.<String, Object>of("name", tool, "arguments", ARGUMENTS.get(tool)))
        .toList();
  }

  private static List<String> texts(JsonNode list) {
    var texts = new ArrayList<String>();
    list.forEach(item -> texts.add(item.asString()));
    return texts;
  }

  /**
   * What a client is told of a server.
   *
   * @param target a URL, or a program to start
   */
  private record Server(String target, Path log) {

    static Server of(String way) throws IOException {
      var arguments = new String[] {"serve", "--stdio", "--repo", repo.root().toString()};
      return switch (way) {
        case "http" ->
            new Server(http.answered().lines().findFirst().orElseThrow(), folder.resolve("none"));
        case "jar" -> started(jar.command(arguments));
        case "launcher" ->
            started(command(List.of(Path.of("scripts/codeintel").toAbsolutePath()), arguments));
        case "classes" ->
            started(
                command(
                    List.of(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx512m",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.codeintel.Main"),
                    arguments));
        default -> throw new IllegalArgumentException(way);
      };
    }

    /**
     * A program without arguments, since clients differ in how they are given; counts its starts.
     */
    private static Server started(List<String> command) throws IOException {
      var program = Files.createTempFile(folder, "server", ".sh");
      var log = Files.createFile(Path.of(program + ".starts"));
      var words = new ArrayList<>(List.of("exec", "env", "-i"));
      jar.environment().forEach((name, value) -> words.add(quoted(name + "=" + value)));
      words.add(quoted("CODEINTEL_JAVA_HOME=" + System.getProperty("java.home")));
      command.forEach(word -> words.add(quoted(word)));
      Files.writeString(
          program,
          "#!/bin/sh\necho started >>%s\n%s\n"
              .formatted(quoted(log.toString()), String.join(" ", words)));
      assertThat(program.toFile().setExecutable(true)).isTrue();
      return new Server(program.toString(), log);
    }

    private static List<String> command(List<?> first, String... arguments) {
      var command = new ArrayList<String>();
      first.forEach(word -> command.add(word.toString()));
      command.addAll(List.of(arguments));
      return command;
    }

    private static String quoted(String word) {
      return "'" + word.replace("'", "'\\''") + "'";
    }

    boolean isHttp() {
      return target.startsWith("http");
    }

    int starts() throws IOException {
      return isHttp() ? 0 : Files.readAllLines(log).size();
    }

    McpClientTransport transport() {
      if (!isHttp()) {
        return new StdioClientTransport(
            ServerParameters.builder(target).build(), McpJsonDefaults.getMapper());
      }
      var url = URI.create(target);
      return HttpClientStreamableHttpTransport.builder(url.resolve("/").toString())
          .endpoint(url.getPath())
          .build();
    }
  }
}
