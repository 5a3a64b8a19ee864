package dev.codeintel.index;

import dev.codeintel.store.Generation;
import dev.codeintel.store.StoreException;
import dev.codeintel.store.TreeIndex;
import dev.codeintel.store.VectorStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What an index holds and how far it is.
 *
 * @param state where it stands
 * @param files indexed files
 * @param chunks pieces of them
 * @param embeddedShare chunks with a vector, of those that shall have one; 0 until every file is
 *     listed
 * @param generation counts commits; 0 without one
 * @param commit that was checked out
 * @param skipped files that are not in it, by reason
 * @param identity of the embedder
 * @param dimension floats of a vector; 0 without an embedder
 * @param vectors that the store can read, those of other work trees included
 * @param progress of the run that is going on, here or in another process
 * @param diskBytes size of vectors and view
 */
public record IndexStatus(
    State state,
    int files,
    int chunks,
    double embeddedShare,
    long generation,
    Optional<String> commit,
    Map<String, Integer> skipped,
    String identity,
    int dimension,
    int vectors,
    Optional<RunProgress> progress,
    long diskBytes) {

  /** Where an index stands. */
  public enum State {
    ABSENT,
    INDEXING,
    READY,
    DAMAGED
  }

  /** How far a run is. {@code etaSeconds} is absent until it can be told. */
  public record RunProgress(
      long pid, String phase, long done, long total, double rate, Optional<Long> etaSeconds) {}

  /** Looks at an index. */
  public static IndexStatus of(TreeIndex index) {
    var running = RunRecord.read(index.folder()).map(IndexStatus::progress);
    var disk =
        bytes(index.folder())
            + index.vectors().map(VectorStore::folder).map(IndexStatus::bytes).orElse(0L);
    try {
      return index
          .generations()
          .acquire()
          .map(generation -> of(index, generation, running, disk))
          .orElseGet(() -> absent(index, running, disk));
    } catch (StoreException e) {
      return damaged(index, running, disk);
    }
  }

  private static IndexStatus of(
      TreeIndex index, Generation generation, Optional<RunProgress> running, long disk) {
    try {
      var blocks = index.vectors().map(VectorStore::blocks);
      var damaged = blocks.map(all -> !all.damaged().isEmpty()).orElse(false);
      var commit = generation.commit();
      return new IndexStatus(
          damaged ? State.DAMAGED : running.isPresent() ? State.INDEXING : State.READY,
          commit.files(),
          generation.chunks(),
          generation.embeddedShare(),
          commit.generation(),
          commit.head(),
          commit.skipped(),
          index.identity(),
          blocks.map(all -> all.dimension()).orElse(0),
          blocks.map(all -> all.count()).orElse(0),
          running,
          disk);
    } finally {
      generation.release();
    }
  }

  private static IndexStatus absent(TreeIndex index, Optional<RunProgress> running, long disk) {
    var state = running.isPresent() ? State.INDEXING : State.ABSENT;
    return empty(state, index, running, disk);
  }

  private static IndexStatus damaged(TreeIndex index, Optional<RunProgress> running, long disk) {
    return empty(State.DAMAGED, index, running, disk);
  }

  private static IndexStatus empty(
      State state, TreeIndex index, Optional<RunProgress> running, long disk) {
    return new IndexStatus(
        state, 0, 0, 0, 0, Optional.empty(), Map.of(), index.identity(), 0, 0, running, disk);
  }

  private static RunProgress progress(RunRecord.Running run) {
    var seconds = Math.max(0.001, (System.currentTimeMillis() - run.phaseStartedMillis()) / 1000.0);
    var rate = (run.done() - run.phaseStartedAt()) / seconds;
    Optional<Long> eta =
        rate > 0 && run.total() >= 0
            ? Optional.of(Math.round((run.total() - run.done()) / rate))
            : Optional.empty();
    return new RunProgress(run.pid(), run.phase(), run.done(), run.total(), rate, eta);
  }

  private static long bytes(Path folder) {
    try (var files = Files.list(folder)) {
      long sum = 0;
      for (var file : (Iterable<Path>) files::iterator) {
        sum += Files.isRegularFile(file) ? sizeIfThere(file) : 0;
      }
      return sum;
    } catch (IOException e) {
      throw StoreException.io(folder, e);
    }
  }

  private static long sizeIfThere(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (java.nio.file.NoSuchFileException e) {
      return 0; // a merge removed it meanwhile
    }
  }
}
