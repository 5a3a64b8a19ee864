package dev.codeintel.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A generator that makes less than it says lets every test on it pass. */
class GeneratedHistoryTest {

  @Test
  void holdsWhatItsShapeSays(@TempDir Path folder) {
    var shape = new GeneratedHistory.Shape(600, 60, 20, 10, 10, 80);

    var repo = GeneratedHistory.in(folder.resolve("a"), Seeded.random(), shape);

    assertThat(repo.git("rev-list", "--count", "main").strip()).isEqualTo("600");
    assertThat(repo.git("rev-list", "--count", "--merges", "main").strip()).isEqualTo("60");
    var renames = repo.git("log", "--diff-filter=R", "-M30%", "--format=", "--name-status", "main");
    assertThat(renames.lines()).hasSizeGreaterThanOrEqualTo(10);
    assertThat(repo.git("status", "--porcelain")).isEmpty();
    repo.git("fsck", "--no-dangling");
  }

  @Test
  void theSameSeedMakesTheSameHistory(@TempDir Path folder) {
    var shape = GeneratedHistory.Shape.ofCommits(100);

    var one = GeneratedHistory.in(folder.resolve("a"), new Random(5), shape);
    var other = GeneratedHistory.in(folder.resolve("b"), new Random(5), shape);
    var third = GeneratedHistory.in(folder.resolve("c"), new Random(6), shape);

    assertThat(one.head()).isEqualTo(other.head()).isNotEqualTo(third.head());
  }

  @Test
  void theLongOneIsLong(@TempDir Path folder) {
    var repo =
        GeneratedHistory.in(folder.resolve("a"), Seeded.random(), GeneratedHistory.Shape.LONG);

    assertThat(repo.git("rev-list", "--count", "main").strip()).isEqualTo("5000");
    assertThat(repo.git("rev-list", "--count", "--merges", "main").strip()).isEqualTo("300");
  }
}
