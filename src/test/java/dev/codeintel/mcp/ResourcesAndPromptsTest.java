package dev.codeintel.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.config.Limits;
import dev.codeintel.tool.FakeBackend;
import dev.codeintel.tool.Toolbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people pick in their client: files, a prompt, and what completes their arguments. */
class ResourcesAndPromptsTest {

  @TempDir Path folder;

  private final AtomicInteger opened = new AtomicInteger();
  private FakeBackend backend;
  private Session session;

  @BeforeEach
  void open() throws IOException {
    write("src/main/App.java", "class App {}\n");
    write("src/main/Other.java", "class Other {}\n");
    write("src/a b+c.txt", "gr\u00fc\u00dfe\n");
    write("src/zz/deep/one.py", "pass\n");
    write("README.md", "# it\n");
    write(".codeintelignore", "private/\n");
    write("private/plan.md", "secret\n");
    Files.write(folder.resolve("picture.png"), new byte[] {(byte) 0x89, 'P', 'N', 'G', 0, 1});
    backend = new FakeBackend(folder);
    session =
        new Dispatcher(
                new Toolbox(
                    List.of(),
                    () -> {
                      opened.incrementAndGet();
                      return backend;
                    }),
                Duration.ofSeconds(20))
            .open();
  }

  @Test
  void aFileIsReadByItsEncodedPath() {
    for (var uri : List.of("file:///src/a%20b+c.txt", "file:///src%2Fa%20b%2Bc.txt")) {
      assertThat(result("resources/read", Map.of("uri", uri)))
          .isEqualTo(
              Map.of(
                  "contents",
                  List.of(
                      Map.of("uri", uri, "mimeType", "text/plain", "text", "gr\u00fc\u00dfe\n"))));
    }
  }

  @Test
  void whatIsNoTextComesInBase64() {
    assertThat(result("resources/read", Map.of("uri", "file:///picture.png")))
        .isEqualTo(
            Map.of(
                "contents",
                List.of(
                    Map.of(
                        "uri",
                        "file:///picture.png",
                        "mimeType",
                        "application/octet-stream",
                        "blob",
                        "iVBORwAB"))));
  }

  /** A few dozen large files on their way to a client that does not read filled the heap. */
  @Test
  void aLargeFileIsForOpenFile() throws IOException {
    write("large.txt", "x".repeat(Limits.RESOURCE_BYTES_MAX + 1));
    var error = error("resources/read", Map.of("uri", "file:///large.txt"));
    assertThat(error).containsEntry("code", -32602L);
    assertThat((String) error.get("message")).contains("1,048,577 bytes", "open_file");
    write("large.txt", "x".repeat(Limits.RESOURCE_BYTES_MAX));
    assertThat(result("resources/read", Map.of("uri", "file:///large.txt"))).isNotEmpty();
  }

  /** A resource that is not there was an empty list, and the agent took the file for empty. */
  @ParameterizedTest
  @CsvSource({
    "file:///src/nope.java",
    "file:///src/main",
    "file:///private/plan.md",
    "file:///%2e%2e/x",
    "file:///..%2F..%2Fetc%2Fpasswd",
    "file:////etc/passwd",
    "file:///%ff",
    "file:///%zz",
    "file:///.git/config",
    "file://host/x",
    "http://localhost/x",
    "''"
  })
  void whatCannotBeReadIsAnErrorThatNamesIt(String uri) {
    var error = error("resources/read", Map.of("uri", uri));
    assertThat(error).containsEntry("code", -32602L).containsEntry("data", Map.of("uri", uri));
  }

  @Test
  void listsAndTheTemplateNeedNoRepository() {
    assertThat(result("resources/list", Map.of())).isEqualTo(Map.of("resources", List.of()));
    var templates = (List<?>) result("resources/templates/list", Map.of()).get("resourceTemplates");
    assertThat(templates)
        .singleElement()
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
        .containsEntry("uriTemplate", "file:///{path}");
    var prompts = (List<?>) result("prompts/list", Map.of()).get("prompts");
    assertThat(prompts)
        .singleElement()
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
        .containsEntry("name", "code_review");
    assertThat(opened).hasValue(0);
    for (var method : List.of("resources/list", "resources/templates/list", "prompts/list")) {
      assertThat(error(method, Map.of("cursor", "x"))).containsEntry("code", -32602L);
    }
  }

  @Test
  void aReviewIsOfItsArea() {
    var review =
        result(
            "prompts/get",
            Map.of(
                "name", "code_review", "arguments", Map.of("area", "src/x", "language", "java")));
    assertThat(review.toString()).contains("this area: src/x (java only)", "blame_range");
    assertThat(error("prompts/get", Map.of("name", "nope"))).containsEntry("code", -32602L);
    assertThat((String) error("prompts/get", Map.of("name", "code_review")).get("message"))
        .startsWith("arguments.area is missing");
    assertThat(
            error(
                "prompts/get",
                Map.of(
                    "name",
                    "code_review",
                    "arguments",
                    Map.of("area", "x".repeat(Limits.ARGUMENT_CHARS_MAX + 1)))))
        .containsEntry("code", -32602L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''       | .codeintelignore README.md picture.png src/",
        "src      | src/",
        "src/     | src/a b+c.txt src/main/ src/zz/",
        "src/m    | src/main/",
        "src/main/ | src/main/App.java src/main/Other.java",
        "private  | ''",
        "nope     | ''"
      })
  void aPathIsCompletedAsAShellDoes(String begun, String ways) {
    assertThat(
            String.join(
                " ", complete(reference("ref/resource", "uri", "file:///{path}"), "path", begun)))
        .isEqualTo(ways);
    assertThat(complete(reference("ref/prompt", "name", "code_review"), "area", begun))
        .isEqualTo(complete(reference("ref/resource", "uri", "file:///{path}"), "path", begun));
  }

  @Test
  void aLanguageIsCompleted() {
    assertThat(complete(reference("ref/prompt", "name", "code_review"), "language", "jav"))
        .containsExactly("java", "javascript");
    assertThat(opened).hasValue(0);
  }

  /** The protocol allows a hundred values; the rest is counted. */
  @Test
  void atMostAHundredValuesAreGiven() throws IOException {
    for (var i = 0; i < 150; i++) {
      write("many/f%03d.txt".formatted(i), "x\n");
    }
    var completion =
        completion(reference("ref/resource", "uri", "file:///{path}"), "path", "many/");
    assertThat((List<?>) completion.get("values")).hasSize(Limits.COMPLETIONS_MAX);
    assertThat(completion).containsEntry("total", 150L).containsEntry("hasMore", true);
  }

  @Test
  void whatCannotBeCompletedIsRefused() {
    var argument = Map.of("name", "path", "value", "");
    for (var params :
        List.<Map<String, Object>>of(
            Map.of(),
            Map.of("argument", argument),
            Map.of("argument", argument, "ref", Map.of("type", "ref/other")),
            Map.of("argument", argument, "ref", reference("ref/prompt", "name", "nope")),
            Map.of(
                "argument",
                Map.of("name", "area"),
                "ref",
                reference("ref/prompt", "name", "code_review")))) {
      assertThat(error("completion/complete", params)).containsEntry("code", -32602L);
    }
  }

  private static Map<String, Object> reference(String type, String key, String value) {
    return Map.of("type", type, key, value);
  }

  private List<String> complete(Map<String, Object> reference, String argument, String begun) {
    return ((List<?>) completion(reference, argument, begun).get("values"))
        .stream().map(String.class::cast).toList();
  }

  private Map<String, Object> completion(
      Map<String, Object> reference, String argument, String begun) {
    var params = Map.of("ref", reference, "argument", Map.of("name", argument, "value", begun));
    return ToolClient.child(result("completion/complete", params), "completion");
  }

  private Map<String, Object> result(String method, Map<String, ?> params) {
    return ToolClient.child(ask(method, params), "result");
  }

  private Map<String, Object> error(String method, Map<String, ?> params) {
    return ToolClient.child(ask(method, params), "error");
  }

  private Map<String, Object> ask(String method, Map<String, ?> params) {
    var request = Map.of("jsonrpc", "2.0", "id", 1, "method", method, "params", params);
    var sent = new ArrayList<byte[]>();
    switch (session.receive(Json.write(request))) {
      case Reply.Now(var message) -> sent.add(message);
      case Reply.Later work -> {
        try (work) {
          work.run(sent::add);
        }
      }
      case Reply.None _, Reply.Open _ -> throw new AssertionError("no answer");
    }
    try {
      return Json.asObject(Json.read(sent.getFirst())).orElseThrow();
    } catch (Json.NotJson e) {
      throw new AssertionError(new String(sent.getFirst(), UTF_8), e);
    }
  }

  private void write(String path, String text) throws IOException {
    var file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
