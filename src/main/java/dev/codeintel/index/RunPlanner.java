package dev.codeintel.index;

import dev.codeintel.chunk.Chunker;
import dev.codeintel.embed.Embedder;
import dev.codeintel.index.EmbeddingPipeline.Text;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.Progress;
import dev.codeintel.repo.SkipReason;
import dev.codeintel.repo.SourceFile;
import dev.codeintel.repo.SourceText;
import dev.codeintel.repo.Workspace;
import dev.codeintel.store.IndexFolder;
import dev.codeintel.store.Storage;
import dev.codeintel.store.VectorKey;
import dev.codeintel.store.VectorStore;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Finds out what a run would do, without an index, a lock or anything else on the disk: reads and
 * cuts every file, looks up which texts have vectors, and tries how fast the model is with some of
 * those that have none. Used once, by one thread.
 */
public final class RunPlanner {

  /** The model is tried with about so many texts, and at most for so long. */
  private static final int SAMPLE_TEXTS = 256;

  private static final Duration SAMPLE_TIME = Duration.ofSeconds(3);

  private final Workspace workspace;
  private final Path dataDirectory;
  private final Cutter cutter;
  private final Optional<Embedder> embedder;
  private final Set<VectorKey> pending = new HashSet<>();
  private final List<Text> sample = new ArrayList<>();
  private Set<VectorKey> there = Set.of();
  private int sampleEvery = 1;
  private int files;
  private int chunks;
  private long tokens;
  private int embeddedChunks;
  private long pendingTokens;

  /**
   * @param embedder absent when nothing is embedded
   */
  public RunPlanner(
      Workspace workspace, Path dataDirectory, Chunker chunker, Optional<Embedder> embedder) {
    this.workspace = workspace;
    this.dataDirectory = dataDirectory;
    this.cutter = new Cutter(chunker, embedder);
    this.embedder = embedder;
  }

  /**
   * Finds it out; takes about as long as a run reads, and a few seconds more for the model.
   *
   * @throws CodeintelException {@code cancelled}, {@code embedding-unavailable}
   */
  public RunPlan plan(CancelToken cancel, Progress progress) {
    embedder.ifPresent(model -> there = known(model));
    var listing = workspace.list(cancel, progress);
    var skipped = new TreeMap<String, Integer>();
    listing.skipped().forEach((reason, count) -> skipped.put(reason.text(), count));
    var looked = 0;
    for (var file : listing.files()) {
      cancel.check();
      progress.at(TextPhase.NAME, looked++, listing.files().size());
      read(file, skipped);
    }
    var speed =
        sample.isEmpty() ? Optional.<RunPlan.Speed>empty() : speed(embedder.orElseThrow(), cancel);
    return new RunPlan(
        files, skipped, chunks, tokens, embeddedChunks, pending.size(), pendingTokens, speed);
  }

  private Set<VectorKey> known(Embedder model) {
    var folder = IndexFolder.findVectors(dataDirectory, workspace.repositoryId(), model.identity());
    if (folder.isEmpty()) {
      return Set.of();
    }
    try (var store =
        new VectorStore(Storage.DISK, folder.get(), model.identity(), model.dimension())) {
      return store.blocks().ordinals().keySet();
    }
  }

  private void read(SourceFile file, Map<String, Integer> skipped) {
    SourceText text;
    try {
      text = workspace.read(file);
    } catch (CodeintelException e) {
      skipped.merge(SkipReason.UNREADABLE.text(), 1, Integer::sum); // as a run would
      return;
    }
    if (text.binary()) {
      skipped.merge(SkipReason.BINARY.text(), 1, Integer::sum);
      return;
    }
    files++;
    for (var chunk : cutter.chunks(text, file.language())) {
      chunks++;
      embedder.ifPresent(
          model -> look(model, model.documentText(chunk), file.path() + ":" + chunk.startLine()));
    }
  }

  private void look(Embedder model, String text, String place) {
    var count = model.tokens().count(text);
    tokens += count;
    var key = VectorKey.of(model.identity(), text);
    if (there.contains(key)) {
      embeddedChunks++;
    } else if (pending.add(key)) {
      pendingTokens += count;
      sample(new Text(key, text, place));
    }
  }

  /** Keeps every n-th, with n such that they are neither too many nor all of the first files. */
  private void sample(Text text) {
    if ((pending.size() - 1) % sampleEvery != 0) {
      return;
    }
    sample.add(text);
    if (sample.size() == 2 * SAMPLE_TEXTS) {
      for (var i = 0; i < SAMPLE_TEXTS; i++) {
        sample.set(i, sample.get(2 * i));
      }
      sample.subList(SAMPLE_TEXTS, sample.size()).clear();
      sampleEvery *= 2;
    }
  }

  private Optional<RunPlan.Speed> speed(Embedder model, CancelToken cancel) {
    var warm = new Sample(model);
    warm.embed(sample.subList(0, 1), CancelToken.create(), cancel); // loads the model
    var tried = new Sample(model);
    var started = System.nanoTime();
    tried.embed(sample, CancelToken.withDeadline(SAMPLE_TIME), cancel);
    var seconds = (System.nanoTime() - started) / (double) TimeUnit.SECONDS.toNanos(1);
    return tried.tokens == 0
        ? Optional.empty()
        : Optional.of(new RunPlan.Speed(tried.texts, tried.tokens / seconds));
  }

  /** What the model was tried with. */
  private static final class Sample implements EmbeddingPipeline.Sink {

    private final Embedder model;
    private int texts;
    private long tokens;

    Sample(Embedder model) {
      this.model = model;
    }

    void embed(List<Text> all, CancelToken time, CancelToken cancel) {
      try (var pipeline = new EmbeddingPipeline(model, time, cancel, this)) {
        for (var text : all) {
          pipeline.put(text);
        }
        pipeline.finish();
      }
    }

    @Override
    public void made(Text text, MemorySegment vector) {
      texts++;
      tokens += model.tokens().count(text.text());
    }

    @Override
    public void refused(Text text, String reason) {
      // A run will say so; here it counts for nothing.
    }
  }
}
