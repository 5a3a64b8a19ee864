package dev.codeintel.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.Jar;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code codeintel serve} as a person starts it: the packaged jar over HTTP. */
@Timeout(120)
class HttpProcessTest {

  private static final String TOKEN = "0123456789abcdef0123456789abcdef";
  private static final String HOST = "Host: localhost\n";
  private static final int TERMINATED = 128 + 15;

  @TempDir static Path folder;

  private static GitRepo repo;
  private static Jar jar;

  private final List<Jar.Running> started = new ArrayList<>();

  @BeforeAll
  static void make() {
    repo = GitRepo.init(folder.resolve("repo"));
    repo.write("src/App.java", "class App {\n  void startEngine() {}\n}\n");
    repo.commitAll("One file");
    jar = new Jar(folder.resolve("home"), repo.root()).with("EMBEDDER", "none");
  }

  @AfterEach
  void end() {
    started.stream().filter(run -> run.process().isAlive()).forEach(Jar.Running::kill);
  }

  private Jar.Running serve(Jar where, String... more) {
    var arguments = new ArrayList<>(List.of("serve", "--port", "0"));
    arguments.addAll(List.of(more));
    var run = where.start(arguments.toArray(String[]::new));
    started.add(run);
    Jar.await(
        "server",
        () -> {
          assertThat(run.process().isAlive()).as("runs; it said: " + run.said()).isTrue();
          return run.answered().contains("\n");
        });
    return run;
  }

  private static RawHttp client(Jar.Running run) throws IOException {
    var url = URI.create(run.answered().lines().findFirst().orElseThrow());
    assertThat(url.getPath()).isEqualTo("/mcp");
    return new RawHttp(url.getPort());
  }

  /** How many requests the server has counted whose status begins so. */
  private static double answered(RawHttp client, String status) {
    try {
      var page = client.ask("GET", "/metrics", HOST).answer().body();
      return HttpRig.metric(page, "codeintel_http_requests_total{path=\"/mcp\",status=\"" + status);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String call(String tool, String arguments) {
    return "{\"jsonrpc\":\"2.0\",\"id\":\"c\",\"method\":\"tools/call\",\"params\":{\"name\":\"%s\",\"arguments\":%s}}"
        .formatted(tool, arguments);
  }

  private static boolean isReady(Jar.Running run) {
    try (var client = client(run)) {
      return client.ask("GET", "/readyz", HOST).answer().status() == 200;
    } catch (IOException e) {
      throw new AssertionError(run.said(), e);
    }
  }

  /** A server that was stopped kept the index locked, and lost what it had said last. */
  @Test
  void servesUntilItIsStopped() throws Exception {
    var run = serve(jar);
    Jar.await("readiness", () -> isReady(run));
    try (var client = client(run)) {
      var hello =
          client
              .post(
                  "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}")
              .answer();
      assertThat(hello.status()).isEqualTo(200);
      assertThat(hello.body()).contains("\"id\":1", "2025-11-25");
      assertThat(hello.headers()).doesNotContainKey("mcp-session-id");
      assertThat(client.post(call("open_file", "{\"path\":\"src/App.java\"}")).answer().body())
          .contains("startEngine")
          .doesNotContain("isError");
      assertThat(client.post("{").answer().status()).isEqualTo(400);
      // A request is counted when all of it is done, a moment after its client has the answer.
      Jar.await("all requests are counted", () -> answered(client, "") == 3);
      assertThat(answered(client, "200")).isEqualTo(2);
      assertThat(answered(client, "400")).isOne();
    }
    var stream = client(run);
    stream.post(
        RawHttp.JSON_HEADERS
            + "MCP-Protocol-Version: 2026-07-28\nMcp-Method: subscriptions/listen\n",
        HttpRig.bytes(
            "{\"jsonrpc\":\"2.0\",\"id\":\"s\",\"method\":\"subscriptions/listen\",\"params\":{\"notifications\":{},\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{}}}}"));
    assertThat(stream.head().status()).isEqualTo(200);
    assertThat(stream.event()).contains("notifications/subscriptions/acknowledged");
    run.signal("TERM");
    assertThat(stream.eventsToTheEnd())
        .singleElement()
        .asString()
        .contains("\"id\":\"s\"", "\"resultType\":\"complete\"");
    stream.close();
    var ended = run.end();
    assertThat(ended.status()).isEqualTo(TERMINATED);
    assertThat(ended.out()).contains("\"type\": \"http\"").doesNotContain("Authorization");
    assertThat(ended.err()).contains("Serving MCP over HTTP").doesNotContain("ERROR", "\tat ");
    assertThat(jar.run("index").status()).as("the index is free").isZero();
  }

  @Test
  void aTokenIsAskedForAndNeverShown() throws IOException {
    var run = serve(jar.with("CODEINTEL_TOKEN", TOKEN), "--verbose", "--host", "0.0.0.0");
    try (var client = client(run)) {
      assertThat(client.post("{}").answer().status()).isEqualTo(401);
      assertThat(client.ask("GET", "/healthz", HOST).answer().status()).isEqualTo(200);
      var headers = RawHttp.JSON_HEADERS + "Authorization: Bearer " + TOKEN + "\n";
      assertThat(client.post(headers, HttpRig.bytes(call("index_status", "{}"))).answer().status())
          .isEqualTo(200);
    }
    run.signal("TERM");
    var ended = run.end();
    assertThat(ended.out()).contains("Authorization", "YOUR-TOKEN").doesNotContain(TOKEN);
    assertThat(ended.err()).doesNotContain(TOKEN);
  }

  @Test
  void aPortThatIsTakenIsNamed() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      var port = Integer.toString(taken.getLocalPort());
      assertSentence(jar.run("serve", "--port", port), 1, "127.0.0.1, port " + port, "--port 0");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "serve --host 0.0.0.0 | CODEINTEL_TOKEN",
        "serve --host :: | CODEINTEL_TOKEN",
        "serve --host nowhere.invalid | nowhere.invalid",
        "serve --port 70000 | 65535",
        "serve --stdio --port 1 | --stdio",
        "serve --port x | --port",
      })
  void whatCannotBeMeantIsExplained(String command, String says) {
    assertSentence(jar.run(command.split(" ")), 2, says);
  }

  @Test
  void settingsThatAreWrongAreNamed() {
    var allowed = jar.with("CODEINTEL_ALLOWED_HOSTS", "https://code.example.org");
    assertSentence(allowed.run("serve"), 2, "CODEINTEL_ALLOWED_HOSTS", "https://");
    assertSentence(jar.with("CODEINTEL_TOKEN", "short").run("serve"), 2, "CODEINTEL_TOKEN: ");
  }

  private static void assertSentence(Jar.Ended run, int status, String... says) {
    assertThat(run.status()).as(run.err()).isEqualTo(status);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains(says).startsWith("codeintel: ").doesNotContain("\tat ");
    assertThat(run.err().strip().lines()).as(run.err()).hasSize(1);
  }

  /** Clients start servers in the home folder; the whole of it was indexed. */
  @Test
  void outsideARepositoryCallsSayWhatToDo() throws IOException {
    var outside = Files.createDirectories(folder.resolve("outside"));
    var run = serve(jar.in(outside));
    try (var client = client(run)) {
      assertThat(client.post(call("list_paths", "{}")).answer().body())
          .contains("\"isError\":true", "in no git work tree", "--repo");
      var ready = client.ask("GET", "/readyz", HOST).answer();
      assertThat(ready.status()).isEqualTo(503);
      assertThat(ready.body()).contains("\"repository\",\"state\":\"failed\"", "--repo");
    }
    Jar.await("warning", () -> run.said().contains("calls of tools will fail"));
  }

  /** Connections that send a byte a minute used up all there are. */
  @Test
  void clientsThatSendTooSlowlyAreCutOff() throws IOException {
    var run = serve(jar.with("JDK_JAVA_OPTIONS", "-Dsun.net.httpserver.maxReqTime=1"));
    try (var inHead = client(run);
        var inBody = client(run);
        var healthy = client(run)) {
      inHead.send("POST /mcp HTTP/1.1\nHost: loc");
      inBody.send("POST /mcp HTTP/1.1\n" + RawHttp.JSON_HEADERS + "Content-Length: 100\n\n{");
      assertThat(inHead.isEnded()).isTrue();
      assertThat(inBody.isEnded()).isTrue();
      assertThat(healthy.ask("GET", "/healthz", HOST).answer().status()).isEqualTo(200);
    }
    assertThat(run.said()).doesNotContain("ERROR");
  }
}
