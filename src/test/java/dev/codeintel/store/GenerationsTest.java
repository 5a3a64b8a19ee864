package dev.codeintel.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.IndexedTree;
import dev.codeintel.testkit.TestFaiss;
import dev.codeintel.testkit.WordsEmbedder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.FilterDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerationsTest {

  @TempDir private Path folder;

  /** While one query loaded a new generation, every other one stood still behind its lock. */
  @Test
  void aNewerGenerationIsWaitedForByNobodyButItsLoader() throws Exception {
    var repo = GitRepo.init(folder.resolve("repo"));
    repo.write("a.txt", "first\n");
    var stuck = new AtomicBoolean();
    var reached = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    Storage slow =
        place ->
            new FilterDirectory(FSDirectory.open(place)) {
              @Override
              public String[] listAll() throws IOException {
                if (stuck.compareAndSet(true, false)) {
                  reached.countDown();
                  await(goOn);
                }
                return super.listAll();
              }
            };
    try (var tree =
            new IndexedTree(
                slow,
                repo.root(),
                folder.resolve("data"),
                Optional.of(new WordsEmbedder()),
                TestFaiss.library());
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      tree.run();
      tree.index.generations().acquire().orElseThrow().release();
      stuck.set(true);
      var loader = CompletableFuture.supplyAsync(tree.index.generations()::acquire, threads);
      await(reached);
      try {
        var other = CompletableFuture.supplyAsync(tree.index.generations()::acquire, threads);
        other.get(60, TimeUnit.SECONDS).orElseThrow().release();
      } finally {
        goOn.countDown();
      }
      loader.get(60, TimeUnit.SECONDS).orElseThrow().release();
    }
  }

  /** A server whose data folder was removed told of a damaged index until it was started again. */
  @Test
  void aViewThatWasRemovedIsAbsent() throws IOException {
    var repo = GitRepo.init(folder.resolve("repo"));
    repo.write("a.txt", "first\n");
    try (var tree = new IndexedTree(repo.root(), folder.resolve("data"), new WordsEmbedder())) {
      tree.run();
      tree.index.generations().acquire().orElseThrow().release();
      try (Directory files = FSDirectory.open(tree.index.folder())) {
        for (var name : files.listAll()) {
          files.deleteFile(name);
        }
      }
      assertThat(tree.index.generations().acquire()).isEmpty();
      tree.run();
      var generation = tree.index.generations().acquire().orElseThrow();
      assertThat(generation.chunks()).isEqualTo(1);
      generation.release();
    }
  }

  /** Every search read and unpacked the text of each of its candidates anew: half of its time. */
  @Test
  void theChunksThatSearchesLookAtAreKept() {
    var repo = GitRepo.init(folder.resolve("repo"));
    repo.write("a.txt", "first\n");
    try (var tree = new IndexedTree(repo.root(), folder.resolve("data"), new WordsEmbedder())) {
      tree.run();
      var generation = tree.index.generations().acquire().orElseThrow();
      var doc = generation.embeddedDocument(0);
      var known = generation.knownChunk(doc);
      assertThat(known).isSameAs(generation.knownChunk(doc));
      assertThat(known.found()).isEqualTo(generation.chunk(doc));
      generation.release();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
