package dev.codeintel.chunk;

import static java.util.Map.entry;

import java.util.List;
import java.util.Map;

/**
 * What starts a comment in a language.
 *
 * @param slash {@code //} and {@code /*}
 */
record CommentMarks(boolean slash, boolean hash, boolean dash, boolean semicolon, boolean percent) {

  private static final String SLASH = "//";

  /** The languages whose comments are not, or not only, those of C. */
  private static final Map<String, List<String>> MARKS =
      Map.ofEntries(
          entry("ada", List.of("--")),
          entry("assembly", List.of(";", SLASH)),
          entry("bash", List.of("#")),
          entry("bazel", List.of("#")),
          entry("clojure", List.of(";")),
          entry("cmake", List.of("#")),
          entry("dockerfile", List.of("#")),
          entry("elixir", List.of("#")),
          entry("elm", List.of("--")),
          entry("erlang", List.of("%")),
          entry("fortran", List.of()),
          entry("graphql", List.of("#", SLASH)),
          entry("haskell", List.of("--")),
          entry("hcl", List.of("#", SLASH)),
          entry("html", List.of()),
          entry("ini", List.of("#", ";")),
          entry("json", List.of()),
          entry("julia", List.of("#")),
          entry("lua", List.of("--")),
          entry("makefile", List.of("#")),
          entry("nim", List.of("#", SLASH)),
          entry("nix", List.of("#", SLASH)),
          entry("perl", List.of("#")),
          entry("php", List.of("#", SLASH)),
          entry("powershell", List.of("#")),
          entry("python", List.of("#")),
          entry("r", List.of("#")),
          entry("ruby", List.of("#")),
          entry("sql", List.of("--", SLASH)),
          entry("tcl", List.of("#", SLASH)),
          entry("toml", List.of("#")),
          entry("vhdl", List.of("--", SLASH)),
          entry("vim", List.of()),
          entry("xml", List.of()),
          entry("yaml", List.of("#")));

  static CommentMarks of(String language) {
    var marks = MARKS.getOrDefault(language, List.of(SLASH));
    return new CommentMarks(
        marks.contains(SLASH),
        marks.contains("#"),
        marks.contains("--"),
        marks.contains(";"),
        marks.contains("%"));
  }
}
