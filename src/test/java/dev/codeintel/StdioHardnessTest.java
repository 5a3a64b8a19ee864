package dev.codeintel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.Jar;
import dev.codeintel.testkit.TreeSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The shipped server over stdio, while the JVM itself would rather talk than listen. */
@Timeout(120)
class StdioHardnessTest {

  private static final String LIST = "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"tools/list\"}\n";
  private static final String INITIALIZE =
      "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{}}}\n";

  @TempDir private Path folder;

  private final List<Jar.Running> started = new ArrayList<>();
  private GitRepo repo;
  private Jar jar;

  @BeforeEach
  void makeRepository() {
    repo = GitRepo.init(folder.resolve("repo"));
    repo.write("src/App.java", "class App {}\n").commitAll("Begin");
    jar = new Jar(folder.resolve("home"), repo.root()).with("LC_ALL", "C");
  }

  @AfterEach
  void end() {
    started.forEach(running -> running.process().destroyForcibly());
  }

  /** A thread dump that somebody asked for ended the client's session. */
  @Test
  void aThreadDumpIsNoAnswer() throws IOException {
    var server = open(jar.with("LOG_LEVEL", "debug").open("serve", "--stdio"));
    send(server, INITIALIZE);
    Jar.await("the server answers", () -> server.answered().contains("\"id\":0"));
    server.signal("QUIT");
    Jar.await("the dump is made", () -> server.said().contains("Full thread dump"));
    send(server, LIST.formatted(1));
    Jar.await("the server answers on", () -> server.answered().contains("\"id\":1"));
    server.process().getOutputStream().close();
    assertThat(server.end().status()).isZero();
    assertOnlyProtocol(server, 2);
  }

  /** The JVM said on stdout that it could not use its cache, and what its threads were doing. */
  @Test
  void whatTheJvmSaysUnderTheLauncherIsNoAnswer() throws IOException {
    var digest = Files.readString(Path.of("target/codeintel.jar.sha256")).strip();
    var jdk = Path.of(System.getProperty("java.home"));
    var cache = Files.createDirectories(folder.resolve("cache/codeintel"));
    Files.write(cache.resolve(digest + ".aot"), "no cache".repeat(1_000).getBytes(UTF_8));
    Files.writeString(
        cache.resolve(digest + ".aot.jdk"), System.getProperty("java.runtime.version") + "\n");
    var out = folder.resolve("out");
    var err = folder.resolve("err");
    var builder =
        new ProcessBuilder(
                Path.of("scripts/codeintel").toAbsolutePath().toString(), "serve", "--stdio")
            .directory(repo.root().toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("LOG_LEVEL", "debug"); // what is printed late goes through the log
    builder.environment().putAll(jar.environment());
    builder.environment().put("XDG_CACHE_HOME", folder.resolve("cache").toString());
    builder.environment().put("CODEINTEL_JAVA_HOME", jdk.toString());
    var server = open(new Jar.Running(builder.start(), out, err));
    send(server, INITIALIZE + LIST.formatted(1));
    Jar.await(
        "the server answers",
        () -> server.answered().contains("\"id\":1") || !server.process().isAlive());
    server.signal("QUIT");
    Jar.await("the dump is made", () -> server.said().contains("Full thread dump"));
    send(server, LIST.formatted(2));
    Jar.await("the server answers on", () -> server.answered().contains("\"id\":2"));
    server.process().getOutputStream().close();
    assertThat(server.end().status()).as(server.said()).isZero();
    assertThat(server.said()).as("the cache was tried").containsIgnoringCase("aot");
    assertOnlyProtocol(server, 3);
  }

  /**
   * Clients start a second server only to ask what it can do: it took the lock, began to index, and
   * left files behind.
   */
  @Test
  void aServerThatIsOnlyAskedWhatItCanDoTouchesNothing() throws IOException {
    var before = TreeSnapshot.of(repo.root());
    var server = open(jar.open("serve", "--stdio"));
    var meta =
        "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{}}";
    send(
        server,
        "{\"jsonrpc\":\"2.0\",\"id\":\"d\",\"method\":\"server/discover\",\"params\":{%s}}\n"
            .formatted(meta));
    send(server, INITIALIZE + LIST.formatted(1));
    for (var method : List.of("resources/list", "resources/templates/list", "prompts/list")) {
      send(server, "{\"jsonrpc\":\"2.0\",\"id\":\"%1$s\",\"method\":\"%1$s\"}\n".formatted(method));
    }
    Jar.await("all is answered", () -> server.answered().contains("\"id\":\"prompts/list\""));
    assertThat(jar.data()).doesNotExist();
    server.process().getOutputStream().close();
    assertThat(server.end().status()).isZero();
    assertThat(jar.data()).doesNotExist();
    assertThat(TreeSnapshot.of(repo.root())).isEqualTo(before);
    assertOnlyProtocol(server, 6);
  }

  private Jar.Running open(Jar.Running server) {
    started.add(server);
    return server;
  }

  private static void send(Jar.Running server, String lines) throws IOException {
    server.process().getOutputStream().write(lines.getBytes(UTF_8));
    server.process().getOutputStream().flush();
  }

  private static void assertOnlyProtocol(Jar.Running server, int answers) {
    var lines = server.answered().lines().toList();
    assertThat(lines).hasSize(answers);
    assertThat(lines)
        .allMatch(line -> line.startsWith("{\"jsonrpc\":\"2.0\",\"id\":") && line.endsWith("}"));
  }
}
