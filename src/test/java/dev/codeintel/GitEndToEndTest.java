package dev.codeintel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.Jar;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.ServerParameters;
import io.modelcontextprotocol.client.transport.StdioClientTransport;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.spec.McpSchema;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The jar over stdio, the official client, and a repository that real git made. */
@Timeout(120)
class GitEndToEndTest {

  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String OLD = "src/Alt.java";
  private static final String PATH = "src/N\u00e4her.java";

  @TempDir static Path folder;

  private static GitRepo repo;

  private final List<String> said = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void makeRepository() {
    repo = GitRepo.init(folder.resolve("a repository"));
    repo.write(OLD, "class A {\n  int one;\n  int two;\n  int three;\n}\n");
    repo.commitAll("Add a class\n\nWith a body.");
    repo.git("mv", OLD, PATH);
    repo.commitAll("Move it");
    repo.write(PATH, "class A {\n  int one;\n  int 2;\n  int three;\n}\n");
    repo.commitAll("\u00dcbersetzen: \"zwei\"");
    repo.write(PATH, "class A {\n  int one;\n  int new;\n  int 2;\n  int three;\n}\n");
    repo.write("new.txt", "not committed\n");
  }

  /** Blame was of HEAD while open_file showed the work tree: lines disagreed on dirty files. */
  @Test
  void blameAgreesWithGitLineByLine() {
    withClient(
        client -> {
          for (var revision : List.of("WORKTREE", "HEAD", "HEAD~1", "main")) {
            var values = call(client, "blame_range", Map.of("path", PATH, "revision", revision));
            assertThat(values)
                .as(revision)
                .containsEntry("truncated", false)
                .containsEntry(
                    "revision",
                    revision.equals("WORKTREE")
                        ? revision
                        : repo.git("rev-parse", revision).strip());
            assertThat(list(values, "blame").stream().map(GitEndToEndTest::origin).toList())
                .as(revision)
                .isEqualTo(gitBlame(revision));
          }
          var dirty =
              call(client, "blame_range", Map.of("path", PATH, "start_line", 3, "end_line", 4));
          assertThat(list(dirty, "blame").getFirst())
              .isEqualTo(Map.of("line", 3, "commit", "00000000", "author", "Not Committed Yet"));
          assertThat(list(dirty, "blame").getLast())
              .containsEntry("author", "Ada Author")
              .containsEntry("email", "ada@example.org")
              .containsEntry("message", "\u00dcbersetzen: \"zwei\"")
              .containsEntry("full_commit", repo.head());
          var opened =
              call(client, "open_file", Map.of("path", PATH, "start_line", 3, "end_line", 3));
          assertThat(opened).containsEntry("content", "  int new;\n");
        });
  }

  @Test
  void historyAgreesWithGit() {
    withClient(
        client -> {
          var values = call(client, "file_history", Map.of("path", PATH));
          assertThat(ids(values))
              .hasSize(3)
              .isEqualTo(gitLog("--follow", "--format=%H", "--", PATH));
          assertThat(list(values, "commits").getLast())
              .containsEntry("path", OLD)
              .containsEntry("message", "Add a class");
          assertThat(values).containsEntry("total", 3).containsEntry("revision", repo.head());
          assertThat(ids(call(client, "file_history", Map.of("path", PATH, "follow", false))))
              .isEqualTo(gitLog("--format=%H", "--", PATH));
          assertThat(ids(call(client, "file_history", Map.of("path", OLD))))
              .isEqualTo(gitLog("--format=%H", "--", OLD));
          assertThat(ids(call(client, "file_history", Map.of("path", "src"))))
              .isEqualTo(gitLog("--format=%H", "--", "src"));
          assertThat(ids(call(client, "file_history", Map.of()))).isEqualTo(gitLog("--format=%H"));
          assertThat(ids(call(client, "file_history", Map.of("path", "new.txt")))).isEmpty();
          var first = call(client, "file_history", Map.of("path", PATH, "limit", 1));
          var rest =
              call(
                  client, "file_history", Map.of("path", PATH, "cursor", first.get("next_cursor")));
          var joined = new ArrayList<>(ids(first));
          joined.addAll(ids(rest));
          assertThat(joined).isEqualTo(ids(values));
        });
  }

  @Test
  void filesAreOpenedAsTheyWere() {
    withClient(
        client -> {
          var opened = call(client, "open_file", Map.of("path", OLD, "revision", "HEAD~2"));
          assertThat(opened)
              .containsEntry("content", repo.git("show", "HEAD~2:" + OLD))
              .containsEntry("revision", repo.git("rev-parse", "HEAD~2").strip());
        });
  }

  /** Errors surfaced as internal ones, or as empty answers that an agent believed. */
  @Test
  void whatIsNotThereIsSaid() {
    withClient(
        client -> {
          assertThat(error(client, "blame_range", Map.of("path", "nope")))
              .isEqualTo("path-not-found");
          assertThat(error(client, "file_history", Map.of("path", "nope")))
              .isEqualTo("path-not-found");
          assertThat(error(client, "blame_range", Map.of("path", PATH, "end_line", 7)))
              .isEqualTo("invalid-argument");
          assertThat(error(client, "blame_range", Map.of("path", "src"))).isEqualTo("not-a-file");
          for (var tool : List.of("blame_range", "file_history", "open_file")) {
            assertThat(error(client, tool, Map.of("path", PATH, "revision", "nope")))
                .as(tool)
                .isEqualTo("revision-not-found");
          }
          assertThat(error(client, "open_file", Map.of("path", PATH, "revision", "HEAD~2")))
              .isEqualTo("path-not-found");
        });
    Jar.await(
        "the log says so",
        () ->
            said.stream()
                .anyMatch(
                    line ->
                        line.contains("Git operation refused operation=blame_range path=src ")
                            && line.contains(" code=not-a-file ")));
  }

  private void withClient(Consumer<McpSyncClient> questions) {
    var jar = new Jar(folder.resolve("home"), repo.root());
    var command = jar.command("serve", "--stdio", "--repo", repo.root().toString());
    var environment = new LinkedHashMap<>(jar.environment());
    environment.put("EMBEDDER", "none");
    environment.put("LOG_LEVEL", "info");
    var parameters =
        ServerParameters.builder(command.getFirst())
            .args(command.subList(1, command.size()))
            .env(environment)
            .build();
    var transport = new StdioClientTransport(parameters, McpJsonDefaults.getMapper());
    transport.setStdErrorHandler(said::add);
    try (var client =
        McpClient.sync(transport).requestTimeout(LONG).initializationTimeout(LONG).build()) {
      client.initialize();
      questions.accept(client);
    }
  }

  /** Commit, path and line that a line comes from. */
  private record Origin(String commit, String path, int line) {}

  private static Origin origin(Map<String, Object> line) {
    return line.get("commit").equals("00000000")
        ? new Origin("0".repeat(40), PATH, (int) line.get("line"))
        : new Origin(
            (String) line.get("full_commit"),
            (String) line.get("original_path"),
            (int) line.get("original_line"));
  }

  private static List<Origin> gitBlame(String revision) {
    var arguments =
        new ArrayList<>(List.of("-c", "core.quotePath=false", "blame", "--line-porcelain"));
    if (!revision.equals("WORKTREE")) {
      arguments.add(revision);
    }
    arguments.addAll(List.of("--", PATH));
    var origins = new ArrayList<Origin>();
    var head = new String[0];
    for (var line : repo.git(arguments.toArray(String[]::new)).lines().toList()) {
      if (line.matches("[0-9a-f]{40} .*")) {
        head = line.split(" ");
      } else if (line.startsWith("filename ")) {
        var path = line.substring("filename ".length());
        origins.add(new Origin(head[0], path, Integer.parseInt(head[1])));
      }
    }
    return origins;
  }

  private static List<String> gitLog(String... arguments) {
    var command = new ArrayList<>(List.of("log"));
    command.addAll(List.of(arguments));
    return repo.git(command.toArray(String[]::new)).lines().toList();
  }

  private static List<String> ids(Map<String, Object> values) {
    return list(values, "commits").stream().map(commit -> (String) commit.get("full_sha")).toList();
  }

  /** The client checks the structured content against our own output schema. */
  private static Map<String, Object> call(
      McpSyncClient client, String tool, Map<String, Object> arguments) {
    var request = McpSchema.CallToolRequest.builder(tool).arguments(arguments).build();
    @SuppressWarnings("unchecked")
    var structured = (Map<String, Object>) client.callTool(request).structuredContent();
    assertThat(structured).isNotNull();
    return structured;
  }

  private static Object error(McpSyncClient client, String tool, Map<String, Object> arguments) {
    var values = call(client, tool, arguments);
    assertThat(values).as(tool + arguments).containsKey("error");
    return ((Map<?, ?>) values.get("error")).get("code");
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> list(Map<String, Object> values, String key) {
    assertThat(values).containsKey(key);
    return (List<Map<String, Object>>) values.get(key);
  }
}
