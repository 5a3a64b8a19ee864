package dev.codeintel.index;

import com.sun.management.OperatingSystemMXBean;
import dev.codeintel.chunk.Chunker;
import dev.codeintel.embed.BareModel;
import dev.codeintel.embed.OnnxEmbedder;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.LogLevel;
import dev.codeintel.ops.Progress;
import dev.codeintel.repo.Workspace;
import dev.codeintel.store.IndexFolder;
import dev.codeintel.store.Storage;
import dev.codeintel.store.TreeIndex;
import dev.codeintel.testkit.CommonsCsv;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Embeds the chunks of one repository by an index run, with store, commits and all, and by a bare
 * loop around ONNX Runtime that has the ids ready and throws the vectors away, in one process: in
 * turns, and both at the same time, when each has the same share of a busy machine. Prints JSON.
 *
 * <p>Arguments: rounds, threads; with {@code alone} behind them there is no bare loop, for a look
 * at the memory.
 */
public final class IndexingSpeed {

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final Path folder;
  private final Workspace workspace;
  private final OnnxEmbedder embedder;
  private final int threads;

  private record Round(String side, int chunks, double seconds, double cpuSeconds) {
    String json() {
      return String.format(
          Locale.ROOT,
          "{\"side\": \"%s\", \"chunks\": %d, \"seconds\": %.3f, \"cpu_seconds\": %.3f}",
          side,
          chunks,
          seconds,
          cpuSeconds);
    }
  }

  private interface Work {
    int run() throws Exception;
  }

  private IndexingSpeed(Path folder, Workspace workspace, OnnxEmbedder embedder, int threads) {
    this.folder = folder;
    this.workspace = workspace;
    this.embedder = embedder;
    this.threads = threads;
  }

  public static void main(String[] arguments) throws Exception {
    Log.configure(LogLevel.WARNING, false, System.err);
    var rounds = Integer.parseInt(arguments[0]);
    var threads = Integer.parseInt(arguments[1]);
    var folder = Files.createTempDirectory("indexing-speed");
    try (var workspace = Workspace.open(CommonsCsv.init(folder.resolve("repo")).root());
        var embedder = OnnxEmbedder.open(Path.of("target", "test-cache"), threads)) {
      var speed = new IndexingSpeed(folder, workspace, embedder, threads);
      System.out.println(arguments.length > 2 ? speed.alone(rounds) : speed.beside(rounds));
    } finally {
      delete(folder);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private String alone(int rounds) throws Exception {
    var all = new ArrayList<Round>();
    for (var i = 0; i < rounds; i++) {
      all.add(indexed(i));
    }
    try (var status = Files.lines(Path.of("/proc/self/status"))) {
      return "%s\n%s"
          .formatted(
              all.stream().map(Round::json).toList(),
              status.filter(line -> line.startsWith("VmHWM") || line.startsWith("VmRSS")).toList());
    }
  }

  private String beside(int rounds) throws Exception {
    indexed(-1); // loads and warms; the texts are the same afterwards
    var ids = ids();
    var all = new ArrayList<Round>();
    try (var options = BareModel.options(1);
        var bare = BareModel.open(options)) {
      bare.runAll(ids, threads);
      for (var i = 0; i < rounds; i++) {
        if (i % 2 == 0) {
          all.add(indexed(i));
        }
        all.add(timed("bare", () -> bareLoop(bare, ids)));
        if (i % 2 != 0) {
          all.add(indexed(i));
        }
        beside(bare, ids, rounds + i, all);
      }
    }
    return json(all);
  }

  private void beside(BareModel bare, List<long[]> ids, int round, List<Round> all)
      throws Exception {
    var loop = bare.start(ids, threads);
    var before = new int[1];
    var after = new int[1];
    var indexed =
        indexed(round, () -> before[0] = loop.done(), () -> after[0] = loop.done());
    loop.stop();
    loop.end();
    all.add(new Round("indexed beside bare", indexed.chunks(), indexed.seconds(), 0));
    all.add(new Round("bare beside indexed", after[0] - before[0], indexed.seconds(), 0));
  }

  private int bareLoop(BareModel bare, List<long[]> ids) throws InterruptedException {
    bare.runAll(ids, threads);
    return ids.size();
  }

  /** The different texts that a run embeds. */
  private List<long[]> ids() {
    var cutter = new Cutter(new Chunker(2_200), Optional.of(embedder));
    return workspace.list(CancelToken.create(), Progress.NONE).files().stream()
        .flatMap(file -> cutter.chunks(workspace.read(file), file.language()).stream())
        .map(embedder::documentText)
        .distinct()
        .map(BareModel::ids)
        .toList();
  }

  /** The text phase goes before and is not timed: it is another row. */
  private Round indexed(int round) throws Exception {
    return indexed(round, () -> {}, () -> {});
  }

  private Round indexed(int round, Runnable before, Runnable after) throws Exception {
    var data = Files.createDirectory(folder.resolve("data" + round));
    var place = IndexFolder.create(data, workspace.repositoryId(), embedder.identity());
    try (var index =
        new TreeIndex(
            Storage.DISK, place, workspace.viewId(), embedder.identity(), embedder.dimension())) {
      var indexer =
          new Indexer(workspace, index, new Chunker(2_200), Optional.<dev.codeintel.embed.Embedder>of(embedder));
      var read = timed("read", () -> run(indexer, Optional.of(Duration.ZERO)).chunks());
      before.run();
      var made = timed("indexed", () -> run(indexer, Optional.empty()).embedded());
      after.run();
      System.err.println(read.json() + " " + made.json());
      return made;
    }
  }

  private static RunReport run(Indexer indexer, Optional<Duration> embedding) {
    return indexer.run(false, embedding, CancelToken.create(), Progress.NONE);
  }

  private static Round timed(String side, Work work) throws Exception {
    var cpu = SYSTEM.getProcessCpuTime();
    var started = System.nanoTime();
    var chunks = work.run();
    var nanos = System.nanoTime() - started;
    return new Round(side, chunks, nanos / 1e9, (SYSTEM.getProcessCpuTime() - cpu) / 1e9);
  }

  private String json(List<Round> all) {
    var indexed = median(all, "indexed", round -> round.chunks() / round.seconds());
    var bare = median(all, "bare", round -> round.chunks() / round.seconds());
    var indexedCpu = median(all, "indexed", round -> round.chunks() / round.cpuSeconds());
    var bareCpu = median(all, "bare", round -> round.chunks() / round.cpuSeconds());
    return String.format(
        Locale.ROOT,
        """
        {"machine": "%s", "java": "%s", "threads": %d,
         "indexed_chunks_per_second": %.2f, "bare_chunks_per_second": %.2f, "ratio": %.3f,
         "indexed_chunks_per_cpu_second": %.2f, "bare_chunks_per_cpu_second": %.2f, "cpu_ratio": %.3f,
         "ratio_beside_each_other": %.3f,
         "rounds": [
          %s]}""",
        processor(),
        Runtime.version(),
        threads,
        indexed,
        bare,
        indexed / bare,
        indexedCpu,
        bareCpu,
        indexedCpu / bareCpu,
        sum(all, "indexed beside bare") / sum(all, "bare beside indexed"),
        String.join(",\n  ", all.stream().map(Round::json).toList()));
  }

  private static double sum(List<Round> all, String side) {
    return all.stream().filter(one -> one.side().equals(side)).mapToDouble(Round::chunks).sum();
  }

  private static double median(List<Round> all, String side, ToDoubleFunction<Round> what) {
    var values =
        all.stream().filter(one -> one.side().equals(side)).mapToDouble(what).sorted().toArray();
    return (values[values.length / 2] + values[(values.length - 1) / 2]) / 2;
  }

  private static String processor() {
    try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      var name = lines.filter(line -> line.startsWith("model name")).findFirst().orElse(": ?");
      return name.substring(name.indexOf(':') + 2)
          + ", " + Runtime.getRuntime().availableProcessors() + " cores";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
