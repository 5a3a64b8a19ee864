package dev.codeintel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.config.Settings;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.Progress;
import dev.codeintel.repo.Globs;
import dev.codeintel.repo.Workspace;
import dev.codeintel.search.Finding;
import dev.codeintel.search.Mode;
import dev.codeintel.search.SearchRequest;
import dev.codeintel.testkit.CommonsCsv;
import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.Jar;
import dev.codeintel.tool.CodeIntel;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.ServerParameters;
import io.modelcontextprotocol.client.transport.StdioClientTransport;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.spec.McpSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real code, the real model, the real FAISS: questions whose answers are known. */
@Timeout(120)
class EndToEndTest {

  private static final String CSV = "src/main/java/org/apache/commons/csv/";
  private static final int LOOKED_AT = 5;

  @TempDir static Path folder;

  private static GitRepo repo;
  private static CodeIntel codeintel;

  @BeforeAll
  static void indexOnce() throws Exception {
    repo = CommonsCsv.init(folder.resolve("commons csv"));
    var settings = Settings.load(Optional.empty(), jar().environment());
    codeintel = new CodeIntel(settings, () -> Workspace.open(repo.root()));
    var report = codeintel.index(false, Optional.empty(), CancelToken.create(), Progress.NONE);
    assertThat(report.embedded()).isGreaterThan(300);
  }

  @AfterAll
  static void close() {
    if (codeintel != null) {
      codeintel.close();
    }
  }

  private static Jar jar() {
    return new Jar(folder.resolve("home"), repo.root());
  }

  /**
   * A question, and a piece of the line that answers it. Where that line opens a method or a type,
   * any part of its body is an answer too.
   */
  private record Question(String text, String file, String answer) {

    boolean isFound() throws IOException {
      var lines = Files.readAllLines(repo.root().resolve(CSV + file));
      var at =
          IntStream.range(0, lines.size()).filter(i -> lines.get(i).contains(answer)).toArray();
      assertThat(at).as("lines with " + answer + " in " + file).hasSize(1);
      var first = at[0] + 1;
      var last = lines.get(at[0]).endsWith("{") ? end(lines, at[0]) + 1 : first;
      return search(text).stream()
          .limit(LOOKED_AT)
          .filter(finding -> finding.path().equals(CSV + file))
          .anyMatch(finding -> finding.startLine() <= last && first <= finding.endLine());
    }

    private static int end(List<String> lines, int opening) {
      var closing = lines.get(opening).replaceFirst("\\S.*", "}");
      return IntStream.range(opening, lines.size())
          .filter(i -> lines.get(i).equals(closing))
          .findFirst()
          .orElseThrow();
    }
  }

  private static List<String> missed(List<Question> questions) throws IOException {
    var missed = new ArrayList<String>();
    for (var question : questions) {
      if (!question.isFound()) {
        missed.add(question.text());
      }
    }
    return missed;
  }

  private static final List<Question> PROSE =
      List.of(
          new Question(
              "how is an escaped letter such as backslash n turned into the character it stands for",
              "Lexer.java",
              "int readEscape() throws"),
          new Question(
              "where is a quoted field read that may contain line breaks",
              "Lexer.java",
              "Token parseEncapsulatedToken("),
          new Question(
              "remove trailing blanks from a token", "Lexer.java", "void trimTrailingSpaces("),
          new Question(
              "is there an end of file check for a character",
              "Lexer.java",
              "boolean isEndOfFile("),
          new Question(
              "count how many bytes a character takes in the charset",
              "ExtendedBufferedReader.java",
              "int getEncodedCharLength("),
          new Question(
              "write all rows of a JDBC result set",
              "CSVPrinter.java",
              "void printRecords(final ResultSet resultSet) throws"),
          new Question(
              "print a comment that spans several lines", "CSVPrinter.java", "void printComment("),
          new Question(
              "decide whether a value needs quotes when it is written",
              "CSVFormat.java",
              "private void printWithQuotes(final Object object"),
          new Question(
              "convert a record to a map from column name to value",
              "CSVRecord.java",
              "Map<String, String> toMap()"),
          new Question(
              "does the record have as many values as the header has columns",
              "CSVRecord.java",
              "public boolean isConsistent()"),
          new Question(
              "build the header map and reject missing or duplicate column names",
              "CSVParser.java",
              "private Headers createHeaders() throws"),
          new Question(
              "parse CSV from a URL with a charset",
              "CSVParser.java",
              "public static CSVParser parse(final URL url"),
          new Question(
              "what may happen when the same column name occurs twice",
              "DuplicateHeaderMode.java",
              "public enum DuplicateHeaderMode"),
          new Question(
              "check that delimiter, quote character and escape character do not conflict",
              "CSVFormat.java",
              "private void validate() throws"));

  private static final List<Question> NAMES_AND_LITERALS =
      List.of(
          new Question("getHeaderNames", "CSVParser.java", "List<String> getHeaderNames()"),
          new Question("isEscapeDelimiter", "Lexer.java", "boolean isEscapeDelimiter()"),
          new Question("trimTrailingSpaces()", "Lexer.java", "void trimTrailingSpaces("),
          new Question("putIn", "CSVRecord.java", "M putIn(final M map)"),
          new Question(
              "No more CSV records available", "CSVParser.java", "No more CSV records available"),
          new Question(
              "EOF reached before encapsulated token finished",
              "Lexer.java",
              "EOF reached before encapsulated token finished"),
          new Question(
              "\"Quote mode set to NONE but no escape character is set\"",
              "CSVFormat.java",
              "Quote mode set to NONE but no escape character is set"),
          new Question(
              "quote = !(object instanceof Number);",
              "CSVFormat.java",
              "quote = !(object instanceof Number);"));

  private static List<Finding> search(String text) {
    var request = new SearchRequest(text, 10, Mode.HYBRID, Globs.all(), Set.of());
    return codeintel.search(request, CancelToken.create()).findings();
  }

  private static String place(Finding finding) {
    return "%s:%d-%d".formatted(finding.path(), finding.startLine(), finding.endLine());
  }

  private static String place(Map<String, Object> finding) {
    return "%s:%s-%s"
        .formatted(finding.get("path"), finding.get("start_line"), finding.get("end_line"));
  }

  /** Each stage was right, and what came out at the end was not. */
  @Test
  void questionsInWordsFindTheirAnswers() throws IOException {
    var missed = missed(PROSE);
    System.err.println("of %d questions missed: %s".formatted(PROSE.size(), missed));
    assertThat(missed).hasSizeLessThanOrEqualTo(3);
  }

  /** Semantic search alone buried the very line that was quoted. */
  @Test
  void namesAndLiteralsAlwaysFindTheirPlace() throws IOException {
    assertThat(missed(NAMES_AND_LITERALS)).isEmpty();
  }

  /** Ties came in the order of a hash. */
  @Test
  void theSameQuestionGetsTheSameAnswer() {
    var question = PROSE.getFirst().text();
    assertThat(search(question)).isEqualTo(search(question)).isNotEmpty();
  }

  /** The jar over stdio as a client sees it, on the index that this process made. */
  @Test
  void theJarAnswersTheOfficialClientFromTheSameIndex() {
    var command = jar().command("serve", "--stdio", "--repo", repo.root().toString());
    var parameters =
        ServerParameters.builder(command.getFirst())
            .args(command.subList(1, command.size()))
            .env(jar().environment())
            .build();
    // Whatever else stands on stdout is an error of this transport.
    var transport = new StdioClientTransport(parameters, McpJsonDefaults.getMapper());
    try (var client =
        McpClient.sync(transport)
            .requestTimeout(Duration.ofSeconds(60))
            .initializationTimeout(Duration.ofSeconds(60))
            .build()) {
      var hello = client.initialize();
      assertThat(hello.protocolVersion()).isEqualTo("2025-11-25");
      assertThat(hello.instructions()).contains("semantic_search");
      client.ping();
      assertThat(client.listTools().tools())
          .extracting(McpSchema.Tool::name)
          .startsWith("semantic_search")
          .contains("list_paths", "open_file", "index_status");

      var status = call(client, "index_status", Map.of());
      assertThat(status).containsEntry("embedded_share", 1.0).doesNotContainKey("error");
      assertThat((int) status.get("files")).isEqualTo(codeintel.status().files());

      for (var question : Stream.of(PROSE, NAMES_AND_LITERALS).flatMap(List::stream).toList()) {
        var findings =
            list(call(client, "semantic_search", Map.of("query", question.text())), "findings");
        assertThat(findings.stream().map(EndToEndTest::place).toList())
            .as(question.text())
            .isNotEmpty()
            .isEqualTo(search(question.text()).stream().map(EndToEndTest::place).toList());
      }

      var top = search(PROSE.getFirst().text()).getFirst();
      var paths = call(client, "list_paths", Map.of("include_globs", List.of("**/*.java")));
      assertThat(paths).containsEntry("total", 12);
      var opened =
          call(
              client,
              "open_file",
              Map.of("path", top.path(), "start_line", top.startLine(), "end_line", top.endLine()));
      assertThat((String) opened.get("content")).isEqualToIgnoringNewLines(top.snippet());

      assertThat(error(client, "open_file", Map.of("path", "../secret")))
          .isEqualTo("path-outside-repository");
      assertThat(error(client, "open_file", Map.of("path", "Nope.java")))
          .isEqualTo("path-not-found");
      assertThat(error(client, "semantic_search", Map.of("query", "x", "limit", 1_000)))
          .isEqualTo("invalid-argument");
    }
  }

  /** The client checks the structured content against our own output schema. */
  private static Map<String, Object> call(
      McpSyncClient client, String tool, Map<String, Object> arguments) {
    var request = McpSchema.CallToolRequest.builder(tool).arguments(arguments).build();
    var result = client.callTool(request);
    @SuppressWarnings("unchecked")
    var structured = (Map<String, Object>) result.structuredContent();
    return structured;
  }

  private static Object error(McpSyncClient client, String tool, Map<String, Object> arguments) {
    return ((Map<?, ?>) call(client, tool, arguments).get("error")).get("code");
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> list(Map<String, Object> values, String key) {
    return (List<Map<String, Object>>) values.get(key);
  }
}
