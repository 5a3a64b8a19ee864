package dev.codeintel.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.IndexedTree;
import dev.codeintel.testkit.WordsEmbedder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A small repository whose files are old enough to be trusted, and its index. */
abstract class IndexTestBase {

  @TempDir Path folder;

  GitRepo repo;

  Path data;

  final WordsEmbedder embedder = new WordsEmbedder();

  @BeforeEach
  void repository() {
    repo = GitRepo.init(folder.resolve("repo"));
    repo.write(
        "src/Parser.java",
        "class Parser {\n  void parse(String sentence) {\n    grammar.apply(sentence);\n  }\n}\n");
    repo.write(
        "src/Cache.java",
        "class Cache {\n  void evict(Key oldest) {\n    entries.remove(oldest);\n  }\n}\n");
    repo.write("docs/guide.md", "# Guide\n\nHow the planets move around the sun.\n");
    repo.commitAll("first");
    age(repo.root());
    data = folder.resolve("data");
  }

  IndexedTree tree() {
    return new IndexedTree(repo.root(), data, embedder);
  }

  /** Makes files old enough that a run trusts their times. */
  static void age(Path root) {
    try (var files = Files.walk(root)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_600_000_000_000L));
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  static void assertEveryVectorIsThatOfItsText(IndexedTree tree) {
    var generation = tree.index.generations().acquire().orElseThrow();
    try {
      assertThat(generation.embedded()).isEqualTo(generation.chunks()).isPositive();
      for (var i = 0; i < generation.embedded(); i++) {
        var doc = generation.embeddedDocument(i);
        var vector = generation.vector(doc).orElseThrow();
        assertThat(vector.toArray(java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED))
            .isEqualTo(WordsEmbedder.vector(generation.chunk(doc).chunk().text()));
      }
    } finally {
      generation.release();
    }
  }
}
