package dev.codeintel.embed;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import com.sun.management.OperatingSystemMXBean;
import dev.codeintel.chunk.Chunker;
import dev.codeintel.repo.SourceText;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.jar.JarFile;

/**
 * The model under other options of ONNX Runtime, each beside what the product uses, in turns: time
 * and processor time a text, load time, and whether the vectors are the same bit for bit. Prints
 * JSON. Arguments: rounds, texts.
 */
public final class ModelSpeed {

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  /** A way to run the model. */
  private record Way(Options options, int callers, int fillUpTo) {}

  private interface Options {
    SessionOptions make() throws OrtException;
  }

  private record Sample(double seconds, double cpuSeconds) {}

  private ModelSpeed() {}

  private static SessionOptions product(int threads) throws OrtException {
    var options = BareModel.options(threads);
    options.setMemoryPatternOptimization(false);
    options.setCPUArenaAllocator(true);
    return options;
  }

  private interface Change {
    void apply(SessionOptions options) throws OrtException;
  }

  private static Way with(Change change) {
    return new Way(
        () -> {
          var options = product(1);
          change.apply(options);
          return options;
        },
        2,
        1);
  }

  private static Map<String, Way> ways() {
    var ways = new LinkedHashMap<String, Way>();
    ways.put("as it is: 2 callers, 1 thread a run", with(_ -> {}));
    ways.put("1 caller, 2 threads a run", new Way(() -> product(2), 1, 1));
    ways.put("2 callers, 2 threads a run", new Way(() -> product(2), 2, 1));
    ways.put("4 callers, 1 thread a run", new Way(() -> product(1), 4, 1));
    ways.put("1 caller, 1 thread a run", new Way(() -> product(1), 1, 1));
    ways.put("filled up to a multiple of 16 tokens", new Way(() -> product(1), 2, 16));
    ways.put("memory pattern", with(options -> options.setMemoryPatternOptimization(true)));
    ways.put("no arena", with(options -> options.setCPUArenaAllocator(false)));
    ways.put(
        "denormals as zero",
        with(options -> options.addConfigEntry("session.set_denormal_as_zero", "1")));
    ways.put(
        "basic graph optimisations",
        with(options -> options.setOptimizationLevel(SessionOptions.OptLevel.BASIC_OPT)));
    ways.put(
        "extended graph optimisations",
        with(options -> options.setOptimizationLevel(SessionOptions.OptLevel.EXTENDED_OPT)));
    ways.put(
        "weights not packed ahead",
        with(options -> options.addConfigEntry("session.disable_prepacking", "1")));
    return ways;
  }

  public static void main(String[] arguments) throws Exception {
    var rounds = Integer.parseInt(arguments[0]);
    var texts = texts(Integer.parseInt(arguments[1]));
    OnnxModel.open(Path.of("target", "test-cache")).close(); // finds the native library
    var models = new LinkedHashMap<String, BareModel>();
    var results = new LinkedHashMap<String, List<Sample>>();
    var ways = ways();
    for (var way : ways.entrySet()) {
      try (var options = way.getValue().options().make()) {
        models.put(way.getKey(), BareModel.open(options));
        results.put(way.getKey(), new ArrayList<>());
      }
    }
    var usual = models.values().iterator().next();
    var lines = new ArrayList<String>();
    for (var round = -1; round < rounds; round++) {
      for (var way : ways.entrySet()) {
        var filled = texts.stream().map(ids -> filled(ids, way.getValue().fillUpTo())).toList();
        var cpu = SYSTEM.getProcessCpuTime();
        var started = System.nanoTime();
        models.get(way.getKey()).runAll(filled, way.getValue().callers());
        var seconds = (System.nanoTime() - started) / 1e9;
        var used = (SYSTEM.getProcessCpuTime() - cpu) / 1e9;
        if (round >= 0) { // the first is warm-up
          results.get(way.getKey()).add(new Sample(seconds, used));
        }
      }
      System.err.println("round " + round);
    }
    for (var way : ways.entrySet()) {
      var same = 0;
      var leastCosine = 1.0;
      for (var ids : texts.subList(0, Math.min(40, texts.size()))) {
        var one = usual.vector(ids, ones(ids.length, ids.length));
        var filled = filled(ids, way.getValue().fillUpTo());
        var other = models.get(way.getKey()).vector(filled, ones(ids.length, filled.length));
        same += Arrays.equals(one, other) ? 1 : 0;
        leastCosine = Math.min(leastCosine, cosine(one, other));
      }
      lines.add(
          String.format(
              Locale.ROOT,
              "{\"way\": \"%s\", \"seconds\": %s, \"cpu_seconds\": %s, \"same_of_40\": %d, \"least_cosine\": %.6f}",
              way.getKey(),
              results.get(way.getKey()).stream().map(one -> round(one.seconds())).toList(),
              results.get(way.getKey()).stream().map(one -> round(one.cpuSeconds())).toList(),
              same,
              leastCosine));
    }
    System.out.printf(
        Locale.ROOT,
        "{\"texts\": %d, \"tokens\": %d, \"ways\": [\n %s],%n \"load\": %s}%n",
        texts.size(),
        texts.stream().mapToInt(ids -> ids.length).sum(),
        String.join(",\n ", lines),
        load(usual, texts));
  }

  /** From a file as it is published, and from the graph that ONNX Runtime made of it. */
  private static String load(BareModel usual, List<long[]> texts)
      throws OrtException, IOException {
    var folder = Files.createTempDirectory("model-speed");
    var published = folder.resolve("published.onnx");
    try (var in = BareModel.class.getResourceAsStream("/" + OnnxModel.NAME + ".onnx")) {
      Files.copy(in, published);
    }
    var optimized = folder.resolve("optimized.onnx");
    try (var options = product(1)) {
      options.setOptimizedModelFilePath(optimized.toString());
      BareModel.open(published.toString(), options).close();
    }
    var same = 0;
    var asPublished = new ArrayList<Double>();
    var asOptimized = new ArrayList<Double>();
    for (var round = 0; round < 9; round++) {
      try (var options = product(1)) {
        asPublished.add(seconds(published, options));
      }
      try (var options = product(1)) {
        options.setOptimizationLevel(SessionOptions.OptLevel.NO_OPT);
        asOptimized.add(seconds(optimized, options));
      }
    }
    try (var options = product(1)) {
      options.setOptimizationLevel(SessionOptions.OptLevel.NO_OPT);
      try (var model = BareModel.open(optimized.toString(), options)) {
        for (var ids : texts.subList(0, Math.min(40, texts.size()))) {
          var mask = ones(ids.length, ids.length);
          same += Arrays.equals(usual.vector(ids, mask), model.vector(ids, mask)) ? 1 : 0;
        }
      }
    }
    var bytes = Files.size(optimized);
    Files.delete(published);
    Files.delete(optimized);
    Files.delete(folder);
    return "{\"published_seconds\": %s, \"optimized_ahead_seconds\": %s, \"optimized_bytes\": %d, \"same_of_40\": %d}"
        .formatted(asPublished, asOptimized, bytes, same);
  }

  private static double seconds(Path file, SessionOptions options) throws OrtException {
    var started = System.nanoTime();
    BareModel.open(file.toString(), options).close();
    return round((System.nanoTime() - started) / 1e9);
  }

  private static double round(double seconds) {
    return Math.round(seconds * 1_000) / 1e3;
  }

  private static long[] filled(long[] ids, int multiple) {
    return Arrays.copyOf(ids, (ids.length + multiple - 1) / multiple * multiple);
  }

  private static long[] ones(int count, int length) {
    var mask = new long[length];
    Arrays.fill(mask, 0, count, 1);
    return mask;
  }

  private static double cosine(float[] a, float[] b) {
    var sum = 0.0;
    for (var i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  /** Chunks of Commons CSV, evenly from all of it. */
  private static List<long[]> texts(int count) throws IOException {
    var all = new ArrayList<long[]>();
    var words = WordPiece.load();
    try (var jar = new JarFile("target/test-repositories/commons-csv-sources.jar")) {
      for (var entry : jar.stream().filter(one -> one.getName().endsWith(".java")).toList()) {
        var text = SourceText.of(jar.getInputStream(entry).readAllBytes());
        new Chunker(2_200)
            .chunk(text, "java", part -> words.count(Identifiers.split(part)), 510)
            .forEach(chunk -> all.add(BareModel.ids(chunk.text())));
      }
    }
    var step = Math.max(1, all.size() / count);
    var some = new ArrayList<long[]>();
    for (var i = 0; i < all.size() && some.size() < count; i += step) {
      some.add(all.get(i));
    }
    return some;
  }
}
