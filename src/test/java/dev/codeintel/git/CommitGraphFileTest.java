package dev.codeintel.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.codeintel.testkit.GeneratedHistory;
import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.Seeded;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.TreeSet;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.util.NB;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A commit-graph that git wrote, as it is and damaged. */
class CommitGraphFileTest {

  private static GitRepo repo;
  private static Path file;

  @BeforeAll
  static void writeGraph(@TempDir Path folder) throws IOException {
    repo =
        GeneratedHistory.in(
            folder.resolve("r"), Seeded.random(), GeneratedHistory.Shape.ofCommits(300));
    repo.git("checkout", "-q", "-b", "one", "HEAD~9");
    repo.commitAll("one");
    repo.git("checkout", "-q", "-b", "two", "HEAD~9");
    repo.commitAll("two");
    repo.git("checkout", "-q", "main");
    repo.git("merge", "-q", "-s", "ours", "-m", "octopus", "one", "two");
    repo.git("commit-graph", "write", "--reachable", "--changed-paths");
    file = repo.root().resolve(".git/objects/info/commit-graph");
  }

  /** A parent of an octopus merge, or a commit time, was read from the wrong place. */
  @Test
  void saysOfEachCommitWhatGitSays() throws IOException {
    var graph = CommitGraphFile.read(file, Long.MAX_VALUE, false);

    var lines = repo.git("log", "--all", "--format=%H,%T,%ct,%P").lines().toList();
    assertThat(lines).hasSize((int) graph.getCommitCnt()).hasSizeGreaterThan(302);
    for (var line : lines) {
      var fields = line.split(",", -1);
      var position = graph.findGraphPosition(ObjectId.fromString(fields[0]));
      assertThat(graph.getObjectId(position).name()).isEqualTo(fields[0]);
      var data = graph.getCommitData(position);
      assertThat(data.getTree().name()).isEqualTo(fields[1]);
      assertThat(data.getCommitTime()).isEqualTo(Long.parseLong(fields[2]));
      assertThat(Arrays.stream(data.getParents()).mapToObj(at -> graph.getObjectId(at).name()))
          .containsExactlyElementsOf(
              fields[3].isEmpty() ? new TreeSet<>() : Arrays.asList(fields[3].split(" ")));
    }
    assertThat(graph.findGraphPosition(ObjectId.zeroId())).isNegative();
    assertThat(graph.getObjectId(lines.size())).isNull();
    assertThat(graph.getCommitData(-1)).isNull();
  }

  /** A no of a filter hid a commit that changed the path, one with an umlaut first of all. */
  @Test
  void noFilterHidesAChange() throws IOException {
    assertThat(certainNos(repo, CommitGraphFile.read(file, Long.MAX_VALUE, false)))
        .isGreaterThan(100);
  }

  /** Checks all filters against git's own diffs; how many say no to a path of another commit. */
  static int certainNos(GitRepo repo, CommitGraphFile graph) {
    var log =
        repo.git(
            "-c",
            "core.quotePath=off",
            "log",
            "--all",
            "-m",
            "--first-parent",
            "--no-renames",
            "--name-only",
            "--format=>%H");
    var no = 0;
    var umlauts = 0;
    for (var commit : log.substring(1).split("\n>")) {
      var lines = commit.lines().filter(line -> !line.isEmpty()).toList();
      var position = graph.findGraphPosition(ObjectId.fromString(lines.getFirst()));
      for (var path : lines.subList(1, lines.size())) {
        assertThat(graph.mayHaveChanged(position, utf8(path))).as(path).isTrue();
        umlauts += path.contains("\u00fc") ? 1 : 0;
      }
      no += graph.mayHaveChanged(position, utf8("src/other/file.java")) ? 0 : 1;
    }
    assertThat(umlauts).isPositive();
    return no;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** One flipped bit gave a commit another parent, and blame another answer. */
  @Test
  void noDamageIsBelieved() throws IOException {
    var bytes = Files.readAllBytes(file);
    var random = Seeded.random();
    for (var i = 0; i < 2_000; i++) {
      var damaged = bytes.clone();
      damaged[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      assertThatIOException().isThrownBy(() -> CommitGraphFile.of(damaged, false));
      var shorter = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      assertThatIOException().isThrownBy(() -> CommitGraphFile.of(shorter, false));
    }
  }

  /** A graph that lies within a right checksum ended a call with an exception of JGit's. */
  @Test
  void aHostileOneIsRefusedOrCanBeRead() throws Exception {
    var bytes = Files.readAllBytes(file);
    var random = Seeded.random();
    var read = 0;
    for (var i = 0; i < 4_000; i++) {
      var hostile = bytes.clone();
      for (var k = random.nextInt(3); k >= 0; k--) {
        // the tables at the start are small, and where most can be done
        var at = random.nextInt(random.nextBoolean() ? 200 : bytes.length);
        hostile[at] = (byte) random.nextInt(256);
      }
      seal(hostile);
      read += canBeRead(hostile) ? 1 : 0;
    }
    assertThat(read).isBetween(100, 3_900);
  }

  private static boolean canBeRead(byte[] bytes) {
    CommitGraphFile graph;
    try {
      graph = CommitGraphFile.of(bytes, false);
    } catch (IOException e) {
      return false;
    }
    for (var position = 0; position < graph.getCommitCnt(); position++) {
      assertThat(graph.findGraphPosition(graph.getObjectId(position))).isEqualTo(position);
      for (var parent : graph.getCommitData(position).getParents()) {
        assertThat(graph.getObjectId(parent)).isNotNull();
      }
      graph.mayHaveChanged(position, utf8("src/a/b.java"));
    }
    return true;
  }

  /** Commits of the highest generation that follow each other in a ring: blame went round in it. */
  @Test
  void aRingIsRefused() throws Exception {
    var bytes = Files.readAllBytes(file);
    var commits = (int) CommitGraphFile.of(bytes, false).getCommitCnt();
    var data = (int) NB.decodeInt64(bytes, indexOf(bytes, utf8("CDAT")) + 4);
    for (var commit = 0; commit < commits; commit++) {
      NB.encodeInt32(bytes, data + 36 * commit + 28, 0x3FFF_FFFF << 2); // its generation
    }
    NB.encodeInt32(bytes, data + 20, 1); // the first commit follows the second
    NB.encodeInt32(bytes, data + 36 + 20, 0); // and the second the first
    seal(bytes);

    assertThatIOException()
        .isThrownBy(() -> CommitGraphFile.of(bytes, false))
        .withMessageContaining("generation");
  }

  /** Filters that hash otherwise were asked as if they were ours. */
  @Test
  void filtersOfAnotherVersionAreNotRead() throws Exception {
    var bytes = Files.readAllBytes(file);
    var header = new byte[] {0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0, 10};
    bytes[indexOf(bytes, header) + 3] = 3;
    seal(bytes);

    var graph = CommitGraphFile.of(bytes, false);

    assertThat(graph.hasFilters()).isFalse();
    assertThat(graph.mayHaveChanged(0, utf8("a"))).isTrue();
  }

  /** Git's filters were taken over into a graph of ours, where they hash otherwise. */
  @Test
  void jgitGetsNoFilterThatGitMade() throws IOException {
    var graph = CommitGraphFile.read(file, Long.MAX_VALUE, false);

    assertThat(graph.getChangedPathFilter(0)).isNull();
  }

  /** Git leaves filters empty that it had no time for; JGit divided by their length. */
  @Test
  void aCommitWithoutAFilterMayHaveChangedAll() throws IOException {
    var before = Files.readAllBytes(file);
    try {
      Files.delete(file);
      repo.git("commit-graph", "write", "--reachable", "--changed-paths", "--max-new-filters=5");

      var graph = CommitGraphFile.read(file, Long.MAX_VALUE, false);

      assertThat(graph.hasFilters()).isTrue();
      var filters = 0;
      for (var position = 0; position < graph.getCommitCnt(); position++) {
        filters += graph.mayHaveChanged(position, utf8("src/other/file.java")) ? 0 : 1;
      }
      assertThat(filters).isBetween(0, 5);
    } finally {
      Files.deleteIfExists(file);
      Files.write(file, before);
    }
  }

  /** A file that is longer than what fits was read into memory. */
  @Test
  void aTooLargeOneIsNotRead() {
    assertThatIOException().isThrownBy(() -> CommitGraphFile.read(file, 1_000, false));
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    for (var at = 0; ; at++) {
      if (Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
        return at;
      }
    }
  }

  /** Makes the checksum right. */
  private static void seal(byte[] bytes) throws Exception {
    var digest = MessageDigest.getInstance("SHA-1");
    digest.update(bytes, 0, bytes.length - 20);
    System.arraycopy(digest.digest(), 0, bytes, bytes.length - 20, 20);
  }
}
