package dev.codeintel.tool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.Progress;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScopeTest {

  private static final ToolDefinition TOOL =
      new ToolDefinition("find", "Find", "A tool of a test.", Scope.PARAMETERS, List.of(), true);

  private final FakeBackend backend = new FakeBackend();

  /** {@code include / exclude / languages}; {@code -} is absent, {@code []} empty. */
  private static Map<String, Object> filters(String text) {
    var filters = new HashMap<String, Object>();
    var names = List.of("include_globs", "exclude_globs", "languages");
    var parts = text.split("/");
    for (var i = 0; i < names.size(); i++) {
      var part = parts[i].strip();
      if (!part.equals("-")) {
        filters.put(names.get(i), part.equals("[]") ? List.of() : List.of(part.split(" ")));
      }
    }
    return filters;
  }

  private static Scope scope(String text) {
    return Scope.ALL.with(Arguments.check(TOOL, filters(text)));
  }

  private Scope of(Map<String, Object> given, Optional<String> session) {
    var call = new Call(CancelToken.create(), Progress.NONE, session);
    return Scope.of(Arguments.check(TOOL, given), backend, call);
  }

  private static Map<String, Object> with(Map<String, Object> given, String id) {
    var all = new HashMap<>(given);
    all.put("scope_id", id);
    return all;
  }

  /** An argument was joined to the scope's own, or an empty list did not switch it off. */
  @ParameterizedTest
  @CsvSource({
    "- / - / -,            - / - / -,       - / - / -",
    "- / - / -,            src / - / java,  src / - / java",
    "src / gen / java,     - / - / -,       src / gen / java",
    "src / gen / java,     docs / - / -,    docs / gen / java",
    "src / gen / java,     - / *.x *.y / -, src / *.x *.y / java",
    "src / gen / java,     - / - / sql c,   src / gen / c sql",
    "src / gen / java,     [] / - / -,      - / gen / java",
    "src / gen / java,     - / [] / -,      src / - / java",
    "src / gen / java,     - / - / [],      src / gen / -",
    "src / gen / java,     [] / [] / [],    - / - / -",
    "src / gen / java,     a / b / c,       a / b / c",
    "src / - / -,          - / gen / -,     src / gen / -",
    "- / - / java python,  src / - / -,     src / - / java python",
  })
  void whatIsGivenReplacesAndTheRestIsKept(String kept, String given, String expected) {
    var id = backend.scopes().keep(scope(kept), Optional.of("a conversation"));
    var arguments = filters(given);
    assertThat(of(with(arguments, id), Optional.empty())).isEqualTo(scope(expected));
    assertThat(of(with(arguments, id), Optional.of("another"))).isEqualTo(scope(expected));
    assertThat(of(arguments, Optional.of("a conversation"))).isEqualTo(scope(expected));
    assertThat(of(arguments, Optional.of("another"))).isEqualTo(scope(given));
    assertThat(of(arguments, Optional.empty())).isEqualTo(scope(given));
  }

  /** Filters of two scopes were mixed. */
  @Test
  void aHandleLeavesNothingOfTheConversationsScope() {
    backend.scopes().keep(scope("src / gen / -"), Optional.of("here"));
    var id = backend.scopes().keep(scope("- / - / java"), Optional.empty());
    assertThat(of(Map.of("scope_id", id), Optional.of("here"))).isEqualTo(scope("- / - / java"));
  }

  @Test
  void languagesAreSortedAndStandOnceAndGlobsKeepTheirOrder() {
    var scope = scope("z a z / - / sql c sql");
    assertThat(scope.shown())
        .isEqualTo(
            Map.of("include_globs", List.of("z", "a", "z"), "languages", List.of("c", "sql")));
    assertThat(scope.words()).isEqualTo("scope: include_globs z a z; languages c sql");
    assertThat(Scope.ALL.words()).isEmpty();
  }

  /** A scope of 100 KB stood in an answer of 1 KB. */
  @Test
  void aLongScopeIsShownInPart() {
    var globs = Collections.nCopies(50, "x".repeat(90));
    var scope =
        Scope.ALL.with(
            Arguments.check(
                TOOL, Map.of("include_globs", globs, "languages", List.of("java", "c"))));
    assertThat(scope.shown())
        .isEqualTo(Map.of("include_globs", globs.subList(0, 3), "not_shown", 49));
    assertThat(scope.words()).hasSizeLessThan(Limits.SCOPE_SHOWN_BYTES_MAX + 50);
    assertThat(scope.words()).endsWith("; not_shown 49");
    assertThat(scope.shown(51))
        .containsEntry("languages", List.of("c"))
        .containsEntry("not_shown", 1);
    assertThat(scope.shown(52)).doesNotContainKey("not_shown");
  }
}
