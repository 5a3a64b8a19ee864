package dev.codeintel.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GlobsTest {

  /** Four dialects in one server, in one of which **&#47;*.py did not match main.py. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          **/*.py             | main.py             | yes
          **/*.py             | a/b/main.py         | yes
          *.py                | main.py             | yes
          *.py                | a/b/main.py         | yes
          *.py                | a/main.pyc          | no
          /*.py               | main.py             | yes
          /*.py               | a/main.py           | no
          src/*.py            | src/a.py            | yes
          src/*.py            | src/a/b.py          | no
          src/*.py            | lib/src/a.py        | no
          src/*               | src/a.py            | yes
          src/*               | src/a/b.py          | no
          src/**              | src/a/b.py          | yes
          src/**              | src                 | no
          src                 | src/a/b.py          | yes
          src                 | lib/src/b.py        | yes
          /src                | lib/src/b.py        | no
          src/                | src/b.py            | yes
          src/                | lib/src/b.py        | yes
          src/                | src                 | no
          src/main/           | src/main/b.py       | yes
          src/main            | src/main/b.py       | yes
          ./src/main          | src/main/b.py       | yes
          src/main            | src/mainly/b.py     | no
          build*              | build-2/x.c         | yes
          a/**/b              | a/b                 | yes
          a/**/b              | a/x/y/b             | yes
          a/**/b              | a/x/y/b/z           | yes
          a/**/b              | a/x/y/bb            | no
          **                  | a/b                 | yes
          **/a/**             | x/a/b               | yes
          **/a/**             | a/b                 | yes
          **/a/**             | a                   | no
          a**b                | a/b                 | no
          a**b                | axxb                | yes
          *                   | a/b                 | yes
          ?.c                 | a.c                 | yes
          ?.c                 | ab.c                | no
          ?.c                 | \u00E4.c            | yes
          ?.c                 | \uD83D\uDE00.c      | yes
          [a-c].c             | b.c                 | yes
          [!a-c].c            | b.c                 | no
          [^a-c].c            | d.c                 | yes
          a[/]b               | a/b                 | no
          *.{ts,tsx}          | a/b.tsx             | yes
          *.{ts,tsx}          | a/b.t               | no
          {src,test}/**       | test/a/b            | yes
          {src,lib/{x,y}}/*.c | lib/y/a.c           | yes
          {src,lib/{x,y}}/*.c | lib/z/a.c           | no
          a{,.bak}            | a.bak               | yes
          a{,.bak}            | a                   | yes
          [{].c               | {.c                 | yes
          \\{a,b\\}           | {a,b}               | yes
          a,b                 | a,b                 | yes
          \\*.c               | *.c                 | yes
          \\*.c               | a.c                 | no
          *.PY                | a.py                | no
          .*                  | .github/x.yml       | yes
          """)
  void aGlobMatchesAsDocumented(String glob, String path, String matches) {
    assertThat(Globs.of(List.of(glob), List.of()).matches(path)).isEqualTo(matches.equals("yes"));
    assertThat(Globs.of(List.of(), List.of(glob)).matches(path)).isEqualTo(matches.equals("no"));
  }

  @Test
  void aPathMustBeIncludedAndNotExcluded() {
    var globs = Globs.of(List.of("src", "*.md"), List.of("**/gen/**", "README.md"));
    assertThat(globs.matches("src/a.c")).isTrue();
    assertThat(globs.matches("doc/a.md")).isTrue();
    assertThat(globs.matches("doc/a.c")).isFalse();
    assertThat(globs.matches("src/gen/a.c")).isFalse();
    assertThat(globs.matches("src/README.md")).isFalse();
    assertThat(globs.isAll()).isFalse();
    assertThat(Globs.of(List.of(), List.of()).isAll()).isTrue();
    assertThat(Globs.all().matches("x/y")).isTrue();
    assertThat(globs)
        .isEqualTo(Globs.of(List.of("src", "*.md"), List.of("**/gen/**", "README.md")))
        .isNotEqualTo(Globs.all());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "/", "./", "[a", "a[]", "a\\", "{a", "a}", "{a,{b}", "../x", "a/../b", "a//b", "!a",
        "a/./b", "a\0b"
      })
  void aBadGlobIsNamed(String glob) {
    assertThatThrownBy(() -> Globs.of(List.of(glob), List.of()))
        .isInstanceOfSatisfying(
            CodeintelException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
              assertThat(e).hasMessageStartingWith("Bad glob '" + glob + "': ");
            });
  }

  /** Braces in braces stand for more globs than memory holds. */
  @Test
  void globsAreBounded() {
    for (var glob :
        List.of(
            "{a,b}".repeat(100),
            "{".repeat(400) + "}".repeat(400),
            "x".repeat(Limits.GLOB_CHARS_MAX + 1))) {
      assertThatThrownBy(() -> Globs.of(List.of(glob), List.of()))
          .isInstanceOf(CodeintelException.class);
    }
    assertThatThrownBy(() -> Globs.of(Collections.nCopies(Limits.GLOBS_MAX + 1, "a"), List.of()))
        .isInstanceOf(CodeintelException.class);
    var slow = Globs.of(List.of("**/*" + "a*/**/".repeat(50) + "b"), List.of());
    assertThat(slow.matches(("a".repeat(60) + "/").repeat(60) + "c")).isFalse();
  }
}
