package dev.codeintel.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.chunk.Chunker;
import dev.codeintel.embed.EmbeddingException;
import dev.codeintel.faiss.FaissLibrary;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.Progress;
import dev.codeintel.search.Mode;
import dev.codeintel.store.Storage;
import dev.codeintel.testkit.FaultyStorage;
import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.IndexedTree;
import dev.codeintel.testkit.TestFaiss;
import dev.codeintel.testkit.WordsEmbedder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexerTest {

  @TempDir private Path folder;
  private GitRepo repo;
  private Path data;
  private final WordsEmbedder embedder = new WordsEmbedder();

  @BeforeEach
  void repository() {
    repo = GitRepo.init(folder.resolve("repo"));
    repo.write(
        "src/Parser.java",
        "class Parser {\n  void parse(String sentence) {\n    grammar.apply(sentence);\n  }\n}\n");
    repo.write(
        "src/Cache.java",
        "class Cache {\n  void evict(Key oldest) {\n    entries.remove(oldest);\n  }\n}\n");
    repo.write("docs/guide.md", "# Guide\n\nHow the planets move around the sun.\n");
    repo.commitAll("first");
    age(repo.root());
    data = folder.resolve("data");
  }

  @Test
  void aFirstRunIndexesAllAndASecondDoesNothing() {
    try (var tree = tree()) {
      var first = tree.run();
      assertThat(first.added()).isEqualTo(3);
      assertThat(first.embedded()).isEqualTo(first.chunks()).isEqualTo(embedder.documents.get());
      assertThat(first.committed()).isTrue();
      var generation = tree.index.view().newest().orElseThrow().generation();

      var second = tree.run();
      assertThat(second.committed()).isFalse();
      assertThat(second.unchanged()).isEqualTo(3);
      assertThat(embedder.documents.get()).isEqualTo(first.embedded());
      assertThat(tree.index.view().newest().orElseThrow().generation()).isEqualTo(generation);
    }
  }

  @Test
  void everyChunkFindsItselfThroughItsVector() {
    try (var tree = tree()) {
      tree.run();
      assertThat(tree.paths("grammar sentence parse", Mode.SEMANTIC).getFirst())
          .isEqualTo("src/Parser.java");
      assertThat(tree.paths("evict the oldest entries", Mode.SEMANTIC).getFirst())
          .isEqualTo("src/Cache.java");
      assertThat(tree.paths("planets sun", Mode.SEMANTIC).getFirst()).isEqualTo("docs/guide.md");
    }
  }

  /**
   * "Incremental" embedded everything again; changed chunks kept old vectors; deleted ones stayed
   * as ghosts.
   */
  @Test
  void onlyWhatChangedIsEmbeddedAgain() throws IOException {
    try (var tree = tree()) {
      tree.run();
      var before = embedder.documents.get();
      repo.write(
          "src/Cache.java",
          "class Cache {\n  void refresh(Volcano lava) {\n    lava.flow();\n  }\n}\n");
      Files.delete(repo.root().resolve("docs/guide.md"));
      var report = tree.run();
      assertThat(report.changed()).isEqualTo(1);
      assertThat(report.deleted()).isEqualTo(1);
      assertThat(report.embedded()).isEqualTo(1);
      assertThat(embedder.documents.get()).isEqualTo(before + 1);
      assertThat(tree.paths("volcano lava", Mode.SEMANTIC).getFirst()).isEqualTo("src/Cache.java");
      assertThat(tree.paths("planets sun", Mode.HYBRID)).doesNotContain("docs/guide.md");
      assertThat(tree.paths("evict oldest", Mode.LEXICAL)).isEmpty();
    }
  }

  /**
   * Chunk ids were positions, and paths were part of the vector: a move cost as much as a new file.
   */
  @Test
  void aMovedFileCostsNoEmbedding() throws IOException {
    try (var tree = tree()) {
      tree.run();
      var before = embedder.documents.get();
      Files.createDirectories(repo.root().resolve("lib"));
      Files.move(repo.root().resolve("src/Cache.java"), repo.root().resolve("lib/Store.java"));
      var report = tree.run();
      assertThat(report.reused()).isEqualTo(1);
      assertThat(embedder.documents.get()).isEqualTo(before);
      assertThat(tree.paths("evict the oldest entries", Mode.SEMANTIC).getFirst())
          .isEqualTo("lib/Store.java");
    }
  }

  /** An edit within the clock tick of the run before was never seen. */
  @Test
  void anEditThatKeepsSizeAndTimeRightAfterARunIsSeen() throws IOException {
    var file = repo.root().resolve("src/Cache.java");
    var now = FileTime.fromMillis(System.currentTimeMillis());
    Files.setLastModifiedTime(file, now);
    try (var tree = tree()) {
      tree.run();
      Files.writeString(file, Files.readString(file).replace("evict", "purge"));
      Files.setLastModifiedTime(file, now);
      assertThat(tree.run().changed()).isEqualTo(1);
      assertThat(tree.paths("purge", Mode.LEXICAL)).containsExactly("src/Cache.java");
    }
  }

  /** All files of a fresh clone were read again by every run until something changed. */
  @Test
  void aFileThatWasModifiedRightBeforeARunIsReadOnceMoreAndThenKept() throws IOException {
    var file = repo.root().resolve("src/Cache.java");
    try (var tree = tree()) {
      tree.run();
      // As if that run had been a second after the edit, and the next one ten.
      var started = tree.index.view().newest().orElseThrow().startedMillis();
      Files.setLastModifiedTime(file, FileTime.fromMillis(started - 10_000));
      var once = tree.run();
      assertThat(once.committed()).isTrue();
      assertThat(once.changedNothing()).isTrue();
      var again = tree.run();
      assertThat(again.committed()).isFalse();
      assertThat(again.unchanged()).isEqualTo(3);
    }
  }

  /** A power cut left zeros in a file that nothing depends on, and {@code status} failed on it. */
  @Test
  void aDamagedRunHistoryIsPassedOver() throws IOException {
    try (var tree = tree()) {
      tree.run();
      Files.writeString(tree.index.folder().resolve("runs.properties"), "full=x y\nmerge=\n");
      assertThat(IndexStatus.of(tree.index).runs()).isEmpty();
    }
  }

  @Test
  void aFileWhoseTimeAloneChangedIsReadOnceAndKept() throws IOException {
    try (var tree = tree()) {
      tree.run();
      Files.setLastModifiedTime(
          repo.root().resolve("src/Cache.java"), FileTime.fromMillis(1_000_000_000_000L));
      var report = tree.run();
      assertThat(report.changed()).isZero();
      assertThat(report.embedded()).isZero();
    }
  }

  @Test
  void aSecondWorkTreeEmbedsNothingThatBothHave() {
    var other = linkedWorkTree();
    try (var first = tree();
        var second = new IndexedTree(other, data, embedder)) {
      first.run();
      var before = embedder.documents.get();
      repo.write(
          "src/Cache.java",
          "class Cache {\n  void evict(Key newest) {\n    crocodile.bite(newest);\n  }\n}\n");
      first.run();
      assertThat(embedder.documents.get()).isEqualTo(before + 1);
      var report = second.run();
      assertThat(embedder.documents.get()).isEqualTo(before + 1);
      assertThat(report.reused()).isEqualTo(report.chunks());
      assertThat(second.search("crocodile", Mode.LEXICAL).findings()).isEmpty();
      assertThat(first.paths("crocodile", Mode.LEXICAL)).containsExactly("src/Cache.java");
      assertThat(
              second.search("evict oldest entries", Mode.SEMANTIC).findings().getFirst().snippet())
          .contains("entries.remove(oldest)");
    }
  }

  /** Two runs raced, and one work tree showed the other's vectors. */
  @Test
  void twoWorkTreesIndexedAtTheSameTimeAreEachRight() throws Exception {
    var other = linkedWorkTree();
    for (var i = 0; i < 60; i++) {
      repo.write(
          "many/Shared%d.java".formatted(i), "class Shared%d { int common%d; }\n".formatted(i, i));
      GitRepo.at(other)
          .write(
              "many/Shared%d.java".formatted(i),
              "class Shared%d { int common%d; }\n".formatted(i, i));
      repo.write(
          "many/Mine%d.java".formatted(i), "class Mine%d { int apple%d; }\n".formatted(i, i));
      GitRepo.at(other)
          .write(
              "many/Yours%d.java".formatted(i), "class Yours%d { int pear%d; }\n".formatted(i, i));
    }
    var barrier = new CyclicBarrier(2);
    try (var first = tree();
        var second = new IndexedTree(other, data, embedder);
        var threads = Executors.newFixedThreadPool(2)) {
      var runs =
          List.of(first, second).stream()
              .map(
                  tree ->
                      threads.submit(
                          () -> {
                            barrier.await();
                            return tree.run();
                          }))
              .toList();
      for (var run : runs) {
        assertThat(run.get().chunks()).isEqualTo(123);
      }
      for (var tree : List.of(first, second)) {
        assertThat(tree.index.verify()).isEmpty();
        assertEveryVectorIsThatOfItsText(tree);
      }
      assertThat(first.paths("pear7", Mode.LEXICAL)).doesNotContain("many/Yours7.java");
      assertThat(second.paths("pear7", Mode.LEXICAL).getFirst()).isEqualTo("many/Yours7.java");
    }
  }

  @Test
  void aSecondRunOfTheSameTreeIsToldThatItIsBusy() {
    try (var tree = tree();
        var _ = tree.index.view().tryWrite(false).orElseThrow()) {
      assertThatThrownBy(tree::run)
          .isInstanceOfSatisfying(
              CodeintelException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BUSY));
    }
  }

  /** Ctrl-C, or a model server that goes away, threw away what was made. */
  @Test
  void whatWasEmbeddedBeforeTheModelWentAwayIsKept() {
    for (var i = 0; i < 40; i++) {
      repo.write(
          "many/File%d.java".formatted(i), "class File%d { int value%d; }\n".formatted(i, i));
    }
    try (var tree = tree()) {
      embedder.failAfter(20);
      assertThatThrownBy(tree::run).isInstanceOf(EmbeddingException.class);
      assertThat(IndexStatus.of(tree.index).embeddedShare()).isBetween(0.3, 0.6);
      assertThat(tree.paths("value33", Mode.LEXICAL).getFirst()).isEqualTo("many/File33.java");
      embedder.failAfter(Integer.MAX_VALUE);
      var before = embedder.documents.get();
      var report = tree.run();
      assertThat(embedder.documents.get() - before).isEqualTo(report.chunks() - 16);
      assertThat(IndexStatus.of(tree.index).embeddedShare()).isEqualTo(1.0);
      assertEveryVectorIsThatOfItsText(tree);
    }
  }

  @Test
  void aCancelledRunLeavesASoundIndexThatTheNextOneFinishes() {
    for (var i = 0; i < 40; i++) {
      repo.write(
          "many/File%d.java".formatted(i), "class File%d { int value%d; }\n".formatted(i, i));
    }
    var cancel = CancelToken.create();
    embedder.beforeBatch(
        () -> {
          if (embedder.documents.get() >= 16) {
            cancel.cancel();
          }
        });
    try (var tree = tree()) {
      assertThatThrownBy(() -> tree.run(false, cancel, Progress.NONE))
          .isInstanceOfSatisfying(
              CodeintelException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
      assertThat(tree.index.verify()).isEmpty();
      assertThat(IndexStatus.of(tree.index).embeddedShare()).isBetween(0.3, 0.6);
      tree.run();
      assertThat(IndexStatus.of(tree.index).embeddedShare()).isEqualTo(1.0);
      assertEveryVectorIsThatOfItsText(tree);
    }
  }

  @Test
  void aDamagedBlockIsMadeAgainByTheNextRun() throws IOException {
    try (var tree = tree()) {
      tree.run();
    }
    Path block;
    try (var files = Files.walk(data)) {
      block = files.filter(file -> file.toString().endsWith(".vec")).findFirst().orElseThrow();
    }
    var bytes = Files.readAllBytes(block);
    bytes[bytes.length / 2] ^= 4;
    Files.write(block, bytes);
    try (var tree = tree()) {
      assertThat(tree.index.verify()).isNotEmpty();
      assertThat(IndexStatus.of(tree.index).state()).isEqualTo(IndexStatus.State.DAMAGED);
      tree.run();
      assertThat(tree.index.verify()).isEmpty();
      assertThat(IndexStatus.of(tree.index).state()).isEqualTo(IndexStatus.State.READY);
      assertThat(IndexStatus.of(tree.index).embeddedShare()).isEqualTo(1.0);
      assertEveryVectorIsThatOfItsText(tree);
    }
  }

  /**
   * Ctrl-C in the middle of a large first listing lost all that was read, and nothing could be
   * searched meanwhile.
   */
  @Test
  void aFirstListingIsSearchableWhileItGoesOnAndNotLostWhenItIsCancelled() {
    for (var i = 0; i < 20; i++) {
      repo.write(
          "many/File%02d.java".formatted(i), "class File%d { int value%d; }\n".formatted(i, i));
    }
    age(repo.root());
    var cancel = CancelToken.create();
    try (var tree = tree()) {
      var indexer =
          new Indexer(
              tree.workspace, tree.index, new Chunker(2_200), Optional.of(embedder), Duration.ZERO);
      Progress cancelLate =
          (phase, done, _) -> {
            if (phase.equals(TextPhase.NAME) && done == 12) {
              cancel.cancel();
            }
          };
      assertThatThrownBy(() -> indexer.run(false, Optional.empty(), cancel, cancelLate))
          .isInstanceOf(CodeintelException.class);
      var status = IndexStatus.of(tree.index);
      assertThat(status.files()).isBetween(10, 13);
      assertThat(status.embeddedShare()).isZero();
      var early = tree.search("value3", Mode.LEXICAL);
      assertThat(early.findings().getFirst().path()).isEqualTo("many/File03.java");
      assertThat(early.notes()).anyMatch(note -> note.contains("first listing is not complete"));

      var report = tree.run();
      assertThat(report.unchanged()).isEqualTo(status.files());
      assertThat(report.added()).isEqualTo(23 - status.files());
      assertThat(IndexStatus.of(tree.index).embeddedShare()).isEqualTo(1.0);
    }
  }

  /** A full run showed readers a part of what they could search before. */
  @Test
  void aFullRunShowsNothingBeforeItHasReadEverything() {
    try (var tree = tree()) {
      tree.run();
      var indexer =
          new Indexer(
              tree.workspace, tree.index, new Chunker(2_200), Optional.of(embedder), Duration.ZERO);
      Progress look =
          (phase, _, _) -> {
            if (phase.equals(TextPhase.NAME)) {
              assertThat(tree.index.view().newest().orElseThrow().files()).isEqualTo(3);
            }
          };
      indexer.run(true, Optional.empty(), CancelToken.create(), look);
      assertThat(IndexStatus.of(tree.index).embeddedShare()).isEqualTo(1.0);
    }
  }

  /** A view whose bytes rotted could be neither read nor made anew. */
  @Test
  void aDamagedViewIsFoundAndAFullRunMakesItAnew() throws IOException {
    try (var tree = tree()) {
      tree.run();
      rot(tree.index.folder());
    }
    var before = embedder.documents.get();
    try (var tree = tree()) {
      assertThat(tree.index.verify()).isNotEmpty();
      tree.run(true, CancelToken.create(), Progress.NONE);
      assertThat(tree.index.verify()).isEmpty();
      assertThat(tree.paths("evictOldest oldest", Mode.HYBRID).getFirst())
          .isEqualTo("src/Cache.java");
      assertThat(embedder.documents.get()).isEqualTo(before);
    }
  }

  /** The file that names all others was rotten, and the repair that was advised failed on it. */
  @Test
  void aViewWhoseCommitIsDamagedIsMadeAnewByAFullRun() throws IOException {
    try (var tree = tree()) {
      tree.run();
      try (var files = Files.list(tree.index.folder())) {
        for (var file : files.toList()) {
          if (file.getFileName().toString().startsWith("segments_")) {
            flip(file);
          }
        }
      }
    }
    try (var tree = tree()) {
      assertThat(IndexStatus.of(tree.index).state()).isEqualTo(IndexStatus.State.DAMAGED);
      assertThatThrownBy(tree::run)
          .isInstanceOfSatisfying(
              CodeintelException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.INDEX_DAMAGED));
      tree.run(true, CancelToken.create(), Progress.NONE);
      assertThat(tree.index.verify()).isEmpty();
      assertThat(tree.paths("oldest", Mode.HYBRID).getFirst()).isEqualTo("src/Cache.java");
    }
  }

  /** Flips a bit of the largest file of a view. */
  private static void rot(Path view) throws IOException {
    Path largest;
    try (var files = Files.list(view)) {
      largest = files.max(Comparator.comparingLong(file -> file.toFile().length())).orElseThrow();
    }
    flip(largest);
  }

  private static void flip(Path file) throws IOException {
    var bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 16;
    Files.delete(file); // a file that is mapped must not be written in place
    Files.write(file, bytes);
  }

  @Test
  void statusTellsWhatTheIndexHolds() {
    try (var tree = tree()) {
      assertThat(IndexStatus.of(tree.index).state()).isEqualTo(IndexStatus.State.ABSENT);
      tree.run();
      var status = IndexStatus.of(tree.index);
      assertThat(status.state()).isEqualTo(IndexStatus.State.READY);
      assertThat(status.commit()).contains(repo.head());
      assertThat(status.index().vectors()).isEqualTo(3);
      assertThat(status.index().memoryBytes()).isZero();
      assertThat(status.index().estimatedMemoryBytes()).isEqualTo(3 * (32 * 4 + 8));
      assertThat(status.runs()).containsOnlyKeys("incremental");
      repo.write("src/Cache.java", "class Cache {\n  int other;\n}\n");
      tree.run();
      assertThat(IndexStatus.of(tree.index).index().masked()).isEqualTo(1);
      tree.search("other", Mode.SEMANTIC);
      assertThat(IndexStatus.of(tree.index).index().memoryBytes()).isEqualTo(4 * (32 * 4 + 8));
    }
  }

  /**
   * A disk that fills up in the middle left an index that said it was ready. Fails the 1st, 2nd,
   * 3rd ... change.
   */
  @Test
  void whateverWriteFailsTheNextRunMakesARightIndex() {
    for (var i = 0; i < 6; i++) {
      repo.write(
          "many/File%d.java".formatted(i), "class File%d { int value%d; }\n".formatted(i, i));
    }
    var failures = 0;
    for (var failAt = 1; ; failAt += 1 + failAt / 12) {
      var place = folder.resolve("data" + failAt);
      var storage = new FaultyStorage(failAt);
      var broken = new AtomicReference<RuntimeException>();
      try (var tree =
          new IndexedTree(
              storage, repo.root(), place, Optional.of(embedder), TestFaiss.library())) {
        tree.run();
      } catch (CodeintelException | IllegalStateException e) {
        broken.set(e);
      }
      if (!storage.failed()) {
        break;
      }
      failures++;
      try (var tree = new IndexedTree(repo.root(), place, embedder)) {
        assertThat(tree.index.verify()).as("change %d, then %s", failAt, broken.get()).isEmpty();
        tree.run();
        assertThat(tree.index.verify()).as("change %d", failAt).isEmpty();
        assertThat(IndexStatus.of(tree.index).embeddedShare())
            .as("change %d", failAt)
            .isEqualTo(1.0);
        assertThat(tree.paths("value3", Mode.LEXICAL).getFirst()).isEqualTo("many/File3.java");
        assertEveryVectorIsThatOfItsText(tree);
      }
    }
    assertThat(failures).isGreaterThan(10);
  }

  @Test
  void withoutAnEmbedderWordsAreSearchedAndNothingIsMissing() {
    try (var tree =
        new IndexedTree(
            Storage.DISK,
            repo.root(),
            data,
            Optional.empty(),
            FaissLibrary.unavailable("not here"))) {
      tree.run();
      var result = tree.search("evict oldest", Mode.HYBRID);
      assertThat(result.findings().getFirst().path()).isEqualTo("src/Cache.java");
      assertThat(result.notes()).anyMatch(note -> note.startsWith("Ranked by words alone"));
      assertThat(result.index().model()).isEmpty();
    }
  }

  /** A run over 296 files said that 297 were new: a binary one is known but not indexed. */
  @Test
  void skippedFilesAreCountedAndNotReadAgain() {
    repo.write("image.bin", new byte[] {1, 0, 2, 0});
    repo.write(".env", "PASSWORD=secret-of-the-house\n");
    try (var tree = tree()) {
      assertThat(tree.run().added()).isEqualTo(3);
      var status = IndexStatus.of(tree.index);
      assertThat(status.files()).isEqualTo(3);
      assertThat(status.skipped()).containsEntry("binary", 1).containsEntry("secret", 1);
      assertThat(tree.paths("secret-of-the-house", Mode.LEXICAL)).doesNotContain(".env");
      tree.run();
      assertThat(IndexStatus.of(tree.index).skipped()).isEqualTo(status.skipped());
    }
  }

  /** A data folder in the work tree was indexed, which changed it, which was indexed. */
  @Test
  void aDataFolderInTheWorkTreeIsNotIndexed() {
    try (var tree = new IndexedTree(repo.root(), repo.root().resolve("data"), embedder)) {
      tree.run();
      assertThat(IndexStatus.of(tree.index).files()).isEqualTo(3);
      assertThat(tree.run().committed()).isFalse();
    }
  }

  @Test
  void theDataFolderIsForItsOwnerAlone() throws IOException {
    try (var tree = tree()) {
      tree.run();
      try (var folders = Files.walk(data)) {
        assertThat(folders.filter(Files::isDirectory).toList())
            .allSatisfy(
                each ->
                    assertThat(
                            java.nio.file.attribute.PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(each)))
                        .isEqualTo("rwx------"));
      }
    }
  }

  private IndexedTree tree() {
    return new IndexedTree(repo.root(), data, embedder);
  }

  private Path linkedWorkTree() {
    var other = folder.resolve("other");
    repo.git("worktree", "add", "-q", other.toString());
    age(other);
    return other;
  }

  /** Makes files old enough that a run trusts their times. */
  private static void age(Path root) {
    try (var files = Files.walk(root)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_600_000_000_000L));
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void assertEveryVectorIsThatOfItsText(IndexedTree tree) {
    var generation = tree.index.generations().acquire().orElseThrow();
    try {
      assertThat(generation.embedded()).isEqualTo(generation.chunks()).isPositive();
      for (var i = 0; i < generation.embedded(); i++) {
        var doc = generation.embeddedDocument(i);
        var vector = generation.vector(doc).orElseThrow();
        assertThat(vector.toArray(java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED))
            .isEqualTo(WordsEmbedder.vector(generation.chunk(doc).chunk().text()));
      }
    } finally {
      generation.release();
    }
  }
}
