package dev.codeintel.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.chunk.Chunker;
import dev.codeintel.embed.EmbeddingException;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.Progress;
import dev.codeintel.search.Mode;
import dev.codeintel.testkit.FaultyStorage;
import dev.codeintel.testkit.IndexedTree;
import dev.codeintel.testkit.TestFaiss;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Whatever ends a run or rots on the disk, the next run makes a right index. */
class IndexRecoveryTest extends IndexTestBase {

  /** Ctrl-C, or a model server that goes away, threw away what was made. */
  @Test
  void whatWasEmbeddedBeforeTheModelWentAwayIsKept() {
    embedder.callers(1);
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
    embedder.callers(1);
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
}
