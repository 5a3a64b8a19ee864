package dev.codeintel.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.config.Settings;
import dev.codeintel.index.IndexStatus;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.MemoryBudget;
import dev.codeintel.ops.Progress;
import dev.codeintel.repo.Globs;
import dev.codeintel.repo.TextPlace;
import dev.codeintel.repo.TextQuery;
import dev.codeintel.repo.Workspace;
import dev.codeintel.repo.text.TextPattern;
import dev.codeintel.search.Mode;
import dev.codeintel.search.SearchRequest;
import dev.codeintel.testkit.GitRepo;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CodeIntelTest {

  private static final Duration WAIT = Duration.ofSeconds(60);

  @TempDir private Path folder;

  /** A file that was written just before the question was not found, for seconds. */
  @Test
  void anAskedRunSeesWhatWasWrittenBefore() {
    var repo = GitRepo.init(folder.resolve("repo"));
    repo.write("src/Cache.java", "class Cache {\n  void evictOldest() {}\n}\n");
    try (var codeintel = new CodeIntel(withoutModel(), () -> Workspace.open(repo.root()))) {
      codeintel.touch();
      assertThat(codeintel.reindex(false).await(WAIT)).isTrue();
      assertThat(codeintel.status().files()).isEqualTo(1);
      repo.write("src/Engine.java", "class Engine {\n  void startEngine() {}\n}\n");
      assertThat(codeintel.reindex(false).await(WAIT)).isTrue();
      assertThat(codeintel.status().files()).isEqualTo(2);
      var before = codeintel.status();
      assertThat(before.runs()).containsOnlyKeys("incremental");
      assertThat(codeintel.reindex(true).await(WAIT)).isTrue();
      var after = codeintel.status();
      assertThat(after.runs()).containsOnlyKeys("full", "incremental");
      assertThat(after.generation()).isGreaterThan(before.generation());
      assertThat(after.files()).isEqualTo(2);
    }
  }

  /**
   * As many walks through a large tree as there are processors took the threads on which requests
   * are answered: a ping waited for 15 s.
   */
  @Test
  void noWalkTakesAThreadThatAnswersRequests() throws Exception {
    var repo = GitRepo.init(folder.resolve("repo"));
    repo.write("src/Cache.java", "class Cache {}\n");
    try (var codeintel = new CodeIntel(withoutModel(), () -> Workspace.open(repo.root()))) {
      for (var tool : List.of(new ListPaths(), new SetScope())) {
        var walkers = new CopyOnWriteArrayList<Thread>();
        Progress progress = (_, _, _) -> walkers.add(Thread.currentThread());
        var call = new Call(CancelToken.withDeadline(WAIT), progress, Optional.empty());
        var arguments = Arguments.check(tool.definition(), Map.of());
        Thread.startVirtualThread(() -> tool.call(codeintel, arguments, call)).join();
        assertThat(walkers).isNotEmpty().noneMatch(Thread::isVirtual);
      }
    }
  }

  /** Whoever had waited for other searches until time was up was told nothing of the search. */
  @Test
  void aSearchThatFindsNoMemoryInTimeSaysSo() {
    var repo = GitRepo.init(folder.resolve("repo"));
    repo.write("src/Cache.java", "class Cache {}\n");
    var memory = new MemoryBudget(1);
    var query =
        new TextQuery(TextPattern.of("Cache", false, true), _ -> true, TextPlace.START, 0, 9);
    try (var codeintel = new CodeIntel(withoutModel(), () -> Workspace.open(repo.root()), memory);
        var others = memory.share()) {
      assertThat(codeintel.find(query, CancelToken.withDeadline(WAIT)).total()).isEqualTo(1);
      others.take(1, CancelToken.create());
      var found = codeintel.find(query, CancelToken.withDeadline(Duration.ofMillis(1)));
      assertThat(found.timeUp()).isTrue();
      assertThat(found.searched()).isZero();
      var cancelled = CancelToken.create();
      cancelled.cancel();
      assertThatThrownBy(() -> codeintel.find(query, cancelled))
          .isInstanceOfSatisfying(
              CodeintelException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
    }
  }

  /** {@code status}, and each search by words, unpacked and loaded the model. */
  @Test
  void whatNeedsNoVectorLoadsNoModel() {
    var repo = GitRepo.init(folder.resolve("repo"));
    repo.write("src/Cache.java", "class Cache {\n  void evictOldest() {}\n}\n");
    var settings =
        Settings.load(
            Optional.empty(),
            Map.of(
                "HOME", folder.toString(), "XDG_CACHE_HOME", folder.resolve("cache").toString()));
    try (var codeintel = new CodeIntel(settings, () -> Workspace.open(repo.root()))) {
      assertThat(codeintel.status().state()).isEqualTo(IndexStatus.State.ABSENT);
      codeintel.index(false, Optional.of(Duration.ZERO), CancelToken.create(), Progress.NONE);
      var request = new SearchRequest("evictOldest", 10, Mode.LEXICAL, Globs.all(), Set.of());
      assertThat(codeintel.search(request, CancelToken.create()).findings()).hasSize(1);
      assertThat(codeintel.verify()).isEmpty();
      assertThat(codeintel.status().embedder().identity()).startsWith("bge-small");
      assertThat(settings.cacheDirectory()).doesNotExist();
    }
  }

  private Settings withoutModel() {
    return Settings.load(Optional.empty(), Map.of("HOME", folder.toString(), "EMBEDDER", "none"));
  }
}
