package dev.codeintel.mcp;

import static dev.codeintel.mcp.ToolClient.child;
import static dev.codeintel.mcp.ToolClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.config.Limits;
import dev.codeintel.repo.Globs;
import dev.codeintel.search.IndexSummary;
import dev.codeintel.search.SearchResult;
import dev.codeintel.tool.FakeBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scopes as clients set and use them. */
class ScopeToolsTest {

  private static final Map<String, Object> JAVA_IN_SRC =
      Map.of("include_globs", List.of("src/**"), "languages", List.of("java", "java"));
  private static final Map<String, Object> NORMALISED =
      Map.of("include_globs", List.of("src/**"), "languages", List.of("java"));

  @TempDir Path folder;

  private FakeBackend backend;
  private ToolClient client; // its calls stand alone
  private ToolClient mine;
  private ToolClient stdio;

  @BeforeEach
  void open() throws IOException {
    for (var path : List.of("src/A.java", "src/B.java", "src/c.py", "test/D.java", "x.md")) {
      Files.createDirectories(folder.resolve(path).getParent());
      Files.writeString(folder.resolve(path), "text\n");
    }
    backend = new FakeBackend(folder.toRealPath());
    backend.willFind(
        new SearchResult(
            List.of(), new IndexSummary(1, Optional.empty(), 1, 0, Optional.empty()), List.of()));
    stdio = new ToolClient(backend);
    client = stdio.alone();
    mine = stdio.in("mine");
  }

  private String set(Map<String, Object> scope) {
    return (String) client.values("set_scope", Map.of("scope", scope)).get("scope_id");
  }

  private static List<Object> paths(Map<String, Object> page) {
    return ((List<?>) page.get("items"))
        .stream().<Object>map(item -> ((Map<?, ?>) item).get("path")).toList();
  }

  @Test
  void setScopeAnswersAsItsContractSays() {
    var result = client.call("set_scope", Map.of("scope", JAVA_IN_SRC));
    var values = child(result, "structuredContent");
    assertThat(values)
        .containsOnlyKeys("scope", "scope_id", "expires_in_seconds", "matching_files")
        .containsEntry("scope", NORMALISED)
        .containsEntry("expires_in_seconds", 3_600L)
        .containsEntry("matching_files", 2L);
    assertThat(text(result))
        .isEqualTo(
            """
            scope: include_globs src/**; languages java
            matching_files: 2
            scope_id: %s (gone 3,600 s after its last use)"""
                .formatted(values.get("scope_id")));
  }

  @Test
  void everyToolWithAScopeTakesItAndSaysSo() {
    var id = set(JAVA_IN_SRC);
    var page = client.call("list_paths", Map.of("scope_id", id));
    assertThat(paths(child(page, "structuredContent"))).containsExactly("src/A.java", "src/B.java");
    assertThat(child(page, "structuredContent")).containsEntry("scope", NORMALISED);
    assertThat(text(page)).contains("scope: include_globs src/**; languages java");

    var found = client.call("semantic_search", Map.of("query", "x", "scope_id", id));
    var request = backend.asked.getFirst();
    assertThat(request.scope()).isEqualTo(Globs.of(List.of("src/**"), List.of()));
    assertThat(request.languages()).containsExactly("java");
    assertThat(child(found, "structuredContent")).containsEntry("scope", NORMALISED);
    assertThat(text(found)).contains("scope: include_globs src/**; languages java");

    assertThat(client.values("list_paths", Map.of())).doesNotContainKey("scope");
    assertThat(client.values("semantic_search", Map.of("query", "x"))).doesNotContainKey("scope");
  }

  @Test
  void argumentsReplaceWhatTheScopeSays() {
    var id = set(JAVA_IN_SRC);
    var python = Map.of("scope_id", id, "languages", List.of("python"));
    assertThat(paths(client.values("list_paths", python))).containsExactly("src/c.py");
    var anywhere = Map.of("scope_id", id, "include_globs", List.of());
    var page = client.values("list_paths", anywhere);
    assertThat(paths(page)).containsExactly("src/A.java", "src/B.java", "test/D.java");
    assertThat(page).containsEntry("scope", Map.of("languages", List.of("java")));
  }

  /** A second client of one server searched where the first had looked. */
  @Test
  void aConversationsScopeIsItsOwn() {
    var values = mine.values("set_scope", Map.of("scope", JAVA_IN_SRC));
    assertThat(values.get("notes").toString()).contains("even without scope_id");
    assertThat(paths(mine.values("list_paths", Map.of()))).hasSize(2);
    assertThat(mine.values("list_paths", Map.of())).containsEntry("scope", NORMALISED);
    assertThat(paths(client.in("other").values("list_paths", Map.of()))).hasSize(5);
    assertThat(paths(client.values("list_paths", Map.of()))).hasSize(5);

    for (var clearing :
        List.<Map<String, Object>>of(Map.of(), Map.of("scope", Map.of("languages", List.of())))) {
      mine.values("set_scope", Map.of("scope", JAVA_IN_SRC));
      var cleared = mine.values("set_scope", clearing);
      assertThat(cleared)
          .containsOnlyKeys("scope", "matching_files", "notes")
          .containsEntry("scope", Map.of())
          .containsEntry("matching_files", 5L);
      assertThat(paths(mine.values("list_paths", Map.of()))).hasSize(5);
    }
    stdio.values("set_scope", Map.of("scope", JAVA_IN_SRC));
    assertThat(paths(stdio.values("list_paths", Map.of()))).hasSize(2);

    var id = values.get("scope_id");
    assertThat(paths(client.values("list_paths", Map.of("scope_id", id)))).hasSize(2);
  }

  @Test
  void clearingWithoutAConversationSaysThatThereIsNothingToClear() {
    var cleared = client.values("set_scope", Map.of());
    assertThat(cleared).containsEntry("scope", Map.of()).doesNotContainKey("scope_id");
    assertThat(cleared.get("notes").toString()).contains("only for calls that give its scope_id");
  }

  @Test
  void anUnknownOrOldHandleIsAnErrorThatSaysWhatToDo() {
    var id = set(JAVA_IN_SRC);
    mine.values("set_scope", Map.of("scope", JAVA_IN_SRC));
    backend.nanos.addAndGet(Duration.ofSeconds(3_601).toNanos());
    for (var bad : List.of(id, "nonsense", "")) {
      for (var tool : List.of("list_paths", "semantic_search")) {
        var arguments =
            Map.of("scope_id", bad, tool.equals("list_paths") ? "path" : "query", "src");
        var error = client.error(tool, arguments);
        assertThat(error).containsEntry("code", "scope-not-found");
        assertThat((String) error.get("message")).contains("set_scope again");
      }
    }
    var error = mine.error("list_paths", Map.of());
    assertThat(error).containsEntry("code", "scope-not-found");
    assertThat((String) error.get("message")).contains("scope of this conversation is gone");
    mine.values("set_scope", Map.of());
    assertThat(paths(mine.values("list_paths", Map.of()))).hasSize(5);
    assertThat(backend.asked).isEmpty();
  }

  /** Half a list was of one scope and half of another. */
  @Test
  void pagesAreOfOneScope() {
    mine.values("set_scope", Map.of("scope", JAVA_IN_SRC));
    var page = mine.values("list_paths", Map.of("max_results", 1L));
    assertThat(paths(page)).containsExactly("src/A.java");
    var next = Map.of("cursor", page.get("next_cursor"));
    assertThat(paths(mine.values("list_paths", next))).containsExactly("src/B.java");

    mine.values("set_scope", Map.of("scope", Map.of("languages", List.of("java"))));
    var error = mine.error("list_paths", next);
    assertThat(error).containsEntry("code", "invalid-argument");
    assertThat((String) error.get("message"))
        .contains("cursor", "another question", "leave cursor out");
    assertThat(client.error("list_paths", next)).containsEntry("code", "invalid-argument");
    // The scope is what counts, not the way in which it is given.
    assertThat(
            paths(
                client.values(
                    "list_paths",
                    Map.of("cursor", page.get("next_cursor"), "scope_id", set(JAVA_IN_SRC)))))
        .containsExactly("src/B.java");
  }

  @Test
  void aBadScopeIsRefusedAndTheOldOneStays() {
    mine.values("set_scope", Map.of("scope", JAVA_IN_SRC));
    for (var bad :
        List.<Object>of(
            Map.of("languages", List.of("klingon")),
            Map.of("include_globs", List.of("[a")),
            Map.of("include", List.of("a")),
            Map.of("exclude_globs", "a"),
            List.of("src"),
            "src")) {
      var error = mine.error("set_scope", Map.of("scope", bad));
      assertThat(error).as(bad.toString()).containsEntry("code", "invalid-argument");
    }
    assertThat(paths(mine.values("list_paths", Map.of()))).hasSize(2);
  }

  /** Scopes of 100 globs stood in full in every answer. */
  @Test
  void aLongScopeLeavesRoomForTheAnswer() {
    var globs =
        IntStream.range(0, Limits.GLOBS_MAX).mapToObj(i -> "src/%d\u00e4/**".formatted(i)).toList();
    var long_ = Map.of("scope", Map.of("exclude_globs", globs), "max_tokens", 200L);
    var set = client.bounded("set_scope", long_, 200);
    assertThat(set).containsEntry("truncated", true).containsKey("scope_id");
    assertThat((long) child(set, "scope").get("not_shown")).isBetween(50L, 99L);
    var arguments = Map.of("scope_id", set.get("scope_id"), "max_tokens", 200L, "query", "x");
    var found = client.bounded("semantic_search", arguments, 200);
    assertThat(child(found, "scope")).containsKeys("exclude_globs", "not_shown");
    var whole = client.values("set_scope", Map.of("scope", Map.of("exclude_globs", globs)));
    assertThat(whole).containsEntry("scope", Map.of("exclude_globs", globs));
  }
}
