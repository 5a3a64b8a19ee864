package dev.codeintel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.config.Settings;
import dev.codeintel.index.IndexStatus;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.Progress;
import dev.codeintel.repo.Globs;
import dev.codeintel.repo.Workspace;
import dev.codeintel.search.Mode;
import dev.codeintel.search.SearchRequest;
import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.Jar;
import dev.codeintel.tool.Arguments;
import dev.codeintel.tool.Call;
import dev.codeintel.tool.CodeIntel;
import dev.codeintel.tool.Reindex;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes of the jar that are killed, interrupted, or meet each other over one repository. */
@Timeout(120)
class InterruptedRunsTest {

  private static final int FILES = 100;
  private static final Pattern EMBEDDED = Pattern.compile("([\\d,]+) embedded");

  private final List<Jar.Running> started = new ArrayList<>();
  private Jar jar;
  private CodeIntel beside;

  @BeforeEach
  void makeRepository(@TempDir Path folder) {
    var repo = GitRepo.init(folder.resolve("small files"));
    for (var i = 0; i < FILES; i++) {
      repo.write("src/part%d.py".formatted(i), source(i));
    }
    repo.commitAll("Many small files");
    // On one thread: the longer it takes, the surer it is met.
    jar =
        new Jar(folder.resolve("home"), repo.root())
            .with("EMBEDDER", "local")
            .with("CODEINTEL_EMBED_THREADS", "1");
    var settings = Settings.load(Optional.empty(), jar.environment());
    beside = new CodeIntel(settings, () -> Workspace.open(repo.root()));
    beside.status(); // the first look takes long, in which a run may come to its end
  }

  private static String source(int i) {
    return """
    def turn_wheel_%1$d(angle):
        # Turns wheel number %1$d of the machine, which has %2$d teeth, by an angle. The wheels before it
        # stand still, those behind it follow, each by as much as its own teeth allow: what is left over
        # is kept for the next turn. A wheel that was taken out is passed by, and the one behind it turns
        # as if it stood in its place.
        # %3$s
        return (angle * %1$d + 17) %% %2$d
    """
        .formatted(i, i + 20, "The wheel before it and the wheel behind it turn, too. ".repeat(2));
  }

  @AfterEach
  void end() {
    started.stream().filter(run -> run.process().isAlive()).forEach(Jar.Running::kill);
    beside.close();
  }

  private Jar.Running start(String... arguments) {
    var run = jar.start(arguments);
    started.add(run);
    return run;
  }

  private Jar.Running serve() {
    var server = jar.open("serve", "--stdio");
    started.add(server);
    send(
        server,
        """
        {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}
        {"jsonrpc":"2.0","method":"notifications/initialized"}
        {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"index_status","arguments":{}}}
        """);
    return server;
  }

  private static void send(Jar.Running server, String messages) {
    try {
      // Not closed: a server ends with its stdin.
      var in = server.process().getOutputStream();
      in.write(messages.getBytes(StandardCharsets.UTF_8));
      in.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Asks a server for one file by its name, and waits for the answer. */
  private static void assertFinds(Jar.Running server, int id, int file) {
    send(
        server,
        """
        {"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"semantic_search","arguments":{"query":"turn_wheel_%d","limit":1}}}
        """
            .formatted(id, file));
    var start = "\"id\":" + id;
    Jar.await("the server answers", () -> answer(server, start).isPresent());
    assertThat(answer(server, start).orElseThrow())
        .contains("src/part%d.py".formatted(file))
        .doesNotContain("isError");
  }

  private static Optional<String> answer(Jar.Running server, String part) {
    var whole = server.answered();
    return whole
        .substring(0, whole.lastIndexOf('\n') + 1)
        .lines()
        .filter(line -> line.contains(part + ","))
        .findFirst();
  }

  private Map<String, Object> reindex(boolean wait) {
    var tool = new Reindex();
    var arguments = Arguments.check(tool.definition(), Map.of("wait", wait));
    var cancel = CancelToken.withDeadline(Duration.ofMinutes(1));
    var result = tool.call(beside, arguments, new Call(cancel, Progress.NONE, Optional.empty()));
    return result.at(result.largest()).values();
  }

  /**
   * Waits until a process is in the middle of embedding, and stops it there: it goes on in small
   * steps until then, or it would now and then be done before anybody meets it.
   */
  private void stopWhileItEmbeds(Jar.Running run) {
    Jar.await(
        "process embeds; it said: " + run.said(),
        () -> {
          assertThat(run.process().isAlive()).as("still runs; it said: " + run.said()).isTrue();
          run.signal("STOP");
          var embeds =
              progress()
                  .filter(now -> now.pid() == run.process().pid() && now.done() > 0)
                  .isPresent();
          if (!embeds) {
            run.signal("CONT");
          }
          return embeds;
        });
  }

  private Optional<IndexStatus.RunProgress> progress() {
    return beside.status().progress().filter(now -> now.phase().equals("embedding"));
  }

  private void assertWhole() {
    var status = beside.status();
    assertThat(status.state()).isEqualTo(IndexStatus.State.READY);
    assertThat(status.files()).isEqualTo(FILES);
    assertThat(status.embeddedShare()).isEqualTo(1);
    for (var i = 0; i < FILES; i++) {
      var request = new SearchRequest("turn_wheel_" + i, 1, Mode.HYBRID, Globs.all(), Set.of());
      assertThat(beside.search(request, CancelToken.create()).findings())
          .extracting(finding -> finding.path())
          .containsExactly("src/part%d.py".formatted(i));
    }
  }

  private static int embedded(Jar.Ended run) {
    var count = EMBEDDED.matcher(run.err());
    assertThat(count.find()).as(run.err()).isTrue();
    return Integer.parseInt(count.group(1).replace(",", ""));
  }

  /** "Ready" with 5 % of the data after a kill, and an endless loop at the next start. */
  @Test
  void aKilledRunIsFinishedByTheNext() {
    var killed = start("index");
    stopWhileItEmbeds(killed);
    killed.kill();
    assertThat(beside.status().embeddedShare()).isLessThan(1);
    assertThat(beside.status().progress()).as("of a process that is gone").isEmpty();
    assertThat(jar.run("verify").status()).isZero();

    assertThat(jar.run("index").status()).isZero();
    assertWhole();
  }

  /** Ctrl-C lost everything that had been embedded so far. */
  @Test
  void anInterruptedRunKeepsWhatItMade() {
    var interrupted = start("index");
    stopWhileItEmbeds(interrupted);
    var status = interrupted.pressCtrlC();
    interrupted.signal("CONT");
    var end = interrupted.end();
    assertThat(end.status()).as(end.err()).isEqualTo(status);
    assertThat(end.err()).doesNotContain("\tat ", "Exception");
    var kept = beside.status().index().vectors();
    assertThat(kept).isPositive();
    assertThat(jar.run("verify").status()).isZero();
    assertThat(jar.run("status").status()).isZero();

    var next = jar.run("index");
    assertThat(next.status()).isZero();
    assertThat(embedded(next)).isPositive().isEqualTo(beside.status().index().vectors() - kept);
    assertWhole();
  }

  /** Two runs at once corrupted the index, or the second failed. */
  @Test
  void aSecondRunFollowsTheFirst() {
    var first = start("index");
    stopWhileItEmbeds(first);
    var second = start("index");
    var who = "process " + first.process().pid();
    Jar.await("the second says whom it follows", () -> second.said().contains(who));
    first.signal("CONT");
    var secondEnd = second.end();
    assertThat(secondEnd.status()).as(secondEnd.err()).isZero();
    assertThat(secondEnd.err()).contains("Nothing changed");
    assertThat(first.end().status()).isZero();
    assertWhole();
  }

  /** A run that met another process failed, or was said to be done. */
  @Test
  void aRunThatIsAskedForWaitsForTheOneOfAnotherProcess() {
    var first = start("index");
    stopWhileItEmbeds(first);
    var asked = reindex(false);
    assertThat(asked).containsEntry("state", IndexStatus.State.INDEXING).containsKey("run_id");
    assertThat(asked.get("notes").toString())
        .contains("Process %d is indexing".formatted(first.process().pid()));
    assertThat(progress())
        .hasValueSatisfying(run -> assertThat(run.pid()).isEqualTo(first.process().pid()));
    first.signal("CONT");
    var waited = reindex(true);
    assertThat(waited)
        .containsEntry("state", IndexStatus.State.READY)
        .containsEntry("embedded_share", 1.0)
        .containsEntry("files", FILES);
    assertThat(first.end().status()).isZero();
    assertWhole();
  }

  /** Several servers over one repository corrupted its index, or all but one of them failed. */
  @Test
  void severalServersShareAnIndexThatOneOfThemWrites() {
    var first = serve();
    stopWhileItEmbeds(first);
    var others = List.of(serve(), serve());
    for (var reader : others) {
      assertFinds(reader, 3, 7);
    }
    assertThat(progress())
        .hasValueSatisfying(run -> assertThat(run.pid()).isEqualTo(first.process().pid()));
    assertThat(beside.status().embeddedShare()).isLessThan(1);
    first.kill();
    Jar.await("one of the others does the rest", () -> beside.status().embeddedShare() == 1);
    Jar.await("its run is over", () -> beside.status().progress().isEmpty());
    for (var reader : others) {
      assertFinds(reader, 4, 8);
      assertThat(reader.said()).doesNotContain("ERROR");
    }
    var status = beside.status();
    assertThat(status.index().vectors()).as("none was made twice").isEqualTo(status.chunks());
    assertThat(jar.run("verify").status()).isZero();
    assertWhole();
  }

  /** The index stayed half-made when the one server that was making it died. */
  @Test
  void aServerFinishesWhatAKilledOneBegan() {
    var first = serve();
    stopWhileItEmbeds(first);
    var second = serve();
    Jar.await("the second server answers", () -> second.answered().contains("\"id\":2"));
    first.kill();
    Jar.await("the second server has done the rest", () -> beside.status().embeddedShare() == 1);
    Jar.await("its run is over", () -> beside.status().progress().isEmpty());
    assertThat(second.process().isAlive()).isTrue();
    assertWhole();
  }
}
