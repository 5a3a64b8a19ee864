package dev.codeintel.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.repo.Workspace;
import dev.codeintel.testkit.GitRepo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much blame reads: counted in objects, since a clock tells another story on each machine. */
class BlameWorkTest {

  private static final int LINES = 12_000;
  private static final int COMMITS = 20;

  @TempDir Path folder;

  private GitRepo repo;
  private Path data;

  /** Each commit changes a line of its own, from the end of a long file to its start. */
  @BeforeEach
  void write() {
    repo = GitRepo.init(folder.resolve("repo"));
    data = folder.resolve("data");
    repo.write("a.txt", text(0)).write("other.txt", "0\n").commitAll("first");
    for (var commit = 1; commit <= COMMITS; commit++) {
      repo.write("a.txt", text(commit)).commitAll("commit " + commit);
    }
  }

  private static String text(int commit) {
    return IntStream.range(0, LINES)
        .mapToObj(
            line ->
                "line "
                    + line
                    + (line >= LINES - 100 * commit && line % 100 == 0 ? " new\n" : "\n"))
        .collect(Collectors.joining());
  }

  /** Ten lines cost 3.7 to 4.6 times what git takes, because all of the file was blamed. */
  @Test
  void theWalkEndsWhenTheLinesAreSettled() throws IOException {
    var newest = LINES - 100 * COMMITS + 1; // changed by the last commit
    assertThat(reads(OptionalInt.of(newest), OptionalInt.of(newest), false)).isLessThan(20);
    assertThat(reads(OptionalInt.empty(), OptionalInt.empty(), false)).isGreaterThan(2 * COMMITS);
  }

  @Test
  void whatIsKnownIsNotReadAgain() throws IOException {
    var whole = reads(OptionalInt.empty(), OptionalInt.empty(), true);
    assertThat(reads(OptionalInt.of(5), OptionalInt.of(900), true)).isLessThan(10);
    assertThat(whole).isGreaterThan(2 * COMMITS);
  }

  /** A commit that changed the file, and one that did not, cost one step each. */
  @Test
  void theNextCommitsAreBlamedFromWhereTheLastOneEnded() throws IOException {
    reads(OptionalInt.empty(), OptionalInt.empty(), true);
    repo.write("a.txt", "new\n" + text(COMMITS)).commitAll("changed");
    repo.write("other.txt", "1\n").commitAll("another file");
    assertThat(reads(OptionalInt.empty(), OptionalInt.empty(), true)).isLessThan(20);
  }

  /** Entries at HEAD alone were lost to branches that started before it. */
  @Test
  void theCommitThatTouchedTheFileIsKeptToo() throws IOException {
    repo.write("other.txt", "1\n").commitAll("another file");
    repo.write("other.txt", "2\n").commitAll("and again");
    reads(OptionalInt.empty(), OptionalInt.empty(), true);
    repo.git("checkout", "-q", "-b", "side", "HEAD~1");
    repo.write("other.txt", "3\n").commitAll("side");
    assertThat(reads(OptionalInt.empty(), OptionalInt.empty(), true)).isLessThan(20);
  }

  /** Blames HEAD as a process would that knows only what is on disk. */
  private long reads(OptionalInt first, OptionalInt last, boolean cached) throws IOException {
    try (var workspace = Workspace.open(repo.root());
        var objects = new Objects(workspace.repository().orElseThrow(), CancelToken.create())) {
      var cache =
          cached
              ? new BlameCache(
                  new BlameStore(data, workspace.repositoryId()),
                  BlameCache.rules(Set.of(), Set.of()))
              : BlameCache.none();
      var head = objects.commit(ObjectId.fromString(repo.head()));
      var file = Origin.require(objects, head, GitPath.of("a.txt"));
      var answer =
          new LineSources(
                  "a.txt", new AskedLines(first, last, Integer.MAX_VALUE), objects, cache, Set.of())
              .at(file);
      assertThat(answer.totalLines()).isGreaterThanOrEqualTo(LINES);
      return objects.reads();
    }
  }
}
