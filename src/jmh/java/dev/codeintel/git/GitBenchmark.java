package dev.codeintel.git;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.LogLevel;
import dev.codeintel.repo.Workspace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.blame.BlameGenerator;
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
 * Blame and history, each beside the {@code git} process that answers the same question in the same
 * run. Cold is a server that has just been started: nothing known, nothing kept but the
 * commit-graph; warm is one that was asked before. The whole process of git counts, since an agent
 * that has no server would start one.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgs = "-Xmx1g")
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class GitBenchmark {

  private static final int COMMITS = 50;

  /** A clone with a work tree. */
  @Param("")
  String repository;

  /** A file of it. */
  @Param("")
  String file;

  /** First of ten lines. */
  @Param("100")
  int line;

  private Workspace workspace;
  private Path data;
  private Git warm;

  @Setup(Level.Trial)
  public void open() throws Exception {
    Log.configure(LogLevel.WARNING, false, System.err);
    data = Files.createTempDirectory("git-benchmark");
    workspace = Workspace.open(Path.of(repository));
    try (var graphs = new CommitGraphs(workspace, data)) {
      graphs.current(workspace.historyShape());
      graphs.awaitCheck();
    }
    warm = new Git(workspace, data);
    blame(warm, OptionalInt.empty(), OptionalInt.empty());
    history(warm);
  }

  @TearDown(Level.Trial)
  public void close() throws IOException {
    warm.close();
    workspace.close();
    try (var paths = Files.walk(data)) {
      for (var path : paths.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(path);
      }
    }
  }

  /** A server that has just been started. */
  @State(Scope.Thread)
  public static class Cold {

    private Git git;

    @Setup(Level.Invocation)
    public void start(GitBenchmark benchmark) {
      benchmark.forgetBlames();
      git = new Git(benchmark.workspace, benchmark.data);
    }

    @TearDown(Level.Invocation)
    public void stop() {
      git.close();
    }
  }

  private void forgetBlames() {
    try (var paths = Files.walk(data)) {
      for (var path : paths.filter(Files::isRegularFile).toList()) {
        if (path.toString().contains("/blame/")) {
          Files.delete(path);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Blame blame(Git git, OptionalInt first, OptionalInt last) {
    return git.blame(file, first, last, Integer.MAX_VALUE, "HEAD", CancelToken.create());
  }

  private FileHistory history(Git git) {
    return git.history(file, false, "HEAD", 0, COMMITS, CancelToken.create());
  }

  private FileHistory followed(Git git) {
    return git.history(file, true, "HEAD", 0, COMMITS, CancelToken.create());
  }

  @Benchmark
  public Blame blameTenCold(Cold cold) {
    return blame(cold.git, OptionalInt.of(line), OptionalInt.of(line + 9));
  }

  @Benchmark
  public Blame blameTenWarm() {
    return blame(warm, OptionalInt.of(line), OptionalInt.of(line + 9));
  }

  @Benchmark
  public int blameTenGit() {
    return git("blame", "-p", "-L" + line + "," + (line + 9), "HEAD", "--", file);
  }

  @Benchmark
  public Blame blameFileCold(Cold cold) {
    return blame(cold.git, OptionalInt.empty(), OptionalInt.empty());
  }

  @Benchmark
  public Blame blameFileWarm() {
    return blame(warm, OptionalInt.empty(), OptionalInt.empty());
  }

  @Benchmark
  public int blameFileGit() {
    return git("blame", "-p", "HEAD", "--", file);
  }

  /** What JGit's own blame takes, which has no range; as it comes, with HISTOGRAM. */
  @Benchmark
  public int blameFileJGit() throws IOException {
    var repository = workspace.repository().orElseThrow();
    try (var blame = new BlameGenerator(repository, file)) {
      blame.push(null, repository.resolve("HEAD"));
      blame.setFollowFileRenames(true);
      var lines = 0;
      while (blame.next()) {
        lines += blame.getRegionLength();
      }
      return lines;
    }
  }

  @Benchmark
  public FileHistory historyCold(Cold cold) {
    return history(cold.git);
  }

  @Benchmark
  public FileHistory historyWarm() {
    return history(warm);
  }

  @Benchmark
  public int historyGit() {
    return git("log", "-" + COMMITS, "--format=%H%x00%an%x00%ae%x00%aI%x00%s", "--", file);
  }

  @Benchmark
  public FileHistory followedCold(Cold cold) {
    return followed(cold.git);
  }

  @Benchmark
  public FileHistory followedWarm() {
    return followed(warm);
  }

  @Benchmark
  public int followedGit() {
    return git(
        "log", "-" + COMMITS, "--follow", "--format=%H%x00%an%x00%ae%x00%aI%x00%s", "--", file);
  }

  /** Runs git to its end; gives the bytes it printed. */
  private int git(String... arguments) {
    var command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(arguments));
    try {
      var process =
          new ProcessBuilder(command)
              .directory(Path.of(repository).toFile())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      var printed = process.getInputStream().readAllBytes().length;
      if (process.waitFor() != 0 || printed == 0) {
        throw new IllegalStateException(command + " failed");
      }
      return printed;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
