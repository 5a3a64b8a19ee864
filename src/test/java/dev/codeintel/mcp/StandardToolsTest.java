package dev.codeintel.mcp;

import static dev.codeintel.mcp.ToolClient.child;
import static dev.codeintel.mcp.ToolClient.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.search.Finding;
import dev.codeintel.search.IndexSummary;
import dev.codeintel.search.Mode;
import dev.codeintel.search.SearchResult;
import dev.codeintel.search.Why;
import dev.codeintel.testkit.Seeded;
import dev.codeintel.tool.FakeBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The shipped tools as a client sees them. */
class StandardToolsTest {

  private static final int LIST_TOKENS_MAX = 2_500;
  private static final int LIST_TOKENS_WITH_OUTPUT_MAX = 4_000;

  private static final Set<String> CHANGING = Set.of("set_scope", "reindex");

  @TempDir Path folder;

  private FakeBackend backend;
  private ToolClient client;

  @BeforeEach
  void open() throws IOException {
    write("src/main/App.java", "class App {\n  void run() {}\n}\n");
    write("src/main/util/Text.java", "class Text {}\r\n\r\nlast");
    write("src/app.py", "print('\u00fc\ud83d\ude00')\n");
    write("docs/guide.md", "# Guide\n");
    write("empty.txt", "");
    write("secret/plan.md", "plan\n");
    write(".codeintelignore", "secret/\n");
    write(".gitignore", "build/\n");
    write("build/out.txt", "made\n");
    Files.write(folder.resolve("data.bin"), new byte[] {1, 0, 2});
    Files.createSymbolicLink(folder.resolve("link.md"), Path.of("secret/plan.md"));
    Files.createDirectory(folder.resolve(".git"));
    backend = new FakeBackend(folder.toRealPath());
    client = new ToolClient(backend);
  }

  /** The catalogue is paid for in every conversation: forty tools once took 20,000 tokens. */
  @Test
  void theCatalogueIsShort() {
    var with = client.tools();
    var without =
        new Wire.ListToolsResult(
            with.tools().stream()
                .map(
                    tool ->
                        new Wire.Tool(
                            tool.name(),
                            tool.title(),
                            tool.description(),
                            tool.inputSchema(),
                            Optional.empty(),
                            tool.annotations()))
                .toList());
    assertThat(Json.size(without) / 4).isLessThan(LIST_TOKENS_MAX);
    assertThat(Json.size(with) / 4).isLessThan(LIST_TOKENS_WITH_OUTPUT_MAX);
    // Thirteen tools are planned; each may have its part.
    for (var tool : without.tools()) {
      assertThat(Json.size(tool) / 4).as(tool.name()).isLessThan(2 * LIST_TOKENS_MAX / 13);
    }
  }

  /** Clients turn schemas into those of their model, and stumble over unions and references. */
  @Test
  void schemasArePlain() throws Exception {
    var list = Json.asObject(Json.read(Json.write(client.tools()))).orElseThrow();
    var tools = Json.asList(list.get("tools")).orElseThrow();
    assertThat(tools.stream().<Object>map(tool -> ((Map<?, ?>) tool).get("name")).toList())
        .containsExactly(
            "semantic_search",
            "search_text",
            "list_paths",
            "open_file",
            "blame_range",
            "file_history",
            "set_scope",
            "index_status",
            "reindex");
    for (var each : tools) {
      var tool = Json.asObject(each).orElseThrow();
      var schema = Json.asObject(tool.get("inputSchema")).orElseThrow();
      assertThat(schema)
          .containsEntry("type", "object")
          .containsEntry("additionalProperties", false);
      // A client that asks before each change must not ask before a search.
      assertThat(tool)
          .containsEntry(
              "annotations",
              CHANGING.contains(tool.get("name"))
                  ? Map.of("readOnlyHint", false, "destructiveHint", false)
                  : Map.of("readOnlyHint", true));
      assertThat(Json.asObject(schema.get("properties")).orElseThrow()).containsKey("max_tokens");
      assertPlain(schema);
    }
  }

  private static void assertPlain(Map<String, Object> object) {
    assertThat(object).containsEntry("additionalProperties", false);
    Json.asObject(object.get("properties"))
        .orElseThrow()
        .forEach(
            (name, value) -> {
              var property = Json.asObject(value).orElseThrow();
              assertThat(property.get("type")).as(name).isInstanceOf(String.class);
              if (property.get("type").equals("object")) {
                assertPlain(property);
                return;
              }
              assertThat(property)
                  .as(name)
                  .containsAnyOf(
                      switch ((String) property.get("type")) {
                        case "array" -> Map.entry("items", Map.of("type", "string"));
                        case "boolean" -> Map.entry("default", property.get("default"));
                        case "integer" -> Map.entry("minimum", property.get("minimum"));
                        default ->
                            property.containsKey("enum")
                                ? Map.entry("enum", property.get("enum"))
                                : Map.entry("maxLength", property.get("maxLength"));
                      });
            });
  }

  /** The limit hid what came after it, and total said how many were shown. */
  @Test
  void listPathsCountsAllAndGoesOn() {
    var page = client.values("list_paths", Map.of("path", "src", "max_results", 2L));
    assertThat(paths(page)).containsExactly("src/app.py", "src/main/App.java");
    assertThat(page).containsEntry("total", 3L).containsEntry("truncated", true);
    var next =
        client.values(
            "list_paths",
            Map.of("path", "src/", "max_results", 2L, "cursor", page.get("next_cursor")));
    assertThat(paths(next)).containsExactly("src/main/util/Text.java");
    assertThat(next)
        .containsEntry("total", 3L)
        .containsEntry("truncated", false)
        .doesNotContainKey("next_cursor");
    var item = Json.asObject(((List<?>) next.get("items")).getFirst()).orElseThrow();
    assertThat(item).containsEntry("size", 21L).containsEntry("language", "java");
    assertThat((long) item.get("modified"))
        .isBetween(1_600_000_000L, System.currentTimeMillis() / 1000 + 10);
  }

  /** Languages were filtered after truncation. */
  @Test
  void listPathsFiltersBeforeItCuts() {
    var page =
        client.values(
            "list_paths",
            Map.of(
                "languages", List.of("java"),
                "exclude_globs", List.of("**/util/**"),
                "include_globs", List.of("**/*.{java,py}"),
                "max_results", 1L));
    assertThat(paths(page)).containsExactly("src/main/App.java");
    assertThat(page).containsEntry("total", 1L);
    assertThat(paths(client.values("list_paths", Map.of())))
        .doesNotContain("secret/plan.md", "build/out.txt");
  }

  /** Pages must join to the whole, whatever limits cut them. */
  @RepeatedTest(2)
  void pagesOfListPathsJoin() throws IOException {
    var random = Seeded.random();
    for (var i = 0; i < 150; i++) {
      write("many/" + "n\u00e4".repeat(random.nextInt(20)) + i + ".txt", "x");
    }
    var all = paths(client.values("list_paths", Map.of("path", "many", "max_tokens", 20_000L)));
    assertThat(all).hasSize(150);
    var joined = new ArrayList<Object>();
    var arguments = new LinkedHashMap<String, Object>();
    arguments.put("path", "many");
    while (true) {
      var tokens = 200 + random.nextInt(500);
      arguments.put("max_tokens", tokens);
      arguments.put("max_results", 1 + random.nextInt(20));
      var page = client.bounded("list_paths", arguments, tokens);
      joined.addAll(paths(page));
      if (!page.containsKey("next_cursor")) {
        break;
      }
      arguments.put("cursor", page.get("next_cursor"));
    }
    assertThat(joined).isEqualTo(all);
  }

  /** A file that came or went between two pages shifted the second one. */
  @Test
  void aPageGoesOnBehindTheLastWhateverCameAndWent() throws IOException {
    for (var name : List.of("b", "d", "f", "h", "j")) {
      write("many/" + name, name);
    }
    var arguments = new LinkedHashMap<String, Object>(Map.of("path", "many", "max_results", 2L));
    var first = client.values("list_paths", arguments);
    assertThat(paths(first)).containsExactly("many/b", "many/d");
    write("many/a", "a");
    write("many/e", "e");
    Files.delete(folder.resolve("many/d"));
    arguments.put("cursor", first.get("next_cursor"));
    // The same list, and, where that is forgotten (another process), one made anew.
    var same = client.values("list_paths", arguments);
    assertThat(paths(same)).containsExactly("many/f", "many/h");
    assertThat(same).containsEntry("total", 5L);
    var anew = new ToolClient(backend).values("list_paths", arguments);
    assertThat(paths(anew)).containsExactly("many/e", "many/f");
    assertThat(anew).containsEntry("total", 6L);
    arguments.remove("path");
    assertThat((String) client.error("list_paths", arguments).get("message"))
        .contains("another question");
    arguments.put("path", "many");
    arguments.put("cursor", same.get("next_cursor"));
    var last = client.values("list_paths", arguments);
    assertThat(paths(last)).containsExactly("many/j");
    assertThat(last).containsEntry("truncated", false).doesNotContainKey("next_cursor");
    arguments.put("cursor", "bWFueS9i");
    assertThat(client.error("list_paths", arguments)).containsEntry("code", "invalid-argument");
  }

  @Test
  void openFileGivesLinesAsTheyAre() {
    assertThat(
            client.values(
                "open_file", Map.of("path", "./src/main/util/Text.java", "start_line", 2L)))
        .isEqualTo(
            Map.of(
                "path",
                "src/main/util/Text.java",
                "content",
                "\r\nlast",
                "start_line",
                2L,
                "end_line",
                3L,
                "total_lines",
                3L,
                "size",
                21L,
                "encoding",
                "UTF-8",
                "revision",
                "WORKTREE",
                "truncated",
                false));
    assertThat(client.values("open_file", Map.of("path", "empty.txt")))
        .containsEntry("content", "")
        .containsEntry("total_lines", 0L);
    assertThat(client.values("open_file", Map.of("path", "build/out.txt")))
        .containsEntry("content", "made\n");
  }

  /** An error must say what is allowed; "invalid range" made an agent guess. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'path':'src/main/App.java','end_line':900} | invalid-argument | end_line is 900; it must be a line of src/main/App.java, 1 to 3, such as 3.",
        "{'path':'src/main/App.java','start_line':3,'end_line':2} | invalid-argument | end_line is 2; it must be a line of src/main/App.java, 3 to 3, such as 3.",
        "{'path':'empty.txt','start_line':1} | invalid-argument | start_line is 1, but empty.txt has 0 lines. Leave start_line and end_line out.",
        "{'path':'src/main/App.java','revision':'nope'} | revision-not-found | nope",
        "{'path':'secret/plan.md','revision':'nope'} | path-not-found | .codeintelignore",
        "{'path':'src/main/App.java','cursor':'!'} | invalid-argument | cursor is '!'",
        "{'path':'src/main/App.java','cursor':'YThmMTQ1MDQ5LjAtOQ'} | invalid-argument | it has changed",
        "{'path':'README.md','cursor':'YThmMTQ1MDQxLjAtMg'} | invalid-argument | another question",
        "{'path':'src'} | not-a-file | src is not a file",
        "{'path':'nope'} | path-not-found | nope does not exist",
        "{'path':'data.bin'} | binary-file | data.bin is binary (3 bytes)",
        "{'path':'secret/plan.md'} | path-not-found | .codeintelignore",
        "{'path':'link.md'} | path-not-found | .codeintelignore",
        "{'path':'../x'} | path-outside-repository | ..",
        "{'path':'/etc/passwd'} | path-outside-repository | absolute",
        "{'path':'.git/config'} | path-outside-repository | git's own folder",
      })
  void openFileRefusesWithAReason(String arguments, String code, String message) throws Exception {
    var given = Json.asObject(Json.read(quoted(arguments).getBytes(UTF_8))).orElseThrow();
    var error = client.error("open_file", given);
    assertThat(error).containsEntry("code", code);
    assertThat((String) error.get("message")).contains(quoted(message));
  }

  /** Pages must join to the file, byte for byte, lines that are too long for one answer too. */
  @RepeatedTest(2)
  void pagesOfOpenFileJoin() throws IOException {
    var random = Seeded.random();
    var text = new StringBuilder();
    for (var line = 0; line < 60; line++) {
      var most = random.nextInt(8) == 0 ? 3_000 : 60;
      for (var i = line == 30 ? 3_000 : random.nextInt(most); i > 0; i--) { // one is always cut
        text.append(
            random.nextInt(5) == 0 ? "\ud83d\ude00" : random.nextBoolean() ? "\"" : "\u00fc");
      }
      text.append(random.nextBoolean() ? "\r\n" : "\n");
    }
    text.append("end");
    write("long.txt", text.toString());
    var joined = new StringBuilder();
    var arguments = new LinkedHashMap<String, Object>();
    arguments.put("path", "long.txt");
    var cuts = 0;
    while (true) {
      var tokens = 200 + random.nextInt(300);
      arguments.put("max_tokens", tokens);
      var page = client.bounded("open_file", arguments, tokens);
      joined.append(page.get("content"));
      cuts += page.containsKey("notes") ? 1 : 0;
      assertThat(page.containsKey("next_cursor")).isEqualTo(page.get("truncated"));
      if (!page.containsKey("next_cursor")) {
        break;
      }
      arguments.put("cursor", page.get("next_cursor"));
    }
    assertThat(joined.toString()).isEqualTo(text.toString());
    assertThat(cuts).isPositive();
  }

  @Test
  void semanticSearchAsksAndAnswersAsItsContractSays() {
    backend.willFind(
        new SearchResult(
            List.of(
                new Finding(
                    "src/main/App.java",
                    2,
                    3,
                    Optional.of("App.run"),
                    "java",
                    0.81234567,
                    true,
                    new Why(
                        new TreeMap<>(Map.of("semantic", 0.8, "lexical", 0.25)), List.of("run")),
                    "  void run() {}\n}\n"),
                new Finding(
                    "README",
                    1,
                    1,
                    Optional.empty(),
                    "",
                    0.5,
                    false,
                    new Why(new TreeMap<>(), List.of()),
                    "hello")),
            new IndexSummary(3, Optional.of("0123"), 0.5, 2, Optional.of("bge")),
            List.of("Vectors are missing.")));
    var result =
        client.call(
            "semantic_search",
            Map.of(
                "query", "who runs", "limit", 2L, "mode", "lexical", "languages", List.of("java")));
    var request = backend.asked.getFirst();
    assertThat(request.query()).isEqualTo("who runs");
    assertThat(request.limit()).isEqualTo(2);
    assertThat(request.mode()).isEqualTo(Mode.LEXICAL);
    assertThat(request.languages()).containsExactly("java");
    assertThat(new String(Json.write(result.get("structuredContent")), UTF_8))
        .isEqualTo(
            quoted(
                "{'findings':[{'path':'src/main/App.java','start_line':2,'end_line':3,'symbol':'App.run','language':'java',"
                    + "'score':0.8123,'stale':true,'why':{'channels':{'lexical':0.25,'semantic':0.8},'terms':['run']},"
                    + "'snippet':'  void run() {}\\n}\\n'},"
                    + "{'path':'README','start_line':1,'end_line':1,'score':0.5,'why':{'channels':{},'terms':[]},'snippet':'hello'}],"
                    + "'total':2,'total_is_lower_bound':true,'truncated':false,"
                    + "'index':{'generation':3,'commit':'0123','embedded_share':0.5,'pending_files':2,'model':'bge'},"
                    + "'scope':{'languages':['java']},'notes':['Vectors are missing.']}"));
    assertThat(text(result))
        .isEqualTo(
            """
            src/main/App.java:2-3 App.run 0.812 stale
              void run() {}
            }

            README:1-1 0.500
            hello

            note: Vectors are missing.
            scope: languages java
            index: 50 % embedded, 2 files pending""");
  }

  /** A long first snippet pushed nine findings out of the answer. */
  @RepeatedTest(2)
  void semanticSearchShortensSnippetsBeforeItDropsFindings() {
    var random = Seeded.random();
    var findings = new ArrayList<Finding>();
    for (var i = 0; i < 20; i++) {
      findings.add(finding(random, i));
    }
    backend.willFind(
        new SearchResult(
            findings, new IndexSummary(1, Optional.empty(), 1, 0, Optional.empty()), List.of()));
    var arguments = new LinkedHashMap<String, Object>();
    arguments.put("query", "needle");
    for (var tokens : List.of(200, 1_000, 2_000, 6_000, 20_000)) {
      arguments.put("max_tokens", tokens);
      var values = client.bounded("semantic_search", arguments, tokens);
      var shown = (List<?>) values.get("findings");
      assertThat(shown.size()).isEqualTo(tokens == 200 ? shown.size() : 20).isPositive();
      assertThat(values).containsEntry("truncated", tokens < 20_000).containsEntry("total", 20L);
      assertThat(values.containsKey("notes")).isEqualTo(tokens < 20_000);
      for (var each : shown) {
        var one = Json.asObject(each).orElseThrow();
        assertThat(one).containsKeys("path", "start_line", "end_line", "symbol", "score");
        if (one.containsKey("snippet_start_line")) {
          assertThat((String) one.get("snippet")).contains("needle");
          var line = (long) one.get("snippet_start_line") - (long) one.get("start_line");
          assertThat(((String) one.get("snippet")).lines().findFirst().orElseThrow())
              .startsWith("line " + line + " ");
        }
      }
    }
  }

  @Test
  void indexStatusFitsAndSaysWhatItLeftOut() {
    var whole = client.call("index_status", Map.of());
    assertThat(child(whole, "structuredContent"))
        .containsEntry("state", "indexing")
        .containsEntry("embedded_share", 0.25)
        .containsEntry("skipped", Map.of("too-large", 2L))
        .doesNotContainKey("truncated");
    assertThat(child(child(whole, "structuredContent"), "progress"))
        .containsEntry("eta_seconds", 5L);
    assertThat(text(whole))
        .contains("progress: embedding 85 of 340, 5 s left")
        .contains("estimated_memory_bytes ")
        .doesNotContain("[") // a record of Java, with names that the values do not have
        .contains("gpu: state off, reason ");
    assertThat(child(whole, "structuredContent").keySet())
        .containsExactlyInAnyOrder(
            ("state files chunks embedded_share generation commit pending_files skipped index"
                    + " embedder gpu runs progress disk_bytes")
                .split(" "));
    for (var part :
        Map.of(
                "index", "kind vectors delta masked memory_bytes estimated_memory_bytes",
                "embedder", "identity dimension state",
                "gpu", "state reason",
                "progress", "phase done total rate eta_seconds")
            .entrySet()) {
      assertThat(child(child(whole, "structuredContent"), part.getKey()))
          .containsKeys(part.getValue().split(" "));
    }
    client.bounded("index_status", new LinkedHashMap<>(Map.of("max_tokens", 200)), 200);
  }

  /** An unknown language found nothing, and the agent believed it. */
  @ParameterizedTest
  @CsvSource({"semantic_search", "search_text", "list_paths"})
  void scopesAreChecked(String tool) {
    for (var bad :
        List.of(
            Map.<String, Object>of("languages", List.of("klingon")),
            Map.<String, Object>of("include_globs", List.of("[a")),
            Map.<String, Object>of("exclude_globs", "src"),
            Map.<String, Object>of("languages", List.of(7L)))) {
      var arguments = new LinkedHashMap<>(bad);
      if (tool.endsWith("_search") || tool.equals("search_text")) {
        arguments.put("query", "x");
      }
      var error = client.error(tool, arguments);
      assertThat(error).as(bad.toString()).containsEntry("code", "invalid-argument");
    }
    assertThat(backend.asked).isEmpty();
  }

  private static Finding finding(Random random, int number) {
    var lines = 40 + random.nextInt(20);
    var needle = random.nextInt(lines);
    var snippet = new StringBuilder();
    for (var i = 0; i < lines; i++) {
      snippet.append("line %d %s%s\n".formatted(i, i == needle ? "Needle " : "", "x".repeat(20)));
    }
    return new Finding(
        "src/File%d.java".formatted(number),
        5,
        4 + lines,
        Optional.of("File.run"),
        "java",
        1.0 / (number + 1),
        false,
        new Why(new TreeMap<>(Map.of("semantic", 0.5)), List.of("needle")),
        snippet.toString().replace("Needle", "needle"));
  }

  private void write(String path, String text) throws IOException {
    Files.createDirectories(folder.resolve(path).getParent());
    Files.writeString(folder.resolve(path), text);
  }

  private static List<Object> paths(Map<String, Object> page) {
    return ((List<?>) page.get("items"))
        .stream().<Object>map(item -> ((Map<?, ?>) item).get("path")).toList();
  }

  private static String quoted(String text) {
    return text.replace('\'', '"').replace("git\"s", "git's");
  }
}
