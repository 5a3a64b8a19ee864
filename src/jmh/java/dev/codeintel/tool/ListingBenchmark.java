package dev.codeintel.tool;

import dev.codeintel.config.Settings;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.LogLevel;
import dev.codeintel.ops.Progress;
import dev.codeintel.repo.FileListing;
import dev.codeintel.repo.Workspace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * list_paths beside the {@code git ls-files} process that lists the same work tree in the same run,
 * and the reading of files through the door beside reading them by name.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgs = {"-Xmx1g", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class ListingBenchmark {

  private static final Call CALL =
      new Call(CancelToken.create(), Progress.NONE, Optional.empty());

  private static final Map<String, Object> PAGE = Map.of("max_tokens", 20_000L);

  /** A work tree of git. */
  @Param("")
  String repository;

  private final ListPaths tool = new ListPaths();
  private Path data;
  private CodeIntel backend;
  private Workspace workspace;
  private FileListing listing;
  private Map<String, Object> next;

  @Setup(Level.Trial)
  public void open() throws Exception {
    Log.configure(LogLevel.WARNING, false, System.err);
    data = Files.createTempDirectory("listing-benchmark");
    workspace = Workspace.open(Path.of(repository));
    backend = new CodeIntel(Settings.load(Optional.empty(), Map.of("DATA_DIR", data.toString())), () -> workspace);
    listing = workspace.list(CancelToken.create(), Progress.NONE);
    var cursor = (Optional<?>) page(PAGE).values().get("next_cursor");
    next = Map.of("max_tokens", 20_000L, "cursor", cursor.orElseThrow());
  }

  @TearDown(Level.Trial)
  public void close() throws IOException {
    backend.close();
    Files.delete(data);
  }

  private Answer page(Map<String, Object> arguments) {
    var checked = Arguments.check(tool.definition(), arguments);
    return tool.call(backend, checked, CALL).at(500);
  }

  @Benchmark
  public Answer firstPage() {
    return page(PAGE);
  }

  @Benchmark
  public Answer nextPage() {
    return page(next);
  }

  @Benchmark
  public int git() {
    try {
      var process =
          new ProcessBuilder("git", "ls-files", "-co", "--exclude-standard", "-z")
              .directory(Path.of(repository).toFile())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      var printed = process.getInputStream().readAllBytes().length;
      if (process.waitFor() != 0 || printed == 0) {
        throw new IllegalStateException("git ls-files failed");
      }
      return printed;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The bytes of the first 1,000 files, each opened part by part from the root. */
  @Benchmark
  public long readThroughTheDoor() throws IOException {
    var bytes = 0L;
    for (var file : listing.files().subList(0, 1_000)) {
      try (var open = workspace.open(file.path())) {
        bytes += open.read(file.size()).length;
      }
    }
    return bytes;
  }

  /** The same by name: resolved, looked at and opened, which a swap in between leads outside. */
  @Benchmark
  public long readByName() throws IOException {
    var bytes = 0L;
    for (var file : listing.files().subList(0, 1_000)) {
      var real = workspace.root().resolve(file.path()).toRealPath();
      if (real.startsWith(workspace.root()) && Files.isRegularFile(real)) {
        bytes += Files.readAllBytes(real).length;
      }
    }
    return bytes;
  }
}
