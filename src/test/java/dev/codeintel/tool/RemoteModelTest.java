package dev.codeintel.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.index.IndexStatus;
import dev.codeintel.index.RunReport;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.Progress;
import dev.codeintel.repo.Globs;
import dev.codeintel.repo.Workspace;
import dev.codeintel.search.Mode;
import dev.codeintel.search.SearchRequest;
import dev.codeintel.search.SearchResult;
import dev.codeintel.testkit.FakeVllm;
import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.Jar;
import dev.codeintel.testkit.TestFaiss;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole of indexing and searching over a model behind a network. */
class RemoteModelTest {

  @TempDir private Path folder;
  private final FakeVllm server = new FakeVllm();
  private GitRepo repo;

  @BeforeEach
  void repository() {
    repo = GitRepo.init(folder.resolve("repo"));
    repo.write("src/Cache.java", "class Cache {\n  void evict(Key oldest) {}\n}\n");
    repo.write("docs/guide.md", "# Guide\n\nHow the planets move around the sun.\n");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private CodeIntel open(Map<String, String> more) {
    var environment = new HashMap<>(more);
    environment.put("HOME", folder.toString());
    environment.put("XDG_CACHE_HOME", TestFaiss.cache().toString());
    return new CodeIntel(server.settings(environment), () -> Workspace.open(repo.root()));
  }

  private static RunReport index(CodeIntel codeintel) {
    return codeintel.index(false, Optional.empty(), CancelToken.create(), Progress.NONE);
  }

  private static SearchResult search(CodeIntel codeintel, String query, Mode mode) {
    var request = new SearchRequest(query, 10, mode, Globs.all(), Set.of());
    return codeintel.search(request, CancelToken.create());
  }

  @Test
  void aRepositoryIsIndexedAndSearchedByMeaning() {
    try (var codeintel = open(Map.of())) {
      assertThat(index(codeintel).missing()).isZero();
      var found = search(codeintel, "planets around the sun", Mode.SEMANTIC);
      assertThat(found.findings().getFirst().path()).isEqualTo("docs/guide.md");
      assertThat(found.index().model().orElseThrow()).startsWith("openai org/model");
    }
  }

  @Test
  void withoutTheServerASearchIsByWordsAndSaysSo() {
    try (var codeintel = open(Map.of())) {
      index(codeintel);
      server.always((_, reply) -> reply.send(503, FakeVllm.error(503, "loading the model")));
      var found = search(codeintel, "planets around the sun", Mode.HYBRID);
      assertThat(found.findings().getFirst().path()).isEqualTo("docs/guide.md");
      assertThat(found.notes())
          .anySatisfy(
              note ->
                  assertThat(note).contains("Ranked by words alone", "503", "loading the model"));
      assertThatThrownBy(() -> search(codeintel, "planets", Mode.SEMANTIC))
          .isInstanceOfSatisfying(
              CodeintelException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.EMBEDDING_UNAVAILABLE));
    }
  }

  @Test
  void aServerThatWasNeverThereLeavesWordsAndIsUsedWhenItComes() {
    server.health((_, reply) -> reply.send(503, ""));
    try (var codeintel = open(Map.of())) {
      assertThatThrownBy(() -> index(codeintel)).hasMessageContaining("answered 503");
      var found = search(codeintel, "planets around the sun", Mode.HYBRID);
      assertThat(found.findings().getFirst().path()).isEqualTo("docs/guide.md");
      assertThat(found.notes().toString()).contains("Ranked by words alone");
      assertThat(codeintel.status().embedder().unavailable()).isPresent();
      server.health((_, reply) -> reply.send(200, ""));
      Jar.await("the server is used", () -> isIndexed(codeintel));
      assertThat(search(codeintel, "planets", Mode.SEMANTIC).findings()).isNotEmpty();
    }
  }

  private static boolean isIndexed(CodeIntel codeintel) {
    try {
      return index(codeintel).missing() == 0;
    } catch (CodeintelException e) {
      return false;
    }
  }

  /** A few questions to a slow server took every thread that searches, and words waited too. */
  @Test
  void aSlowServerKeepsNoSearchByWordsWaiting() throws Exception {
    try (var codeintel = open(Map.of());
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      index(codeintel);
      var asked = server.asked().size();
      var cancel = CancelToken.create();
      server.always((_, reply) -> reply.stall());
      var slow = new ArrayList<Future<?>>();
      var many = Runtime.getRuntime().availableProcessors() + 4;
      for (var i = 0; i < many; i++) {
        var request = new SearchRequest("q" + i, 10, Mode.SEMANTIC, Globs.all(), Set.of());
        slow.add(threads.submit(() -> codeintel.search(request, cancel)));
      }
      Jar.await("all of them wait", () -> server.asked().size() == asked + many);
      assertThat(search(codeintel, "planets", Mode.LEXICAL).findings()).hasSize(1);
      assertThat(slow).noneMatch(Future::isDone);
      cancel.cancel();
      for (var each : slow) {
        assertThatThrownBy(each::get).hasRootCauseInstanceOf(CodeintelException.class);
      }
    }
  }

  @Test
  void aTextThatTheServerRefusesIsCountedAndFoundByWords() {
    repo.write("docs/poison.md", "# Odd\n\nThis has poison in it.\n");
    try (var codeintel = open(Map.of())) {
      assertThat(index(codeintel).missing()).isZero();
      var status = codeintel.status();
      assertThat(status.state()).isEqualTo(IndexStatus.State.READY);
      assertThat(status.skipped()).isEqualTo(Map.of("refused-by-model", 1));
      assertThat(search(codeintel, "poison", Mode.LEXICAL).findings()).hasSize(1);
    }
  }
}
