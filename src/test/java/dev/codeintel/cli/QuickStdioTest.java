package dev.codeintel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuickStdioTest {

  @Test
  void theUsualStartsAreRead() {
    assertThat(QuickStdio.read("stdio").orElseThrow().folder).isNull();
    assertThat(QuickStdio.read("serve", "--stdio").orElseThrow().folder).isNull();
    assertThat(QuickStdio.read("stdio", "--repo", "/a b").orElseThrow().folder)
        .isEqualTo(Path.of("/a b"));
    assertThat(QuickStdio.read("serve", "--stdio", "--repo", ".").orElseThrow())
        .satisfies(
            repository -> {
              assertThat(repository.folder).isEqualTo(Path.of("."));
              assertThat(repository.indexAll).isFalse();
            });
  }

  /** A misspelt option was ignored because the quick way did not know it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "serve",
        "index",
        "serve --port 1",
        "serve --repo a --stdio",
        "stdio --help",
        "stdio --repo",
        "stdio --repo --verbose",
        "stdio --repo a b",
        "stdio --repo=a",
        "stdio --rpeo a",
        "stdio --repo @file",
        "stdio --repo \"a\"",
        "--verbose stdio",
        "search stdio"
      })
  void allElseIsLeftToTheLibrary(String arguments) {
    assertThat(QuickStdio.read(arguments.split(" "))).isEmpty();
  }
}
