package dev.codeintel.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.Jar;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Servers with a small heap, and more large answers asked of them than it holds: they ran out of
 * memory, and answered nobody any more.
 */
@Timeout(120)
class LargeAnswersProcessTest {

  private static final int HEAP_MEGABYTES = 200;
  private static final int STDIO_HEAP_MEGABYTES = 128;

  /** Each byte of this file takes six of an answer. */
  private static final int CONTROL_BYTES = 700_000;

  private static final int LARGE_BYTES_MIN = 4 << 20;
  private static final int LIFE_SECONDS_MAX = 110;

  private static final String JSON_ONLY =
      "Host: localhost\nContent-Type: application/json\nAccept: application/json\n";

  private static final String HELLO =
      "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-03-26\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}";
  private static final String LARGE =
      "{\"jsonrpc\":\"2.0\",\"id\":\"i\",\"method\":\"resources/read\",\"params\":{\"uri\":\"file:///control.txt\"}}";
  private static final String SMALL = call("open_file", "\"path\":\"small.txt\"");

  @TempDir static Path folder;

  private static Jar jar;
  private static Jar.Running server;

  @BeforeAll
  static void make() {
    var repo = GitRepo.init(folder.resolve("repo"));
    repo.write("small.txt", "the needle\n");
    repo.write("control.txt", "\u0001".repeat(CONTROL_BYTES));
    repo.write("lines.txt", "\n".repeat(4 << 20));
    repo.write("words.txt", "many words of a line that is usual\n".repeat(29_000));
    repo.commitAll("Files");
    jar =
        new Jar(folder.resolve("home"), repo.root())
            .with("EMBEDDER", "none")
            .with("QUERY_TIMEOUT_S", "120"); // on a busy machine, too
    server = jar.withHeap(HEAP_MEGABYTES).start("serve", "--port", "0");
    Jar.await(
        "server",
        () -> {
          assertThat(server.process().isAlive()).as("runs; it said: " + server.said()).isTrue();
          return server.answered().contains("\n");
        });
  }

  @AfterAll
  static void end() {
    if (server != null) { // git may be missing
      server.kill();
    }
  }

  private static String call(String tool, String arguments) {
    return "{\"jsonrpc\":\"2.0\",\"id\":\"i\",\"method\":\"tools/call\",\"params\":{\"name\":\"%s\",\"arguments\":{%s}}}"
        .formatted(tool, arguments);
  }

  private RawHttp client() throws IOException {
    return new RawHttp(URI.create(server.answered().lines().findFirst().orElseThrow()).getPort());
  }

  private static RawHttp post(RawHttp client, String message) throws IOException {
    return client.post(JSON_ONLY, message.getBytes(UTF_8));
  }

  private void assertSmallIsAnswered() throws IOException {
    try (var client = client()) {
      assertThat(post(client, SMALL).answer().body())
          .contains("the needle")
          .doesNotContain("isError");
    }
  }

  private void assertNothingFailed() {
    assertThat(server.process().isAlive()).isTrue();
    assertThat(server.said()).doesNotContain("OutOfMemoryError", "ERROR");
  }

  /** The length of an answer and its checksum. */
  private static List<Long> read(RawHttp client) throws IOException {
    var head = client.head();
    assertThat(head.status()).isEqualTo(200);
    var length = Integer.parseInt(head.headers().get("content-length"));
    return List.of((long) length, client.checksum(length));
  }

  @Test
  void everyoneGetsALargeAnswerAndSmallOnesDoNotWait() throws Exception {
    var count = 120;
    List<Long> expected;
    try (var client = client()) {
      expected = read(post(client, LARGE));
    }
    assertThat(expected.getFirst()).isGreaterThan(LARGE_BYTES_MIN);
    var asked = new CountDownLatch(count);
    var reading = new CountDownLatch(1);
    var answers =
        all(
            count,
            () -> {
              try (var client = client()) {
                post(client, LARGE);
                asked.countDown();
                HttpRig.await(reading);
                return read(client);
              }
            },
            () -> {
              HttpRig.await(asked);
              assertSmallIsAnswered(); // nobody reads, so all memory for large ones is taken
              reading.countDown();
              assertSmallIsAnswered();
            });
    assertThat(answers).hasSize(count).containsOnly(expected);
    assertNothingFailed();
  }

  /** What a search keeps is more than what it answers: a file for each thread. */
  @Test
  void searchesAndFilesThatAreLargerThanTheirAnswersHaveABound() throws Exception {
    var search = call("search_text", "\"query\":\"needle\"");
    var lines = call("open_file", "\"path\":\"lines.txt\",\"max_tokens\":20000");
    for (var message : List.of(search, lines)) {
      var answers =
          all(
              50,
              () -> {
                try (var client = client()) {
                  return post(client, message).answer().body();
                }
              },
              this::assertSmallIsAnswered);
      assertThat(new HashSet<>(answers)).hasSize(1);
      assertThat(answers.getFirst())
          .contains(message.equals(search) ? "\"total\":1" : "\"total_lines\":4194304");
    }
    assertNothingFailed();
  }

  /** Ten arrays of a hundred requests were enough. */
  @Test
  void batchesAreAnsweredAsFarAsTheyFit() throws Exception {
    var requests = Collections.nCopies(60, LARGE.replace("control.txt", "words.txt")).toString();
    var answers =
        all(
            8,
            () -> {
              try (var client = client()) {
                var headers = JSON_ONLY + "MCP-Protocol-Version: 2025-03-26\n";
                return outcomes(client.post(headers, requests.getBytes(UTF_8)).answer().body());
              }
            },
            this::assertSmallIsAnswered);
    for (var outcomes : answers) {
      assertOutcomes(outcomes, 60);
    }
    assertNothingFailed();
  }

  private static void assertOutcomes(List<String> outcomes, int count) {
    assertThat(outcomes).hasSize(count).first().isEqualTo("result");
    assertThat(new HashSet<>(outcomes)).isSubsetOf("result", "busy");
  }

  private static List<String> outcomes(String array) {
    var outcomes = new ArrayList<String>();
    for (var answer : array.split("\\{\"jsonrpc\"")) {
      if (!answer.equals("[")) {
        outcomes.add(
            answer.contains("\"result\"")
                ? "result"
                : answer.contains("\"busy: ") ? "busy" : answer);
      }
    }
    return outcomes;
  }

  /** Does the same many times at once, and something else meanwhile. */
  private static <T> List<T> all(int count, Callable<T> work, Meanwhile meanwhile)
      throws Exception {
    var done = new ArrayList<Future<T>>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var i = 0; i < count; i++) {
        done.add(threads.submit(work));
      }
      meanwhile.run();
    }
    var results = new ArrayList<T>();
    for (var one : done) {
      results.add(one.get());
    }
    return results;
  }

  private interface Meanwhile {
    void run() throws Exception;
  }

  @Test
  void soAreThoseOverStdio() throws Exception {
    var small = jar.withHeap(STDIO_HEAP_MEGABYTES);
    var builder = new ProcessBuilder(small.command("serve", "--stdio"));
    builder.directory(folder.resolve("repo").toFile());
    builder.environment().clear();
    builder.environment().putAll(small.environment());
    var child = builder.redirectError(folder.resolve("stdio.err").toFile()).start();
    CompletableFuture.delayedExecutor(LIFE_SECONDS_MAX, TimeUnit.SECONDS)
        .execute(child::destroyForcibly); // nothing else ends whoever reads from it
    try (var in = child.outputWriter(UTF_8);
        var answers = new BufferedReader(new InputStreamReader(child.getInputStream(), UTF_8))) {
      in.write(HELLO + "\n");
      for (var batch = 0; batch < 4; batch++) {
        var requests = new ArrayList<String>();
        for (var i = 0; i < 40; i++) {
          requests.add(LARGE.replace("\"i\"", "\"%d.%d\"".formatted(batch, i)));
        }
        in.write(requests + "\n");
      }
      in.flush();
      assertThat(answers.readLine()).contains("2025-03-26");
      for (var batch = 0; batch < 4; batch++) {
        var answer = answers.readLine();
        assertThat(answer.length()).isGreaterThan(LARGE_BYTES_MIN);
        assertOutcomes(outcomes(answer), 40);
      }
    } finally {
      child.destroyForcibly();
    }
    assertThat(folder.resolve("stdio.err")).content().doesNotContain("OutOfMemoryError", "ERROR");
  }
}
