package dev.codeintel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.Jar;
import dev.codeintel.testkit.TreeSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The command line as a shell sees it: the packaged jar, its exit codes and its two streams. */
@Timeout(120)
class CommandLineTest {

  private static final String VLLM_NOWHERE = "http://127.0.0.1:9/v1";

  @TempDir static Path folder;

  private static GitRepo repo;
  private static Jar words;

  @BeforeAll
  static void indexOnce() {
    repo = GitRepo.init(folder.resolve("a repository with blanks"));
    repo.write("src/Gr\u00fc\u00dfe.java", "class Gr\u00fc\u00dfe {}\n");
    repo.write(
        "src/Hello.java",
        "class Hello {\n  String text = \"Gr\u00fc\u00dfe \u65e5\u672c \ud83d\ude00 welcome\";\n}\n");
    repo.write("src/App.java", "class App {\n  void startEngine() {}\n}\n");
    repo.commitAll("Three files");
    words = jar("words").with("EMBEDDER", "none");
    var run = words.run("index");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("3 files (3 new").doesNotContain("WARNING");
  }

  private static Jar jar(String home) {
    return new Jar(folder.resolve(home), repo.root());
  }

  /** One sentence with what to do, and nothing that looks like a crash. */
  private static void assertSentence(Jar.Ended run, int status, String... says) {
    assertThat(run.status()).as(run.err()).isEqualTo(status);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains(says).startsWith("codeintel: ").doesNotContain("\tat ");
    assertThat(run.err().strip().lines()).as(run.err()).hasSize(1);
  }

  private static JsonNode json(Jar.Ended run) {
    assertThat(run.out().strip().lines()).as("one object on stdout").hasSize(1);
    var value = JsonMapper.shared().readTree(run.out());
    assertThat(value.isObject()).isTrue();
    return value;
  }

  private static String names(JsonNode object) {
    return String.join(" ", object.propertyNames());
  }

  /** A flag that --help does not name is found by nobody. */
  @ParameterizedTest
  @CsvSource({
    "index, --repo --full --incremental --merge --dry-run --json",
    "search, --repo --limit --mode --include --exclude --language --json",
    "serve, --repo --stdio --host --port",
    "stdio, --repo",
    "status, --repo --json",
    "verify, --repo --json",
    "doctor, --repo --json"
  })
  void helpNamesEveryFlag(String command, String flags) {
    var printed = new ByteArrayOutputStream();
    var line = Cli.commandLine();
    line.setOut(new PrintWriter(printed, true, StandardCharsets.UTF_8));
    assertThat(line.execute(command, "--help")).isZero();
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains(flags.split(" "))
        .contains("--verbose", "--quiet", "--config", "--help");
  }

  /** A setting that was misspelt had no effect, and a bad one printed a stack trace. */
  @Test
  void settingsThatAreWrongAreNamed() {
    assertSentence(words.with("CODEINTEL_DETLA", "on").run("status"), 2, "CODEINTEL_DETLA");
    assertSentence(words.with("CHUNK_BUDGET", "many").run("stdio"), 2, "CHUNK_BUDGET is many");
    assertSentence(words.run("status", "--config", "no-such-file"), 2, "no-such-file");
  }

  /** A typing error indexed the wrong folder, or the whole disk. */
  @Test
  void repositoriesThatNobodyMeansAreRefused() throws IOException {
    var outside = Files.createDirectories(folder.resolve("outside"));
    assertSentence(words.in(outside).run("index"), 2, "in no git work tree", "--repo");
    assertSentence(words.run("index", "--repo", "/"), 2, "--yes-index-all");
    var home = Path.of(words.environment().get("HOME"));
    var link = Files.createSymbolicLink(folder.resolve("home-by-another-name"), home);
    assertSentence(words.run("index", "--repo", home.toString()), 2, "--yes-index-all");
    assertSentence(words.run("search", "x", "--repo", link.toString()), 2, "--yes-index-all");
    assertSentence(words.run("search", "x", "--repo", "nowhere"), 2, "nowhere", "--repo");
  }

  @Test
  void wrongUsageSaysWhatIsRight() {
    var unknown = words.run("serach", "x");
    assertThat(unknown.status()).isEqualTo(2);
    assertThat(unknown.err()).contains("serach", "search").doesNotContain("\tat ");
    // It complained of a missing query, and never named the option that is wrong.
    assertSentence(words.run("search", "--bogus"), 2, "'--bogus'", "search --help");
    assertSentence(words.run("index", "--full", "--incremental"), 2, "exclude each other");
    assertSentence(words.run("search", "x", "--language", "klingon"), 2, "klingon", "java");
  }

  /** Data of a user's code was readable by everybody on the machine. */
  @Test
  void dataIsPrivate() throws IOException {
    try (var paths = Files.walk(words.data())) {
      for (var path : (Iterable<Path>) paths.filter(Files::isDirectory)::iterator) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
            .as(path.toString())
            .isEqualTo("rwx------");
      }
    }
  }

  /** Programs that read the output found log lines in it, and other field names than the tools'. */
  @Test
  void jsonIsOneObjectWithTheFieldNamesOfTheTools() {
    var search = words.run("search", "start engine", "--json");
    assertThat(search.status()).as(search.err()).isZero();
    var found = json(search);
    assertThat(names(found)).startsWith("findings ").contains(" truncated index");
    assertThat(names(found.get("findings").get(0)))
        .isEqualTo("path start_line end_line language score why snippet");
    assertThat(names(found.get("findings").get(0).get("why"))).isEqualTo("channels terms");
    assertThat(found.get("index").get("embedded_share").isNumber()).isTrue();
    assertThat(found.get("notes").get(0).asString()).contains("words alone");

    var status = words.run("status", "--json");
    assertThat(status.status()).isZero();
    assertThat(names(json(status)))
        .startsWith("state files chunks embedded_share generation commit")
        .contains("pending_files", "embedder", "index", "skipped", "disk_bytes");
    assertThat(json(status).get("state").asString()).isEqualTo("ready");
    assertThat(status.err()).isEmpty();

    var verify = words.run("verify", "--json");
    assertThat(verify.status()).isZero();
    assertThat(json(verify).get("sound").asBoolean()).isTrue();

    var doctor = words.run("doctor", "--json");
    assertThat(doctor.status()).isZero();
    assertThat(json(doctor).get("checks").findValuesAsString("name"))
        .contains("java", "faiss", "model", "repository", "index");
  }

  /** Umlauts came out as question marks where a service or a container sets no locale. */
  @Test
  void outputIsUtf8InAnyLocale() {
    var elsewhere = jar("locale").with("EMBEDDER", "none").with("LC_ALL", "C");
    for (var format : List.of("--quiet", "--json")) {
      var run = elsewhere.run("search", "welcome", format);
      assertThat(run.status()).as(run.err()).isZero();
      assertThat(run.out()).contains("\u00fc\u00dfe \u65e5\u672c \ud83d\ude00 welcome");
    }
  }

  @Test
  void nothingFoundIsAnExitCodeOfItsOwn() {
    var run = words.run("search", "zzyzxqq", "--mode", "lexical");
    assertThat(run.status()).as(run.err()).isEqualTo(3);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("nothing found");
  }

  /** A first question was answered with an error. */
  @Test
  void theFirstSearchIndexesAndAnswers() {
    var fresh = jar("first search").in(folder);
    var root = repo.root().toString();
    var absent = fresh.run("status", "--repo", root);
    assertThat(absent.status()).isEqualTo(4);
    assertThat(absent.out()).contains("absent", "run codeintel index");
    var nothing = fresh.run("verify", "--repo", root);
    assertThat(nothing.status()).isZero();
    assertThat(nothing.out()).contains("nothing to verify");

    var before = TreeSnapshot.of(repo.root());
    var run = fresh.run("search", "how is the engine started", "--repo", root);
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out().lines().findFirst().orElseThrow()).startsWith("src/App.java:1-3");
    assertThat(fresh.run("status", "--repo", root).out()).contains("100.0 % with a vector");
    assertThat(TreeSnapshot.of(repo.root())).as("the repository").isEqualTo(before);
  }

  /** Nobody could tell whether to wait for the first index, or to let it run over lunch. */
  @Test
  void aDryRunTellsWhatThereIsToDoAndWritesNothing() {
    var fresh = jar("dry run");
    var run = fresh.run("index", "--dry-run");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("files       3, skipped {}", "chunks      3, 0 with a vector", "tokens/s")
        .contains("to embed    3 texts");
    assertThat(fresh.data()).doesNotExist();
    assertThat(fresh.run("index").status()).isZero();

    repo.write("src/New.java", "class New {}\n");
    try {
      var plan = json(fresh.run("index", "--dry-run", "--json", "--quiet"));
      assertThat(names(plan))
          .isEqualTo(
              "files skipped chunks tokens embedded_chunks texts_to_embed tokens_to_embed"
                  + " tokens_per_second estimated_seconds");
      assertThat(plan.get("chunks").asInt()).isEqualTo(4);
      assertThat(plan.get("embedded_chunks").asInt()).isEqualTo(3);
      assertThat(plan.get("texts_to_embed").asInt()).isEqualTo(1);
      assertThat(fresh.run("status").out()).contains("files       3,", "100.0 % with a vector");
    } finally {
      repo.git("clean", "-qf");
    }
    assertThat(words.run("index", "--dry-run").out()).contains("no model to wait for");
    assertSentence(words.run("index", "--json"), 2, "--dry-run");
  }

  /** Damage was found by a crash. */
  @Test
  void aDamagedIndexIsSaidAndRepaired() throws IOException {
    var damaged = jar("damaged");
    assertThat(damaged.run("index").status()).isZero();
    Path block;
    try (var paths = Files.walk(damaged.data())) {
      block = paths.filter(path -> path.toString().endsWith(".vec")).findFirst().orElseThrow();
    }
    var bytes = Files.readAllBytes(block);
    bytes[bytes.length / 2] ^= 1;
    Files.write(block, bytes);
    var verify = damaged.run("verify");
    assertThat(verify.status()).isEqualTo(4);
    assertThat(verify.out()).contains(block.getFileName().toString(), "codeintel index --full");
    assertThat(damaged.run("status").status()).isEqualTo(4);
    assertThat(damaged.run("index", "--full").status()).isZero();
    assertThat(damaged.run("verify").status()).isZero();
  }

  /** A provider's outage took lexical search with it, or half an hour of retries. */
  @Test
  void withoutTheEmbeddingServerWordsAreStillFound() {
    var outage =
        jar("outage")
            .with("EMBEDDER", "vllm")
            .with("VLLM_URL", VLLM_NOWHERE)
            .with("VLLM_MODEL", "any");
    var search = outage.run("search", "startEngine");
    assertThat(search.status()).as(search.err()).isZero();
    assertThat(search.out()).startsWith("src/App.java:1-3");
    assertThat(search.err()).contains("note: ", "words alone", VLLM_NOWHERE);
    assertSentence(outage.run("search", "startEngine", "--mode", "semantic"), 5, VLLM_NOWHERE);
    assertSentence(outage.run("index"), 5, VLLM_NOWHERE, "VLLM_URL");
    var status = json(outage.run("status", "--json"));
    assertThat(status.get("embedded_share").asDouble()).isZero();
    assertThat(status.get("embedder").get("state").asString()).isEqualTo("unavailable");
    assertThat(status.get("embedder").get("reason").asString()).contains(VLLM_NOWHERE);
  }

  /** An agent's first question was answered with "try again", and it never did. */
  @Test
  void theFirstCallOfAServerIsAnswered() throws IOException {
    var server = jar("first call").with("EMBEDDER", "none").open("stdio");
    try (var in = server.process().getOutputStream()) {
      in.write(
          """
          {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"semantic_search","arguments":{"query":"startEngine"}}}
          """
              .getBytes(StandardCharsets.UTF_8));
      in.flush();
      Jar.await("it answers", () -> server.answered().endsWith("\n"));
    }
    assertThat(server.end().out()).contains("src/App.java:1-3").doesNotContain("isError");
  }

  /** Clients start servers just to ask what they can do: that walked the whole disk. */
  @Test
  void aServerThatIsNeverCalledTouchesNothing() throws IOException {
    var home = folder.resolve("never called");
    var jar = new Jar(home, repo.root()).with("XDG_CACHE_HOME", home.resolve("cache").toString());
    var before = TreeSnapshot.of(repo.root());
    var server = jar.open("serve", "--stdio");
    try (var in = server.process().getOutputStream()) {
      in.write(
          """
          {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}
          {"jsonrpc":"2.0","method":"notifications/initialized"}
          {"jsonrpc":"2.0","id":2,"method":"tools/list"}
          {"jsonrpc":"2.0","id":3,"method":"ping"}
          """
              .getBytes(StandardCharsets.UTF_8));
      in.flush();
      Jar.await("it answers", () -> server.answered().contains("\"id\":3"));
    }
    var end = server.end();
    assertThat(end.status()).isZero();
    assertThat(end.err()).isEmpty();
    assertThat(end.out().lines()).hasSize(3).allMatch(line -> line.startsWith("{\"jsonrpc\""));
    assertThat(TreeSnapshot.of(repo.root())).isEqualTo(before);
    try (var left = Files.list(home)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .allMatch(name -> name.endsWith(".out") || name.endsWith(".err"));
    }
  }
}
