package dev.codeintel.repo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TestFilesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "src/test/java/a/B.java",
        "tests/conftest.py",
        "pkg/test_parser.py",
        "pkg/parser_test.go",
        "web/app.spec.ts",
        "web/__tests__/app.js",
        "src/main/java/ParserTest.java",
        "ParserIT.java",
        "a/test_b/c-test.js"
      })
  void testsAreTold(String path) {
    assertThat(TestFiles.isTest(path)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "src/main/java/Contest.java",
        "src/latest/Protest.py",
        "docs/testing.md",
        "lib/attestation.go",
        "src/TestFiles.java",
        "inspect/spectrum.rs",
        "test_data/reader.py",
        "FooTest.java/readme"
      })
  void whatOnlySoundsLikeATestIsNone(String path) {
    assertThat(TestFiles.isTest(path)).isFalse();
  }
}
