package dev.codeintel.repo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.repo.text.TextPattern;
import dev.codeintel.testkit.CommonsCsv;
import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.Ripgrep;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every line that ripgrep finds, and no other, with the same column. */
class RipgrepParityTest {

  /** A text, or after {@code /} an expression; a {@code ~} before it ignores case. */
  private static final List<String> PATTERNS =
      List.of(
          "return",
          "CSVFormat",
          "zzzqqq",
          "e",
          "();",
          "*/",
          "\\n",
          "a.b",
          "$",
          "\u00e9",
          "\u2014",
          "~CSVFORMAT",
          "~the",
          "~class",
          "~STRASSE",
          "~k",
          "~\u00c9",
          "~s",
          "~string(",
          "~\u03a3",
          "/^import ",
          "/;$",
          "/^\\s*$",
          "/^$",
          "/^",
          "/\\bfoo\\b",
          "/\\bget\\w+\\(",
          "/\\Bed\\b",
          "/[A-Z]{3,}",
          "/\\d+\\.\\d+",
          "/(public|private) (static )?final",
          "/https?://[^\\s\"<>]+",
          "/a.*b.*c",
          "/(foo|bar|null)",
          "/[^\\x00-\\x7F]",
          "/\\w{5}\\s+\\w{5}\\s+\\w{5}",
          "/\\{\\s*$",
          "/@(Test|Override)",
          "/\"[^\"]*\"",
          "/x?y?z",
          "/0[xX][0-9a-fA-F]+",
          "/\\p{Lu}\\p{Ll}+ \\p{Lu}",
          "/[\u00e0-\u00ff]",
          "/(?i)note|XML",
          "/(?-i)null",
          "/\\S+;\\s*//",
          "~/exception|error",
          "~/\\bSTRING\\b",
          "~/[k-s]{6}",
          "~/(get|set)[a-z]+\\(",
          "~/^ \\* @param",
          "~/stra(ss|\u00df)e");

  @TempDir static Path folder;

  private static List<Path> trees;

  @BeforeAll
  static void makeTrees() throws IOException {
    Ripgrep.require();
    GitRepo.requireGit();
    trees =
        List.of(
            CommonsCsv.init(folder.resolve("csv")).root(),
            library(folder.resolve("junit")),
            made(folder.resolve("made")),
            thisProject(folder.resolve("own")));
  }

  @Test
  void fiftyPatternsOnFourTrees() {
    var compared = 0;
    for (var tree : trees) {
      for (var pattern : PATTERNS) {
        var expected = expected(tree, pattern);
        assertThat(found(tree, pattern)).as("%s in %s", pattern, tree).isEqualTo(expected);
        compared += expected.size();
      }
    }
    assertThat(PATTERNS).hasSizeGreaterThanOrEqualTo(50);
    assertThat(compared).isGreaterThan(10_000);
  }

  /** Each letter with a case, in a line of its own, in any case. */
  @Test
  void lettersAreTheSameInBothCases() throws IOException {
    var letters = new StringBuilder();
    for (var c = 0x20; c < 0x1F000; c++) {
      if (Character.isLetter(c)
          && (Character.toUpperCase(c) != c || Character.toLowerCase(c) != c)) {
        letters.appendCodePoint(c).append('\n');
      }
    }
    var tree = Files.createDirectory(folder.resolve("letters"));
    Files.writeString(tree.resolve("letters.txt"), letters);
    var all = letters.codePoints().filter(c -> c != '\n').toArray();
    for (var i = 0; i < all.length; i += all.length / 60) {
      var pattern = "~" + Character.toString(all[i]);
      assertThat(found(tree, pattern)).as(pattern).isEqualTo(expected(tree, pattern));
    }
    for (var special :
        "ksi\u0130\u0131\u00df\u00b5\u03c3\u03b8\u212b\u01c5\u10d0\u13a0\uab70\u1c88"
            .codePoints()
            .toArray()) {
      var pattern = "~/" + Character.toString(special);
      assertThat(found(tree, pattern)).as(pattern).isEqualTo(expected(tree, pattern));
    }
  }

  private static TreeSet<String> found(Path tree, String pattern) {
    var query = text(pattern);
    var compiled = TextPattern.of(query, isRegex(pattern), !pattern.startsWith("~"));
    var found = new TreeSet<String>();
    try (var workspace = Workspace.open(tree);
        var scan =
            workspace.scan(
                new TextQuery(compiled, _ -> true, TextPlace.START, 0, Integer.MAX_VALUE / 8),
                CancelToken.create())) {
      var more = true;
      while (more) {
        more = scan.work();
      }
      for (var match : scan.result().matches()) {
        found.add("%s:%d:%d".formatted(match.path(), match.line(), match.columns().getFirst()));
      }
    }
    return found;
  }

  /**
   * What ripgrep finds in the files of the listing, its columns turned from bytes to characters.
   */
  private static TreeSet<String> expected(Path tree, String pattern) {
    var arguments = new ArrayList<String>();
    if (pattern.startsWith("~")) {
      arguments.add("--ignore-case");
    }
    if (!isRegex(pattern)) {
      arguments.add("--fixed-strings");
    }
    arguments.add("-e");
    arguments.add(isRegex(pattern) ? ofAscii(text(pattern)) : text(pattern));
    var expected = new TreeSet<String>();
    var texts = new HashMap<String, SourceText>();
    for (var match : Ripgrep.search(tree, arguments)) {
      var text = texts.computeIfAbsent(match.path(), path -> read(tree.resolve(path)));
      if (text.binary()) {
        continue; // ripgrep tells of what it finds before the first zero
      }
      var line = text.line(match.line()).getBytes(StandardCharsets.UTF_8);
      var before = new String(line, 0, match.column() - 1, StandardCharsets.UTF_8);
      var column = before.codePointCount(0, before.length()) + 1;
      expected.add("%s:%d:%d".formatted(match.path(), match.line(), column));
    }
    return expected;
  }

  private static SourceText read(Path file) {
    try {
      return SourceText.of(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isRegex(String pattern) {
    return pattern.startsWith("/") || pattern.startsWith("~/");
  }

  private static String text(String pattern) {
    return pattern.replaceFirst("^~?/?", "");
  }

  /** Classes of ASCII as ripgrep writes them; everything else stays of Unicode. */
  private static String ofAscii(String expression) {
    return expression
        .replace("\\w", "(?-u:\\w)")
        .replace("\\d", "[0-9]")
        .replace("[^\\s", "[^\\t\\r\\x0b\\x0c ")
        .replace("\\S", "[^\\t\\r\\x0b\\x0c ]")
        .replace("\\s", "[\\t\\r\\x0b\\x0c ]")
        .replace("\\b", "(?-u:\\b)")
        .replace("\\B", "(?-u:\\B)");
  }

  /** A library's sources, out of the jar that the build lays beside its own. */
  private static Path library(Path tree) throws IOException {
    try (var jar = new JarFile("target/test-repositories/junit-jupiter-api-sources.jar")) {
      for (var entry : (Iterable<JarEntry>) jar.stream()::iterator) {
        if (!entry.isDirectory()) {
          var file = tree.resolve(entry.getName());
          Files.createDirectories(file.getParent());
          try (var in = jar.getInputStream(entry)) {
            Files.write(file, in.readAllBytes());
          }
        }
      }
    }
    return tree.toRealPath();
  }

  /** What real code has little of: other alphabets, line ends of Windows, lines of a megabyte. */
  private static Path made(Path tree) throws IOException {
    Files.createDirectories(tree.resolve("a/.hidden/b"));
    Files.writeString(
        tree.resolve("a/greek.txt"), "\u03a3\u03c3\u03c2 \u03a9\n\u1e9e stra\u00dfe STRASSE\n");
    Files.writeString(tree.resolve("a/.hidden/b/win.txt"), "foo\r\n\r\nreturn;\r\n  Foo  \r\n");
    Files.writeString(tree.resolve("a/long.js"), "x=y;".repeat(250_000) + "null;\u00e9()\n");
    Files.writeString(
        tree.resolve("emoji.md"),
        "\ud83d\ude00 foo \ud83d\ude00\ud83d\ude00 \u212aelvin \u017fs\n");
    Files.writeString(tree.resolve("mark.txt"), "\ufeffimport a\nimport b");
    Files.writeString(tree.resolve("empty.txt"), "");
    Files.writeString(tree.resolve("feeds.txt"), "\n\n\n a\f\u000b;\t//\u2028\u0085 foo");
    Files.write(
        tree.resolve("wide.txt"),
        "\ufeffreturn \u00e9\r\nfoo\n".getBytes(StandardCharsets.UTF_16LE));
    return tree.toRealPath();
  }

  /** What of this project is text that has an owner. */
  private static Path thisProject(Path tree) throws IOException {
    for (var part : List.of("src", "docs", "scripts", "pom.xml", "README.md", "bindings")) {
      try (var files = Files.walk(Path.of(part))) {
        for (var file : files.filter(Files::isRegularFile).toList()) {
          if (Files.size(file) <= Limits.FILE_BYTES_MAX && !Secrets.looksSecret(file.toString())) {
            var copy = tree.resolve(file);
            Files.createDirectories(copy.getParent());
            Files.copy(file, copy);
          }
        }
      }
    }
    return tree.toRealPath();
  }
}
