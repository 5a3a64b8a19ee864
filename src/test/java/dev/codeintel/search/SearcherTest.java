package dev.codeintel.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.faiss.FaissLibrary;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.repo.Globs;
import dev.codeintel.store.Storage;
import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.IndexedTree;
import dev.codeintel.testkit.Seeded;
import dev.codeintel.testkit.WordsEmbedder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearcherTest {

  @TempDir private Path folder;
  private GitRepo repo;
  private final WordsEmbedder embedder = new WordsEmbedder();
  private IndexedTree tree;

  @BeforeEach
  void index() {
    repo = GitRepo.init(folder.resolve("repo"));
    repo.write(
        "src/Parser.java",
        "class Parser {\n  void parse(String sentence) {\n    throw new Oops(\"no such grammar rule\");\n  }\n}\n");
    repo.write(
        "src/Cache.java",
        "class Cache {\n  void evictOldest(Key oldest) {\n    entries.remove(oldest);\n  }\n}\n");
    repo.write(
        "lib/cache.py", "def evict_oldest(cache):\n    cache.entries.remove(cache.oldest)\n");
    repo.write(
        "src/test/CacheTest.java",
        "class CacheTest {\n  void evictOldest() {\n    cache.evictOldest(oldest);\n  }\n}\n");
    tree = new IndexedTree(repo.root(), folder.resolve("data"), embedder);
    tree.run();
  }

  @AfterEach
  void close() {
    tree.close();
  }

  @Test
  void aNameFindsItsDefinitionBeforeItsTest() {
    assertThat(tree.paths("evictOldest", Mode.HYBRID).subList(0, 2))
        .containsExactly("src/Cache.java", "src/test/CacheTest.java");
    assertThat(tree.paths("test that evictOldest works", Mode.HYBRID).getFirst())
        .isEqualTo("src/test/CacheTest.java");
  }

  @Test
  void codeComesBeforeTheDataThatSaysTheSame() {
    repo.write("volcano.xml", "<volcano>watches the lava level</volcano>\n");
    repo.write(
        "src/Volcano.java", "class Volcano {\n  // watches the lava level, and the gas\n}\n");
    tree.run();
    assertThat(tree.paths("who watches the level of lava in a volcano", Mode.HYBRID).getFirst())
        .isEqualTo("src/Volcano.java");
  }

  /** Token phrases missed literals; a raw substring is what was asked for. */
  @Test
  void aPieceOfALiteralIsFoundLetterByLetter() {
    var finding = tree.search("such grammar ru", Mode.HYBRID).findings().getFirst();
    assertThat(finding.path()).isEqualTo("src/Parser.java");
    assertThat(finding.why().channels()).containsEntry("exact", 4.0);
  }

  /** Filters were applied after top-k: a page could be empty although many chunks matched. */
  @Test
  void aScopeFiltersBeforeTheBestAreTaken() {
    for (var i = 0; i < 300; i++) {
      repo.write(
          "many/Cache%d.java".formatted(i),
          "class Cache%d {\n  void evictOldest(Key oldest%d) {}\n}\n".formatted(i, i));
    }
    tree.run();
    for (var mode : Mode.values()) {
      var request =
          new SearchRequest(
              "evict oldest cache", 5, mode, Globs.of(List.of("lib/**"), List.of()), Set.of());
      assertThat(tree.search(request).findings())
          .as("%s", mode)
          .extracting(Finding::path)
          .containsExactly("lib/cache.py");
    }
    var python =
        new SearchRequest("evict oldest cache", 5, Mode.HYBRID, Globs.all(), Set.of("python"));
    assertThat(tree.search(python).findings())
        .extracting(Finding::language)
        .containsExactly("python");
  }

  @Test
  void findingsOfAGoneFileAreDroppedAndThoseOfAChangedOneMarked() throws IOException {
    Files.delete(repo.root().resolve("lib/cache.py"));
    repo.write(
        "src/Cache.java",
        "// moved down\n\n" + Files.readString(repo.root().resolve("src/Cache.java")));
    repo.write("src/Parser.java", "class Parser {}\n");
    var found = tree.search("evict the oldest cache entries", Mode.HYBRID);
    assertThat(found.findings()).extracting(Finding::path).doesNotContain("lib/cache.py");
    var cache =
        found.findings().stream()
            .filter(each -> each.path().equals("src/Cache.java"))
            .findFirst()
            .orElseThrow();
    assertThat(cache.stale()).isTrue();
    assertThat(Files.readAllLines(repo.root().resolve("src/Cache.java")).get(cache.startLine() - 1))
        .isEqualTo(cache.snippet().lines().findFirst().orElseThrow());
    assertThat(tree.search("no such grammar rule", Mode.LEXICAL).findings().getFirst().stale())
        .isTrue();
    assertThat(found.notes()).anyMatch(note -> note.contains("changed since they were indexed"));
    assertThat(found.index().pendingFiles()).isPositive();
  }

  @Test
  void aTouchedFileWithTheSameBytesIsNotStale() throws IOException {
    var file = repo.root().resolve("src/Cache.java");
    Files.setLastModifiedTime(
        file, java.nio.file.attribute.FileTime.fromMillis(1_500_000_000_000L));
    assertThat(tree.search("evictOldest", Mode.HYBRID).findings()).noneMatch(Finding::stale);
  }

  /** While vectors were missing, what had none could never be found. */
  @Test
  void aChunkWithoutAVectorIsScoredByItsWords() {
    var missing = new WordsEmbedder();
    missing.failAfter(0);
    repo.write("src/New.java", "class New {\n  void volcano() {\n    lava.erupt();\n  }\n}\n");
    try (var other =
        new IndexedTree(
            Storage.DISK,
            repo.root(),
            folder.resolve("data"),
            Optional.of(missing),
            dev.codeintel.testkit.TestFaiss.library())) {
      assertThatThrownBy(other::run).isInstanceOf(CodeintelException.class);
    }
    var result = tree.search("when does the volcano erupt", Mode.HYBRID);
    assertThat(result.findings().getFirst().path()).isEqualTo("src/New.java");
    assertThat(result.index().embeddedShare()).isBetween(0.1, 0.99);
    assertThat(result.notes()).anyMatch(note -> note.contains("have vectors so far"));
  }

  @Test
  void withoutFaissSemanticModeSaysWhyAndHybridFallsBack() {
    try (var other =
        new IndexedTree(
            Storage.DISK,
            repo.root(),
            folder.resolve("data"),
            Optional.of(embedder),
            FaissLibrary.unavailable("no library here"))) {
      assertThatThrownBy(() -> other.search("evict", Mode.SEMANTIC))
          .isInstanceOfSatisfying(
              CodeintelException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.EMBEDDING_UNAVAILABLE);
                assertThat(e).hasMessageContaining("no library here");
              });
      assertThat(other.search("evictOldest", Mode.HYBRID).notes())
          .anyMatch(note -> note.contains("no library here"));
    }
  }

  @Test
  void beforeTheFirstCommitTheIndexIsNotReady() {
    var empty = GitRepo.init(folder.resolve("empty"));
    try (var other = new IndexedTree(empty.root(), folder.resolve("data"), embedder)) {
      assertThatThrownBy(() -> other.search("x", Mode.LEXICAL))
          .isInstanceOfSatisfying(
              CodeintelException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.INDEX_NOT_READY));
    }
  }

  @Test
  void aRepositoryWithoutFilesHasNoFindings() {
    var empty = GitRepo.init(folder.resolve("empty"));
    try (var other = new IndexedTree(empty.root(), folder.resolve("data"), embedder)) {
      other.run();
      for (var mode : Mode.values()) {
        var result = other.search("x", mode);
        assertThat(result.findings()).isEmpty();
        assertThat(result.notes()).as("waiting for vectors of nothing").isEmpty();
      }
    }
  }

  /** The trigrams of a query were put in lower case in another way than those of the chunks. */
  @Test
  void aPieceOfALiteralIsFoundWhateverItsLetters() {
    repo.write("src/Street.java", "String street = \"xİyz qİz\";\n");
    tree.run();
    assertThat(tree.paths("İyz qİ", Mode.LEXICAL)).contains("src/Street.java");
  }

  /** The order of equal scores came from the order of threads and segments. */
  @Test
  void theSameQuestionGetsTheSameAnswerAndTiesGoByPathAndLine() {
    for (var i = 9; i >= 0; i--) {
      repo.write("same/F%d.java".formatted(i), "void same() {\n  identical.words();\n}\n");
    }
    tree.run();
    var first = tree.search("identical words", Mode.HYBRID).findings();
    assertThat(first).extracting(Finding::path).isSortedAccordingTo(Comparator.naturalOrder());
    for (var i = 0; i < 5; i++) {
      assertThat(tree.search("identical words", Mode.HYBRID).findings()).isEqualTo(first);
    }
  }

  /** Reload set the index to null while searches ran. */
  @Test
  void searchesBesideIndexRunsEachSeeOneWholeGeneration() throws Exception {
    var random = Seeded.random();
    var stop = new AtomicBoolean();
    try (var threads = Executors.newFixedThreadPool(3)) {
      var searches = new ArrayList<java.util.concurrent.Future<Integer>>();
      for (var i = 0; i < 3; i++) {
        searches.add(
            threads.submit(
                () -> {
                  var answered = 0;
                  while (!stop.get()) {
                    var result = tree.search("twin alpha", Mode.HYBRID);
                    var twins =
                        result.findings().stream()
                            .filter(each -> each.path().startsWith("twin/"))
                            .toList();
                    // Both files of a round are written before a run, which commits them together.
                    assertThat(twins.size() % 2).isZero();
                    answered++;
                  }
                  return answered;
                }));
      }
      for (var round = 0; round < 4; round++) {
        var salt = random.nextInt();
        repo.write("twin/a%d.md".formatted(round), "twin alpha %d\n".formatted(salt));
        repo.write("twin/b%d.md".formatted(round), "twin alpha %d\n".formatted(salt));
        tree.run();
      }
      stop.set(true);
      for (var search : searches) {
        assertThat(search.get()).isPositive();
      }
    }
  }
}
