package dev.codeintel.style;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Style is a test: what the compiler and the formatter do not see. */
class StyleTest {

  private static final Set<String> TOP_LEVEL =
      Set.of(
          "LICENSE",
          "README.md",
          "bindings",
          "docs",
          "mvnw",
          "mvnw.cmd",
          "native-libs",
          "pom.xml",
          "scripts",
          "src");

  private static List<Path> files;
  private static List<Source> sources;

  @BeforeAll
  static void readAll() throws Exception {
    files = projectFiles();
    sources = new ArrayList<>();
    for (var file : files) {
      var bytes = Files.readAllBytes(file);
      if (new String(bytes, StandardCharsets.ISO_8859_1).indexOf('\0') < 0) {
        sources.add(Source.of(file.toString(), new String(bytes, StandardCharsets.UTF_8)));
      }
    }
    assertThat(sources).as("files of the project").hasSizeGreaterThan(50);
  }

  @ParameterizedTest
  @EnumSource
  void noSourceBreaks(Rule rule) {
    assertThat(sources.stream().flatMap(source -> rule.breaches(source).stream())).isEmpty();
  }

  /** A rule that finds nothing anywhere proves nothing: each must find its breach. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DATA_GOES_ONE_WAY | main | repo | import dev.codeintel.search.Searcher;",
        "DATA_GOES_ONE_WAY | main | ops | import static dev.codeintel.config.Limits.FILES_MAX;",
        "DATA_GOES_ONE_WAY | main | faiss | dev.codeintel.vector.Plan plan;",
        "DATA_GOES_ONE_WAY | main | tool | import dev.codeintel.util.Strings;",
        "ONLY_FAISS_SEES_THE_BINDINGS | main | vector | import dev.codeintel.faiss.capi.FaissC;",
        "ONLY_FAISS_SEES_THE_BINDINGS | test | store | import dev.codeintel.faiss.capi.FaissC;",
        "JSON_STAYS_AT_THE_EDGES | main | tool | import tools.jackson.databind.ObjectMapper;",
        "NOTHING_ON_STDOUT | main | mcp | System.out.println(1);",
        "NOTHING_ON_STDOUT | main | index | e.printStackTrace();",
        "NO_EMPTY_CATCH | main | git | try { a(); } catch (IOException e) { /* fine */ }",
        "NO_INTERRUPTS | main | repo | worker.interrupt();",
        "NO_INTERRUPTS | test | repo | future.cancel( true);",
        "NO_INTERRUPTS | main | repo | pool.shutdownNow();",
        "NO_INTERRUPTS | main | repo | try (var s = StructuredTaskScope.open()) { a(); }",
        "NO_SLEEP | test | repo | Thread.sleep(5);",
        "NO_SLEEP | main | embed | TimeUnit.SECONDS.sleep(1);",
        "NOTHING_LEFT_TO_DO | main | repo | // TO-DO later",
        "NO_PATHS_OF_A_MACHINE | test | repo | var p = \"/ro-ot/project\";",
        "NO_PATHS_OF_A_MACHINE | test | repo | var p = \"/ho-me/joe/project\";",
      })
  void eachRuleFindsItsBreach(Rule rule, String tree, String stage, String code) {
    assertThat(rule.breaches(snippet(tree, stage, code.replace("-", ""))))
        .singleElement()
        .asString()
        .startsWith("src/" + tree + "/java/dev/codeintel/" + stage + "/Snippet.java:3: ");
  }

  /** A rule that finds what is right is soon switched off. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DATA_GOES_ONE_WAY | main | search | import dev.codeintel.repo.Workspace;",
        "DATA_GOES_ONE_WAY | test | repo | import dev.codeintel.testkit.Seeded;",
        "DATA_GOES_ONE_WAY | main | repo | /** See {@link dev.codeintel.search.Searcher}. */",
        "ONLY_FAISS_SEES_THE_BINDINGS | test | faiss | import dev.codeintel.faiss.capi.FaissC;",
        "NOTHING_ON_STDOUT | main | cli | System.out.println(1);",
        "NOTHING_ON_STDOUT | main | mcp | var text = \"System.out\"; // System.out",
        "NO_EMPTY_CATCH | main | git | try { a(); } catch (IOException e) { return; }",
        "NO_INTERRUPTS | main | repo | Thread.currentThread().interrupt();",
        "NO_INTERRUPTS | main | repo | future.cancel(false);",
        "NO_SLEEP | test | repo | var text = \"\"\"\\n Thread.sleep(5) \\\" \"\"\";",
        "NOTHING_LEFT_TO_DO | main | repo | var pattern = \"XXXXXX\";",
        "NO_PATHS_OF_A_MACHINE | main | repo | var p = \"src/work/x\" + \"https://a/work/b\";",
      })
  void noRuleFindsWhatIsRight(Rule rule, String tree, String stage, String code) {
    assertThat(rule.breaches(snippet(tree, stage, code))).isEmpty();
  }

  @Test
  void theTopLevelHoldsWhatTheMapSays() {
    assertThat(files.stream().map(file -> file.getName(0).toString()).distinct())
        .filteredOn(name -> !name.startsWith("."))
        .isSubsetOf(TOP_LEVEL);
  }

  /** A newcomer opened a package and found no word on what it is for. */
  @Test
  void everyPackageSaysWhatItTakesAndGives() {
    var folders = new TreeSet<String>();
    var described = new TreeSet<String>();
    for (var source : sources) {
      if (source.isMain()) {
        var folder = source.path().substring(0, source.path().lastIndexOf('/'));
        folders.add(folder);
        if (source.path().endsWith("/package-info.java")) {
          assertThat(source.text()).as(source.path()).contains("/**");
          described.add(folder);
        }
      }
    }
    assertThat(described).isEqualTo(folders);
  }

  /** A dependency came in without a word on why. */
  @Test
  void everyDependencyAndPlugInIsExplained() throws IOException {
    var pom = Files.readString(Path.of("pom.xml"));
    var page = Files.readString(Path.of("docs/dependencies.md"));
    var artifacts = Pattern.compile("<artifactId>([^*<]+)</artifactId>").matcher(pom).results();
    assertThat(artifacts.map(found -> found.group(1)).distinct())
        .hasSizeGreaterThan(10)
        .filteredOn(artifact -> !artifact.equals("codeintel"))
        .allSatisfy(artifact -> assertThat(page).contains("`" + artifact + "`"));
  }

  private static Source snippet(String tree, String stage, String code) {
    var folder = "src/%s/java/dev/codeintel/%s".formatted(tree, stage);
    var text = "package dev.codeintel.%s;\n/* A\nb */ %s\n".formatted(stage, code);
    return Source.of(folder + "/Snippet.java", text);
  }

  /** What git tracks; in an unpacked archive all that is not built. */
  private static List<Path> projectFiles() throws Exception {
    var git =
        new ProcessBuilder("git", "ls-files", "-z")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    var output = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (git.waitFor() == 0) {
      return List.of(output.split("\0")).stream()
          .map(Path::of)
          .filter(Files::isRegularFile)
          .toList();
    }
    return walk();
  }

  private static List<Path> walk() throws IOException {
    var top = Path.of("");
    var found = new ArrayList<Path>();
    Files.walkFileTree(
        top,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return Set.of(Path.of("target"), Path.of(".git")).contains(folder)
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            found.add(file);
            return FileVisitResult.CONTINUE;
          }
        });
    return found;
  }
}
