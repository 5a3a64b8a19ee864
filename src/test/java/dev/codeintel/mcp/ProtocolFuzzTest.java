package dev.codeintel.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.config.Settings;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.Progress;
import dev.codeintel.repo.Workspace;
import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.Seeded;
import dev.codeintel.tool.CodeIntel;
import dev.codeintel.tool.Toolbox;
import dev.codeintel.tool.Tools;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Messages that nobody means, to the shipped tools over a real repository, by both ways in. Every
 * one must be answered as the protocol says, and none with an internal error. {@code
 * -Dtests.fuzz.messages=1000000} for a long run.
 */
class ProtocolFuzzTest {

  private static final int MESSAGES = Integer.getInteger("tests.fuzz.messages", 20_000);

  /** How many ids a client may have in flight before it starts anew, as real ones do. */
  private static final int SESSION_MESSAGES = 500;

  @TempDir private Path folder;

  private final Map<String, Integer> answers = new TreeMap<>();

  private CodeIntel codeintel;
  private Dispatcher dispatcher;

  @BeforeEach
  void open() {
    var repo = GitRepo.init(folder.resolve("repo"));
    repo.write("src/App.java", "class App {\n  void run() {}\n}\n");
    repo.write("docs/guide.md", "# Guide\n\ntext\n").commitAll("Begin");
    repo.write("src/App.java", "class App {\n  void run() { stop(); }\n}\n").commitAll("Stop");
    var settings =
        Settings.load(Optional.empty(), Map.of("HOME", folder.toString(), "EMBEDDER", "none"));
    codeintel = new CodeIntel(settings, () -> Workspace.open(repo.root()));
    codeintel.index(false, Optional.empty(), CancelToken.create(), Progress.NONE);
    dispatcher = new Dispatcher(new Toolbox(Tools.all(), () -> codeintel), Duration.ofSeconds(30));
  }

  @AfterEach
  void close() {
    codeintel.close();
  }

  @Test
  void nothingThatIsSentDoesHarm() {
    var random = Seeded.random();
    var mutator = new MessageMutator(random);
    var session = dispatcher.open();
    var endpoint = dispatcher.http();
    for (var i = 0; i < MESSAGES; i++) {
      if (i % SESSION_MESSAGES == 0) {
        session.close();
        session.endStreams();
        session = dispatcher.open();
      }
      var message = mutator.next();
      if (random.nextBoolean()) {
        check(message, session.receive(message));
      } else {
        var reply = endpoint.post(head(mutator.headers(message)), message);
        assertThat(reply.status()).isIn(200, 202, 400, 404);
        check(message, reply.reply());
      }
    }
    session.close();
    // Or the messages were all so wrong that nothing behind the first check was reached.
    assertThat(answers.keySet()).containsAll(List.of("error", "isError", "found", "discovered"));
    System.err.println("answers=" + answers);
    assertThat(answers.values()).allMatch(count -> count > MESSAGES / 100);
  }

  private void check(byte[] message, Reply reply) {
    var sent = new ArrayList<byte[]>();
    switch (reply) {
      case Reply.None _ -> {}
      case Reply.Now(var answer) -> sent.add(answer);
      case Reply.Open(var acknowledgement, var end) -> sent.addAll(List.of(acknowledgement, end));
      case Reply.Later work -> {
        try (work) {
          work.run(sent::add);
        }
        assertThat(sent).as(() -> shown(message)).isNotEmpty();
      }
    }
    for (var answer : sent) {
      checkAnswer(message, answer);
    }
  }

  private void checkAnswer(byte[] message, byte[] answer) {
    var text = new String(answer, UTF_8);
    assertThat(text).doesNotContain("\n");
    Object value;
    try {
      value = Json.read(answer);
    } catch (Json.NotJson e) {
      throw new AssertionError(shown(message) + " was answered " + text, e);
    }
    for (var one : Json.asList(value).orElse(List.of(value))) {
      var response = Json.asObject(one).orElseThrow();
      assertThat(response).as(() -> shown(message)).containsEntry("jsonrpc", "2.0");
      assertThat(text)
          .as(() -> shown(message))
          .doesNotContain("-32603", "\"code\":\"internal\"", "\"code\":\"timeout\"");
      answers.merge(kind(text), 1, Integer::sum);
    }
  }

  private static String kind(String answer) {
    if (answer.contains("\"isError\":true")) {
      return "isError";
    }
    if (answer.contains("\"structuredContent\"")) {
      return "found";
    }
    return answer.contains("\"result\":{") ? "discovered" : "error";
  }

  private static HttpHead head(Map<String, String> headers) {
    return new HttpHead(
        name -> Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT))).stream().toList(),
        "127.0.0.1");
  }

  private static String shown(byte[] message) {
    var text = new String(message, UTF_8);
    return text.length() > 2_000 ? text.substring(0, 2_000) + "..." : text;
  }
}
