package dev.codeintel.index;

import dev.codeintel.store.Generation;
import dev.codeintel.store.StoreException;
import dev.codeintel.store.TreeIndex;
import dev.codeintel.store.VectorStore;
import dev.codeintel.vector.VectorIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What an index holds and how far it is.
 *
 * @param state where it stands
 * @param files indexed files
 * @param chunks pieces of them
 * @param listed whether every file was looked at once; before that searches are refused
 * @param embeddedShare chunks with a vector, of those that shall have one; 0 until every file is
 *     listed
 * @param generation counts commits; 0 without one
 * @param commit that was checked out
 * @param pendingFiles files that the run that is going on has not looked at yet
 * @param skipped files that are not in it, by reason
 * @param index the vector index
 * @param embedder what makes the vectors
 * @param runs the last run of each kind that ended
 * @param progress of the run that is going on, here or in another process
 * @param diskBytes size of vectors and view
 */
public record IndexStatus(
    State state,
    int files,
    int chunks,
    boolean listed,
    double embeddedShare,
    long generation,
    Optional<String> commit,
    long pendingFiles,
    Map<String, Integer> skipped,
    Vectors index,
    Model embedder,
    Map<String, FinishedRun> runs,
    Optional<RunProgress> progress,
    long diskBytes) {

  /** Where an index stands. */
  public enum State {
    ABSENT,
    INDEXING,
    READY,
    DAMAGED
  }

  /**
   * The vector index of a generation.
   *
   * @param kind in the words of FAISS's index factory
   * @param vectors that it compares with
   * @param delta those of them that are in no file of FAISS's: here all
   * @param masked those that no chunk of this work tree has
   * @param memoryBytes what it takes now; 0 until a search loads it
   * @param estimatedMemoryBytes what it takes once it is loaded
   */
  public record Vectors(
      String kind,
      int vectors,
      int delta,
      int masked,
      long memoryBytes,
      long estimatedMemoryBytes) {

    static final Vectors NONE = new Vectors("none", 0, 0, 0, 0, 0);
  }

  /**
   * What makes the vectors.
   *
   * @param identity all that they depend on
   * @param dimension floats of a vector; 0 without an embedder
   * @param unavailable why the embedder that is asked for cannot be had
   */
  public record Model(String identity, int dimension, Optional<String> unavailable) {}

  /**
   * A run that ended.
   *
   * @param finished seconds since the epoch
   * @param durationMs milliseconds
   */
  public record FinishedRun(long finished, long durationMs) {}

  /**
   * How far a run is.
   *
   * @param total -1 while unknown
   * @param etaSeconds absent until it can be told
   */
  public record RunProgress(
      long pid, String phase, long done, long total, double rate, Optional<Long> etaSeconds) {

    /** How far it is, for people. */
    public String words() {
      return total < 0
          ? "%s %,d so far".formatted(phase, done)
          : "%s %,d of %,d%s"
              .formatted(
                  phase,
                  done,
                  total,
                  etaSeconds.map(eta -> ", %,d s left".formatted(eta)).orElse(""));
    }
  }

  /** Looks at an index. */
  public static IndexStatus of(TreeIndex index) {
    var running = RunRecord.read(index.folder()).map(IndexStatus::progress);
    try {
      return index
          .generations()
          .acquire()
          .map(generation -> of(index, generation, running))
          .orElseGet(
              () -> without(running.isPresent() ? State.INDEXING : State.ABSENT, index, running));
    } catch (StoreException e) {
      return without(State.DAMAGED, index, running);
    }
  }

  /**
   * Looks at the index of words that stands in while the model cannot be had: of the vectors that
   * there shall be, none can be used.
   */
  public static IndexStatus withoutModel(TreeIndex words, String reason) {
    var status = of(words);
    return new IndexStatus(
        status.state,
        status.files,
        status.chunks,
        status.listed,
        0,
        status.generation,
        status.commit,
        status.pendingFiles,
        status.skipped,
        status.index,
        new Model(status.embedder.identity, 0, Optional.of(reason)),
        status.runs,
        status.progress,
        status.diskBytes);
  }

  private static IndexStatus of(
      TreeIndex index, Generation generation, Optional<RunProgress> running) {
    try {
      var commit = generation.commit();
      var damaged = index.vectors().map(store -> !store.blocks().damaged().isEmpty()).orElse(false);
      return new IndexStatus(
          damaged ? State.DAMAGED : running.isPresent() ? State.INDEXING : State.READY,
          commit.files(),
          generation.chunks(),
          commit.listed(),
          generation.embeddedShare(),
          commit.generation(),
          commit.head(),
          pendingFiles(running),
          commit.skipped(),
          vectors(generation),
          model(index),
          RunHistory.read(index.folder()),
          running,
          diskBytes(index));
    } finally {
      generation.release();
    }
  }

  private static IndexStatus without(State state, TreeIndex index, Optional<RunProgress> running) {
    return new IndexStatus(
        state,
        0,
        0,
        false,
        0,
        0,
        Optional.empty(),
        pendingFiles(running),
        Map.of(),
        Vectors.NONE,
        model(index),
        RunHistory.read(index.folder()),
        running,
        diskBytes(index));
  }

  private static Vectors vectors(Generation generation) {
    var vectors = generation.vectors();
    if (vectors == 0) {
      return Vectors.NONE;
    }
    var estimated = VectorIndex.flatBytes(vectors, generation.dimension());
    return new Vectors(
        VectorIndex.FLAT,
        vectors,
        vectors,
        vectors - generation.liveVectors(),
        generation.vectorIndexIsLoaded() ? estimated : 0,
        estimated);
  }

  private static Model model(TreeIndex index) {
    var dimension = index.vectors().map(VectorStore::dimension).orElse(0);
    return new Model(index.identity(), dimension, Optional.empty());
  }

  private static long pendingFiles(Optional<RunProgress> running) {
    return running
        .filter(run -> run.phase().equals(TextPhase.NAME))
        .map(run -> run.total() - run.done())
        .orElse(0L);
  }

  private static RunProgress progress(RunRecord.Running run) {
    var seconds =
        Math.max(0.001, (System.currentTimeMillis() - run.phaseStartedMillis()) / 1_000.0);
    var rate = (run.done() - run.phaseStartedAt()) / seconds;
    Optional<Long> eta =
        rate > 0 && run.total() >= 0
            ? Optional.of(Math.round((run.total() - run.done()) / rate))
            : Optional.empty();
    return new RunProgress(run.pid(), run.phase(), run.done(), run.total(), rate, eta);
  }

  private static long diskBytes(TreeIndex index) {
    var vectors = index.vectors().map(VectorStore::folder).map(IndexStatus::bytes).orElse(0L);
    return bytes(index.folder()) + vectors;
  }

  private static long bytes(Path folder) {
    try (var files = Files.list(folder)) {
      long sum = 0;
      for (var file : files.toList()) {
        sum += bytesIfThere(file);
      }
      return sum;
    } catch (IOException e) {
      throw StoreException.io(folder, e);
    }
  }

  private static long bytesIfThere(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException e) {
      return 0; // a merge removed it meanwhile
    }
  }
}
