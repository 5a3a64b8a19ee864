package dev.codeintel.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The server as a client sees it: a process. */
@Timeout(60)
class StdioProcessTest {

  private static final int CALLS = 1_000;
  private static final int LIFE_SECONDS_MAX = 40;

  /**
   * A log line on stdout killed the session, and a client that never reads stderr stopped the
   * server. Every call prints from Java and from native code, under a locale that cannot write the
   * text; nobody reads stderr.
   */
  @Test
  void stdoutHoldsTheProtocolAndNothingElse() throws Exception {
    var child = start(List.of());
    var client = child.outputWriter(UTF_8);
    try (var answers = new BufferedReader(new InputStreamReader(child.getInputStream(), UTF_8))) {
      var ids = new HashSet<String>();
      for (var i = 0; i < CALLS; i++) {
        client.write(
            """
            {"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"print","arguments":{"text":"\u00fc\u65e5\ud83d\ude00 %s"}}}
            """
                .formatted(i, "x".repeat(200)));
      }
      client.flush();
      for (var i = 0; i < CALLS; i++) {
        var answer = answers.readLine();
        assertThat(answer)
            .startsWith("{\"jsonrpc\":\"2.0\",\"id\":")
            .contains("printed \u00fc\u65e5\ud83d\ude00 x");
        ids.add(answer.substring(0, answer.indexOf(",\"result\"")));
      }
      assertThat(ids).hasSize(CALLS);
      client.close();
      assertThat(answers.readLine()).isNull();
      assertThat(child.waitFor(10, TimeUnit.SECONDS)).as("ends with stdin").isTrue();
      assertThat(child.exitValue()).isZero();
    } finally {
      child.destroyForcibly();
    }
  }

  /** What native code printed was lost, or came before the protocol. */
  @Test
  void whatIsPrintedEndsInTheLog() throws Exception {
    var child = start(List.of());
    try (var client = child.outputWriter(UTF_8);
        var log = child.errorReader(UTF_8)) {
      client.write(
          """
          {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"print","arguments":{"text":"hello"}}}
          """);
      client.flush();
      var wanted = new HashSet<>(List.of("java out hello", "java err hello", "native out hello"));
      while (!wanted.isEmpty()) {
        var line = log.readLine();
        assertThat(line).as("still wanted: " + wanted).isNotNull();
        wanted.removeIf(line::contains);
      }
    } finally {
      child.destroyForcibly();
    }
  }

  /** Servers whose client had died without closing stdin piled up. */
  @Test
  void aServerThatLosesItsParentEnds() throws Exception {
    // The shell starts the server on a stdin that stays open, says its id, and dies when told.
    var script = "exec 3<&0; \"$@\" <&3 & echo $! >&2; exec 3<&-; wait";
    var shell = start(List.of("/bin/sh", "-c", script, "sh"));
    try (var client = shell.outputWriter(UTF_8);
        var answers = shell.inputReader(UTF_8);
        var errors = shell.errorReader(UTF_8)) {
      var server = ProcessHandle.of(Long.parseLong(errors.readLine())).orElseThrow();
      client.write("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n");
      client.flush();
      assertThat(answers.readLine()).contains("result");
      shell.destroyForcibly();
      try {
        assertThat(server.onExit().get(60, TimeUnit.SECONDS).isAlive()).isFalse();
      } finally {
        server.destroyForcibly();
      }
    }
  }

  private static Process start(List<String> wrapper) throws IOException {
    var java = ProcessHandle.current().info().command().orElseThrow();
    var command =
        Stream.of(
                wrapper,
                List.of(
                    java,
                    "-Xmx128m",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    StdioChild.class.getName()))
            .flatMap(List::stream)
            .toList();
    var builder = new ProcessBuilder(new ArrayList<>(command));
    builder.environment().put("LANG", "C");
    builder.environment().put("LC_ALL", "C");
    var process = builder.start();
    // A read from a process cannot be interrupted; it ends with the process.
    CompletableFuture.delayedExecutor(LIFE_SECONDS_MAX, TimeUnit.SECONDS)
        .execute(process::destroyForcibly);
    return process;
  }
}
