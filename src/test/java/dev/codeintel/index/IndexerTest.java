package dev.codeintel.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.faiss.FaissLibrary;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.Progress;
import dev.codeintel.search.Mode;
import dev.codeintel.store.Storage;
import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.IndexedTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class IndexerTest extends IndexTestBase {

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

  /** The last half minute of a run of an hour was told as the whole. */
  @Test
  void partsOfARunAreOneInTheHistory() {
    embedder.callers(1);
    for (var i = 0; i < 30; i++) {
      repo.write(
          "many/Mine%d.java".formatted(i), "class Mine%d {\n  int pear%1$d;\n}\n".formatted(i));
    }
    var part = Duration.ofMillis(300);
    embedder.beforeBatch(
        () -> {
          for (var begun = System.nanoTime(); System.nanoTime() - begun < part.toNanos(); ) {
            LockSupport.parkNanos(1_000_000);
          }
        });
    try (var tree = tree()) {
      var indexer = tree.indexer();
      var parts = 0;
      var full = true;
      while (indexer.run(full, Optional.of(part), CancelToken.create(), Progress.NONE).isPart()) {
        assertThat(IndexStatus.of(tree.index).runs()).isEmpty();
        full = false;
        parts++;
      }
      assertThat(parts).isGreaterThanOrEqualTo(3);
      var runs = IndexStatus.of(tree.index).runs();
      assertThat(runs).containsOnlyKeys("full");
      assertThat(runs.get("full").durationMs()).isGreaterThanOrEqualTo(parts * part.toMillis());
    }
  }

  /** Where a machine was so busy that the model got nothing in time, indexing stood still. */
  @Test
  void aPartInWhichTheModelGotNothingIsFollowedByTheNext() {
    try (var tree = tree()) {
      var indexer = tree.indexer();
      var late = Optional.of(Duration.ofNanos(1));
      var part = indexer.run(true, late, CancelToken.create(), Progress.NONE);
      assertThat(part.embedded()).isZero();
      assertThat(part.missing()).isEqualTo(3);
      assertThat(part.isPart()).isTrue();
      var rest = indexer.run(false, Optional.empty(), CancelToken.create(), Progress.NONE);
      assertThat(rest.embedded()).isEqualTo(3);
      assertThat(rest.isPart()).isFalse();
      assertThat(IndexStatus.of(tree.index).runs()).containsOnlyKeys("full");
    }
  }

  /** A run that was to have words alone was told to go on. */
  @Test
  void aRunWithoutTheModelIsWhole() {
    try (var tree = tree()) {
      var none = Optional.of(Duration.ZERO);
      var words = tree.indexer().run(false, none, CancelToken.create(), Progress.NONE);
      assertThat(words.missing()).isEqualTo(3);
      assertThat(words.isPart()).isFalse();
      assertThat(IndexStatus.of(tree.index).runs()).containsOnlyKeys("incremental");
    }
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

  private Path linkedWorkTree() {
    var other = folder.resolve("other");
    repo.git("worktree", "add", "-q", other.toString());
    age(other);
    return other;
  }
}
