package dev.codeintel.mcp;

import static dev.codeintel.mcp.ToolClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.testkit.Seeded;
import dev.codeintel.tool.FakeBackend;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** search_text as a client sees it. */
class SearchTextTest {

  @TempDir Path folder;

  private ToolClient client;

  @BeforeEach
  void open() throws IOException {
    Files.createDirectory(folder.resolve(".git"));
    client = new ToolClient(new FakeBackend(folder.toRealPath()));
  }

  @Test
  void valuesAndTextAreAsTheContractSays() throws IOException {
    write(
        "src/App.java",
        "class App {\n  void run() { run(); }\n\n  int n;\n  void runAll() {}\n}\n");
    write("docs/guide.md", "Run it.\n");
    write("data.bin", "run\0");
    write(".env", "RUN=secret\n");
    var result = client.call("search_text", Map.of("query", "RUN", "context_lines", 1L));
    assertThat(new String(Json.write(result.get("structuredContent")), StandardCharsets.UTF_8))
        .isEqualTo(
            """
            {"matches":[{"path":".env","line":1,"column":1,"preview":"RUN=secret"},\
            {"path":"docs/guide.md","line":1,"column":1,"preview":"Run it."},\
            {"path":"src/App.java","line":2,"column":8,"more_columns":[16],"preview":"  void run() { run(); }",\
            "before":["class App {"],"after":[""]},\
            {"path":"src/App.java","line":5,"column":8,"preview":"  void runAll() {}",\
            "before":["  int n;"],"after":["}"]}],\
            "total":4,"truncated":false,"files_matching":3,"files_searched":3,"files_skipped":1,\
            "notes":["Not searched: 1 binary."]}""");
    assertThat(text(result))
        .isEqualTo(
            """
            4 of 4 lines, 3 of 3 files
            .env
            1:1: RUN=secret
            docs/guide.md
            1:1: Run it.
            src/App.java
            1- class App {
            2:8:   void run() { run(); }
            3-\s
            4-   int n;
            5:8:   void runAll() {}
            6- }
            note: Not searched: 1 binary.""");
  }

  @Test
  void caseAndExpressionsAreAsked() throws IOException {
    write("a.txt", "foo.bar\nFOO.BAR\nfooxbar\n");
    assertThat(lines(Map.of("query", "foo.bar"))).containsExactly(1L, 2L);
    assertThat(lines(Map.of("query", "foo.bar", "case_sensitive", true))).containsExactly(1L);
    assertThat(lines(Map.of("query", "foo.bar", "regex", true))).containsExactly(1L, 2L, 3L);
    assertThat(lines(Map.of("query", "^FOO", "regex", true, "case_sensitive", true)))
        .containsExactly(2L);
  }

  /** The paths argument could leave the repository, and read what was hidden. */
  @Test
  void pathsAndScopeSayWhereToLook() throws IOException {
    write("src/a/One.java", "needle");
    write("src/b/two.py", "needle");
    write("lib/three.py", "needle");
    write("build/out.txt", "needle");
    write("secret/plan.md", "needle");
    write(".gitignore", "build/\n");
    write(".codeintelignore", "secret/\n");
    Files.createSymbolicLink(folder.resolve("way"), Path.of("src/b"));
    Files.createSymbolicLink(folder.resolve("out"), Path.of("/etc"));
    assertThat(paths(Map.of())).containsExactly("lib/three.py", "src/a/One.java", "src/b/two.py");
    assertThat(paths(Map.of("paths", List.of("src/b/", "lib/three.py"))))
        .containsExactly("lib/three.py", "src/b/two.py");
    assertThat(paths(Map.of("paths", List.of("way")))).containsExactly("src/b/two.py");
    assertThat(paths(Map.of("paths", List.of("src"), "languages", List.of("python"))))
        .containsExactly("src/b/two.py");
    assertThat(paths(Map.of("include_globs", List.of("*.py"), "exclude_globs", List.of("lib"))))
        .containsExactly("src/b/two.py");
    var ignored = values(Map.of("query", "needle", "paths", List.of("build/out.txt")));
    assertThat(ignored).containsEntry("total", 0L);
    assertThat(ignored.get("notes").toString()).contains("1 are ignored or too large");
    for (var bad :
        Map.of(
                "secret",
                "path-not-found",
                "secret/plan.md",
                "path-not-found",
                "../x",
                "path-outside-repository",
                "out/passwd",
                "path-outside-repository",
                ".git",
                "path-outside-repository",
                "nope",
                "path-not-found")
            .entrySet()) {
      assertThat(
              client.error(
                  "search_text", Map.of("query", "needle", "paths", List.of(bad.getKey()))))
          .as(bad.getKey())
          .containsEntry("code", bad.getValue());
    }
  }

  /** A path with a line separator of Unicode in it made a cursor that no tool knew. */
  @Test
  void pagesGoOnBehindAnyPath() throws IOException {
    write("a\u2028b\u0085.txt", "needle");
    write("c.txt", "needle");
    for (var tool : List.of("search_text", "list_paths")) {
      var arguments = new LinkedHashMap<String, Object>(Map.of("max_results", 1L));
      if (tool.equals("search_text")) {
        arguments.put("query", "needle");
      }
      arguments.put("cursor", client.values(tool, arguments).get("next_cursor"));
      assertThat(client.values(tool, arguments).toString()).contains("path=c.txt");
    }
  }

  /** Another query went on where the first had ended, and what came before was never shown. */
  @Test
  void aCursorIsGoodForItsOwnQuestionOnly() throws IOException {
    write("a.txt", "first and needle");
    write("b.txt", "needle");
    var page = client.values("search_text", Map.of("query", "needle", "max_results", 1L));
    var cursor = page.get("next_cursor");
    for (var other :
        List.of(
            Map.of("query", "first", "cursor", cursor),
            Map.of("query", "needle", "cursor", cursor, "regex", true),
            Map.of("query", "needle", "cursor", cursor, "paths", List.of("a.txt")))) {
      var error = client.error("search_text", other);
      assertThat(error).containsEntry("code", "invalid-argument");
      assertThat((String) error.get("message")).contains("another question");
    }
    assertThat(client.values("search_text", Map.of("query", "needle", "cursor", cursor)).toString())
        .contains("path=b.txt");
  }

  /** A page without room for one item named itself as the next: an agent went round in circles. */
  @Test
  void aPageWithoutRoomAsksForMoreRoom() throws IOException {
    write("a.txt", "needle");
    write(("d".repeat(200) + "/").repeat(5) + "b.txt", "needle");
    for (var tool : List.of("search_text", "list_paths")) {
      var arguments = new LinkedHashMap<String, Object>(Map.of("max_results", 1L));
      if (tool.equals("search_text")) {
        arguments.put("query", "needle");
      }
      arguments.put("cursor", client.values(tool, arguments).get("next_cursor"));
      arguments.put("max_tokens", 200L);
      var result = client.call(tool, arguments);
      assertThat(client.values(tool, arguments))
          .containsEntry("truncated", true)
          .doesNotContainKey("next_cursor");
      assertThat(text(result)).contains("1 more: raise max_tokens");
    }
  }

  @Test
  void aWrongQuestionIsAnsweredWithWhatIsWrong() {
    var error = client.error("search_text", Map.of("query", "foo(bar", "regex", true));
    assertThat(error).containsEntry("code", "invalid-argument");
    assertThat((String) error.get("message"))
        .startsWith(
            "query is \"foo(bar\"; it must be a regular expression (character 4: a '(' is not closed");
    assertThat(client.error("search_text", Map.of("query", "a\nb")))
        .containsEntry("code", "invalid-argument");
    assertThat(client.error("search_text", Map.of("query", "")))
        .containsEntry("code", "invalid-argument");
    assertThat(client.error("search_text", Map.of("query", "a", "cursor", "eA")))
        .containsEntry("code", "invalid-argument");
    assertThat(client.error("search_text", Map.of("query", "a", "languages", List.of("klingon"))))
        .containsEntry("code", "invalid-argument");
  }

  /** Pages must join to the whole, whatever limits cut them. */
  @RepeatedTest(2)
  void pagesJoin() throws IOException {
    var random = Seeded.random();
    var total = 0;
    for (var i = 0; i < 40; i++) {
      var lines = random.nextInt(12);
      total += lines;
      write(
          "f\u00e4%d.txt".formatted(i),
          ("x".repeat(random.nextInt(400)) + "needle\n").repeat(lines));
    }
    var joined = new ArrayList<String>();
    var arguments = new LinkedHashMap<String, Object>();
    arguments.put("query", "needle");
    while (true) {
      var tokens = 400 + random.nextInt(1_500);
      arguments.put("max_tokens", tokens);
      arguments.put("max_results", 1 + random.nextInt(60));
      arguments.put("context_lines", random.nextInt(2));
      var page = client.bounded("search_text", arguments, tokens);
      assertThat(page).containsEntry("total", (long) total);
      assertThat(page.get("truncated")).isEqualTo(page.containsKey("next_cursor"));
      for (var each : (List<?>) page.get("matches")) {
        var match = (Map<?, ?>) each;
        joined.add(match.get("path") + ":" + match.get("line"));
      }
      if (!page.containsKey("next_cursor")) {
        break;
      }
      arguments.put("cursor", page.get("next_cursor"));
    }
    assertThat(joined).hasSize(total).doesNotHaveDuplicates();
  }

  private List<Object> lines(Map<String, Object> arguments) {
    return of(values(arguments), "line");
  }

  private List<Object> paths(Map<String, Object> arguments) {
    var all = new LinkedHashMap<>(arguments);
    all.put("query", "needle");
    return of(values(all), "path");
  }

  private static List<Object> of(Map<String, Object> values, String key) {
    return ((List<?>) values.get("matches"))
        .stream().<Object>map(match -> ((Map<?, ?>) match).get(key)).toList();
  }

  private Map<String, Object> values(Map<String, Object> arguments) {
    return client.values("search_text", arguments);
  }

  private void write(String path, String text) throws IOException {
    Files.createDirectories(folder.resolve(path).getParent());
    Files.writeString(folder.resolve(path), text);
  }
}
