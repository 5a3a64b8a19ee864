package dev.codeintel.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.git.BlameCache.Entry;
import dev.codeintel.repo.Workspace;
import dev.codeintel.testkit.GeneratedHistory;
import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.Jar;
import dev.codeintel.testkit.Seeded;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is kept of git beside a second process that writes the same and is killed in the middle of
 * it, again and again.
 */
@Timeout(120)
class KilledWritersTest {

  private static final int KILLS = 3;
  private static final int COMMITS = 150;
  private static final int ENTRIES = 8;
  private static final int LINES = 200;

  /** So little that the two also remove each other's entries. */
  private static final long BYTES_MAX = 20_000;

  @TempDir Path folder;

  private final List<Process> started = new ArrayList<>();

  /** What the other process does until it is killed. */
  private enum Work {
    BLAMES,
    GRAPHS
  }

  private GitRepo repo;

  @BeforeEach
  void makeRepository() {
    repo =
        GeneratedHistory.in(
            folder.resolve("repo"), Seeded.random(), GeneratedHistory.Shape.ofCommits(COMMITS));
  }

  @AfterEach
  void end() {
    started.forEach(Process::destroyForcibly);
  }

  /** The other process. Takes its work, the folder of the test and a seed. */
  public static void main(String[] arguments) throws Exception {
    var folder = Path.of(arguments[1]);
    var random = new Random(Long.parseLong(arguments[2]));
    try (var workspace = Workspace.open(folder.resolve("repo"))) {
      while (true) {
        switch (Work.valueOf(arguments[0])) {
          case BLAMES -> askAndTell(cache(folder), random, 1_000);
          case GRAPHS -> {
            graph(workspace, folder.resolve("data"));
            Files.delete(graphFile(workspace, folder));
          }
        }
      }
    }
  }

  private Process start(Work work, long seed) throws IOException {
    var process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                KilledWritersTest.class.getName(),
                work.name(),
                folder.toString(),
                Long.toString(seed))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(folder.resolve("errors").toFile())
            .start();
    started.add(process);
    return process;
  }

  private void kill(Process process) throws Exception {
    assertThat(process.isAlive()).as(Files.readString(folder.resolve("errors"))).isTrue();
    process.destroyForcibly().waitFor(); // SIGKILL
  }

  private static BlameCache cache(Path folder) {
    return cache(folder, BYTES_MAX);
  }

  private static BlameCache cache(Path folder, long bytesMax) {
    return new BlameCache(
        new BlameStore(new PrivateFolder(folder.resolve("blame")), bytesMax, 0), "rules");
  }

  /** The same in both processes: each line of each file from a commit that its numbers name. */
  private static Entry truth(int file) {
    var regions = new ArrayList<Region>();
    for (var line = 0; line < LINES; line++) {
      regions.add(new Region(line, 1, id(line * file % 17), "p" + line * file % 3, 7 * line));
    }
    return new Entry(LINES, Regions.sorted(regions));
  }

  private static ObjectId id(int number) {
    return new ObjectId(number, 2, 3, 4, 5);
  }

  /** Puts parts of the truth, and checks that what is found is some. */
  private static void askAndTell(BlameCache cache, Random random, int times) {
    for (var i = 0; i < times; i++) {
      var told = random.nextInt(ENTRIES);
      var line = random.nextInt(LINES);
      cache.put(id(told), "a.c", new Entry(LINES, truth(told).within(line, line + 1)));
      var asked = random.nextInt(ENTRIES);
      var found = cache.get(id(asked), "a.c");
      if (found.isPresent()) {
        assertThat(found.get().isValid()).isTrue();
        assertThat(truth(asked).with(found.get())).isEqualTo(truth(asked));
        assertThat(found.get().with(truth(asked))).isEqualTo(truth(asked));
      }
    }
  }

  private boolean isAnythingKnown() {
    return IntStream.range(0, ENTRIES)
        .anyMatch(file -> cache(folder).get(id(file), "a.c").isPresent());
  }

  /** A half of an entry was believed, or what one process found never reached the other. */
  @Test
  void noLineOfBlameIsEverAnother() throws Exception {
    var random = Seeded.random();
    for (var kills = 0; kills < KILLS; kills++) {
      var other = start(Work.BLAMES, random.nextLong());
      Jar.await("what the other tells is known here", this::isAnythingKnown);
      askAndTell(cache(folder), random, 200);
      kill(other);
      askAndTell(cache(folder), random, 50);
      for (var file = 0; file < ENTRIES; file++) {
        cache(folder, Long.MAX_VALUE).put(id(file), "a.c", truth(file));
        assertThat(cache(folder, Long.MAX_VALUE).get(id(file), "a.c")).contains(truth(file));
      }
      try (var files = Files.newDirectoryStream(folder.resolve("blame"))) {
        for (var file : files) {
          Files.delete(file);
        }
      }
    }
  }

  private static Path graphFile(Workspace workspace, Path folder) {
    return PrivateFolder.of(folder.resolve("data"), workspace.repositoryId()).file("commit-graph");
  }

  private static CommitGraphFile graph(Workspace workspace, Path data) throws Exception {
    try (var graphs = new CommitGraphs(workspace, data, COMMITS)) {
      graphs.current(workspace.historyShape());
      graphs.awaitCheck();
      return graphs.current(workspace.historyShape());
    }
  }

  private static List<String> halves(Path data) {
    try (var files = Files.walk(data)) {
      return files.map(Path::toString).filter(name -> name.endsWith(".partial")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Half a graph was read, its lock held by the dead, or it lay there for good. */
  @Test
  void aGraphIsWholeOrNotThere() throws Exception {
    var commits = Integer.parseInt(repo.git("rev-list", "--all", "--count").strip());
    var data = Files.createDirectories(folder.resolve("data"));
    for (var kills = 0; kills < KILLS; kills++) {
      var other = start(Work.GRAPHS, 0);
      Jar.await("the other writes", () -> !halves(data).isEmpty());
      kill(other);
      try (var workspace = Workspace.open(repo.root())) {
        Files.deleteIfExists(graphFile(workspace, folder)); // or nothing is to be written
        assertThat(graph(workspace, data).getCommitCnt()).isEqualTo(commits);
        assertThat(graphFile(workspace, folder)).exists();
        assertThat(halves(data)).isEmpty();
        Files.delete(graphFile(workspace, folder));
      }
    }
  }
}
