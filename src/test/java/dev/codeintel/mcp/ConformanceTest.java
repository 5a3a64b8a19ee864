package dev.codeintel.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.testkit.Jar;
import dev.codeintel.testkit.Node;
import dev.codeintel.testkit.Scoreboard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The official conformance suite, against the shipped server and against the one with its fixtures.
 * It ends with an error where something fails that is not in the list of expected failures, and
 * where something in that list passes.
 */
@Timeout(180)
class ConformanceTest {

  private static final Path BASELINES = Path.of("src/test/resources/conformance");

  /** Lengths that no list of expected failures may exceed. */
  private static final Map<String, Integer> EXPECTED_MAX =
      Map.of(
          "shipped-2025-11-25", 23,
          "shipped-2026-07-28", 31,
          "fixtures-2025-11-25", 5,
          "fixtures-2026-07-28", 0);

  private static final String SUITE = "@modelcontextprotocol/conformance/";
  private static final Pattern PASSED = Pattern.compile("(?m)^✓ ([^:]+): ");
  private static final Pattern NAME = Pattern.compile("(?m)^ +- (\\S+)");

  @TempDir static Path folder;

  private static Jar.Running shipped;
  private static FixtureServer fixtures;

  @BeforeAll
  static void serve() throws IOException {
    Node.require();
    var files = Files.createDirectories(folder.resolve("files"));
    Files.writeString(files.resolve("App.java"), "class App {}\n");
    fixtures = FixtureServer.start(files, 0);
    shipped =
        new Jar(folder.resolve("home"), files)
            .start("serve", "--host", "localhost", "--port", "0", "--repo", files.toString());
  }

  @AfterAll
  static void stop() {
    if (shipped != null) {
      shipped.kill();
    }
    if (fixtures != null) {
      fixtures.close();
    }
  }

  /** How many of the scenarios that count have passed. */
  private record Score(int passed, int scored) {}

  @ParameterizedTest
  @CsvSource({"2025-11-25", "2026-07-28"})
  void theShippedServerFailsOnlyWhatItDoesNotServe(String revision) throws IOException {
    Jar.await("the server says where it is", () -> shipped.answered().contains("\n"));
    run("shipped", revision, shipped.answered().lines().findFirst().orElseThrow());
  }

  /** All but four that need a server that sends requests to its client. */
  @ParameterizedTest
  @CsvSource({"2025-11-25, 26, 30", "2026-07-28, 37, 37"})
  void theShippedProtocolPassesWithTheFixtures(String revision, int passed, int scored)
      throws IOException {
    assertThat(run("fixtures", revision, fixtures.url().toString()))
        .isEqualTo(new Score(passed, scored));
  }

  @Test
  void listsOfExpectedFailuresOnlyShrink() throws IOException {
    for (var list : EXPECTED_MAX.entrySet()) {
      var lines = Files.readAllLines(baseline(list.getKey()));
      assertThat(lines.stream().filter(line -> line.strip().startsWith("- ")))
          .as(list.getKey())
          .hasSizeLessThanOrEqualTo(list.getValue());
    }
  }

  private static Score run(String server, String revision, String url) throws IOException {
    var name = server + "-" + revision;
    var ended =
        new Node(folder)
            .run(
                Node.packaged(SUITE + "dist/index.js"),
                List.of(
                    "server",
                    "--url",
                    url,
                    "--requirements",
                    revision,
                    "--expected-failures",
                    baseline(name).toString(),
                    "-o",
                    folder.resolve(name).toString()));
    assertThat(ended.status()).as(ended.out() + ended.err()).isZero();
    if (revision.equals(Revision.V2026_07_28.text())) { // is not scored yet
      assertThat(ended.out()).contains("✓ http-header-validation: 14 passed, 0 failed");
    }
    var score = score(revision, ended.out());
    Scoreboard.add(
        "conformance suite",
        server + " " + revision,
        "%d of %d scored scenarios pass".formatted(score.passed(), score.scored()));
    return score;
  }

  private static Path baseline(String name) {
    return BASELINES.resolve(name + ".yml").toAbsolutePath();
  }

  private static Score score(String revision, String out) throws IOException {
    var summary = out.substring(out.indexOf("=== SUMMARY ==="), out.indexOf("\nTotal: "));
    var passed =
        PASSED.matcher(summary).results().map(found -> found.group(1)).collect(Collectors.toSet());
    var scored = scored(revision);
    passed.retainAll(scored);
    return new Score(passed.size(), scored.size());
  }

  /** The suite also runs scenarios of extensions and such as are not settled yet. */
  private static Set<String> scored(String revision) throws IOException {
    var lists = Files.readString(Node.packaged(SUITE + "requirements/" + revision + ".yaml"));
    return NAME.matcher(lists.substring(lists.indexOf("\nserver:"), lists.indexOf("\nclient:")))
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toSet());
  }
}
