package dev.codeintel.mcp;

import static dev.codeintel.mcp.ToolClient.child;
import static dev.codeintel.mcp.ToolClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.git.Blame;
import dev.codeintel.git.BlamedLine;
import dev.codeintel.git.Commit;
import dev.codeintel.git.FileAt;
import dev.codeintel.git.FileHistory;
import dev.codeintel.repo.SourceText;
import dev.codeintel.testkit.Seeded;
import dev.codeintel.tool.FakeBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Blame, history and other revisions as a client sees them. */
class GitToolsTest {

  private static final String HEAD = "0123456789abcdef0123456789abcdef01234567";
  private static final Commit ADDED =
      commit("1a2b3c4d", "2024-05-01T10:20:00+02:00", "Ada Author", "Add the app");
  private static final Commit CHANGED =
      commit("9f8e7d6c", "2024-06-01T00:00:00Z", "J\u00fcrgen", "Change it");

  @TempDir Path folder;

  private FakeBackend backend;
  private ToolClient client;

  @BeforeEach
  void open() throws IOException {
    write("src/App.java", "1\n2\n3\n4\n5\n");
    write("secret/plan.md", "plan\n");
    write(".codeintelignore", "secret/\n*.key\n");
    Files.createSymbolicLink(folder.resolve("link.md"), Path.of("secret/plan.md"));
    Files.createDirectory(folder.resolve(".git"));
    backend = new FakeBackend(folder.toRealPath());
    client = new ToolClient(backend);
  }

  /** Blame came in discovery order, and of HEAD, while open_file showed the file on disk. */
  @Test
  void blameTellsOfEachLineInOrder() {
    backend.willBlame(blame("WORKTREE"));
    var result = client.call("blame_range", Map.of("path", "./src/App.java"));
    assertThat(backend.askedGit)
        .containsExactly(
            List.of("blame", "src/App.java", OptionalInt.empty(), OptionalInt.empty(), "WORKTREE"));
    var values = child(result, "structuredContent");
    assertThat(values)
        .containsEntry("total", 5L)
        .containsEntry("total_lines", 5L)
        .containsEntry("revision", "WORKTREE")
        .containsEntry("truncated", false)
        .containsEntry("notes", List.of("A note."))
        .doesNotContainKey("next_cursor");
    assertThat(lines(values)).containsExactly(1L, 2L, 3L, 4L, 5L);
    assertThat(item(values, "blame", 0))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "line", 1L,
                "commit", "1a2b3c4d",
                "author", "Ada Author",
                "date", "2024-05-01T10:20:00+02:00",
                "message", "Add the app",
                "full_commit", ADDED.id(),
                "email", "a@example.org",
                "original_path", "src/Old.java",
                "original_line", 7L));
    assertThat(item(values, "blame", 2))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("line", 3L, "commit", "00000000", "author", "Not Committed Yet"));
    assertThat(text(result))
        .isEqualTo(
            """
            src/App.java lines 1-5 of 5
            1-2 1a2b3c4d 2024-05-01 Ada Author: Add the app (src/Old.java)
            3 00000000 Not Committed Yet
            4 9f8e7d6c 2024-06-01 J\u00fcrgen: Change it
            5 1a2b3c4d (src/Old.java)
            note: A note.""");
  }

  @Test
  void blameIsOfTheRevisionThatWasNamed() {
    backend.willBlame(blame(HEAD));
    var result =
        client.call(
            "blame_range",
            Map.of("path", "src/Gone.java", "revision", "HEAD", "start_line", 2, "end_line", 3));
    assertThat(backend.askedGit)
        .containsExactly(
            List.of("blame", "src/Gone.java", OptionalInt.of(2), OptionalInt.of(3), "HEAD"));
    assertThat(child(result, "structuredContent"))
        .containsEntry("revision", HEAD)
        .containsEntry("total", 2L);
    assertThat(text(result)).startsWith("src/Gone.java lines 2-3 of 5 at 01234567\n2 1a2b3c4d");
  }

  @Test
  void anEmptyFileHasNoLinesToBlame() throws IOException {
    write("empty.txt", "");
    backend.willBlame(new Blame(List.of(), 0, "WORKTREE", List.of()));
    var result = client.call("blame_range", Map.of("path", "empty.txt"));
    assertThat(child(result, "structuredContent"))
        .containsEntry("blame", List.of())
        .containsEntry("total", 0L)
        .containsEntry("truncated", false)
        .doesNotContainKey("next_cursor");
    assertThat(text(result)).isEqualTo("empty.txt, 0 lines");
  }

  /** An error must say what is allowed; "invalid range" made an agent guess. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "blame_range | {'path':'src/App.java','start_line':0} | invalid-argument | start_line is 0; it must be a whole number from 1 to",
        "blame_range | {'path':'src/App.java','start_line':3,'end_line':2} | invalid-argument | end_line is 2; it must be start_line, 3, or more, such as 3.",
        "blame_range | {'path':'src/App.java','end_line':6} | invalid-argument | src/App.java has 5 lines.",
        "blame_range | {'path':'src/App.java','end_line':900000} | invalid-argument | src/App.java has 5 lines.",
        "blame_range | {'path':'src/App.java','start_line':6} | invalid-argument | src/App.java has 5 lines.",
        "blame_range | {} | invalid-argument | path is missing",
        "blame_range | {'path':'src/App.java','revision':''} | invalid-argument | revision is",
        "blame_range | {'path':'src/App.java','cursor':'!'} | invalid-argument | cursor is '!'",
        "blame_range | {'path':'src/App.java','cursor':'MTgyYWEzYmMxLjItMUBXT1JLVFJFRQ'} | invalid-argument | cursor is 'MTgyYWEzYmMxLjItMUBXT1JLVFJFRQ'",
        "blame_range | {'path':'src/App.java','cursor':'MTgyYWEzYmMxLjItNkBXT1JLVFJFRQ'} | invalid-argument | it has changed",
        "blame_range | {'path':'README.md','cursor':'MTgyYWEzYmMxLjItNUBXT1JLVFJFRQ'} | invalid-argument | another question",
        "blame_range | {'path':'nope'} | path-not-found | nope does not exist",
        "blame_range | {'path':'../x'} | path-outside-repository | ..",
        "blame_range | {'path':'/etc/passwd','revision':'HEAD'} | path-outside-repository | absolute",
        "blame_range | {'path':'.git/config','revision':'HEAD'} | path-outside-repository | git",
        "blame_range | {'path':'secret/plan.md'} | path-not-found | .codeintelignore",
        "blame_range | {'path':'secret/plan.md','revision':'HEAD'} | path-not-found | .codeintelignore",
        "blame_range | {'path':'old/ca.key','revision':'HEAD~9'} | path-not-found | .codeintelignore",
        "blame_range | {'path':'link.md'} | path-not-found | .codeintelignore",
        "file_history | {'path':'src','limit':0} | invalid-argument | limit is 0; it must be a whole number from 1 to 1,000, such as 50.",
        "file_history | {'path':'src','limit':1001} | invalid-argument | 1 to 1,000",
        "file_history | {'path':'src','follow':'yes'} | invalid-argument | follow is 'yes'; it must be true or false, such as true.",
        "file_history | {'path':'src','cursor':'MA'} | invalid-argument | cursor is 'MA'",
        "file_history | {'path':'src','cursor':'NmNjYTE5OWYxQEhFQUQ'} | invalid-argument | another question",
        "file_history | {'path':'secret'} | path-not-found | .codeintelignore",
        "file_history | {'path':'secret/plan.md'} | path-not-found | .codeintelignore",
        "file_history | {'path':'a/../b'} | path-outside-repository | ..",
        "open_file | {'path':'secret/plan.md','revision':'HEAD'} | path-not-found | .codeintelignore",
        "open_file | {'path':'old/ca.key','revision':'HEAD'} | path-not-found | .codeintelignore",
        "open_file | {'path':'src/App.java','revision':'nope'} | revision-not-found | nope",
      })
  void whatIsWrongIsRefusedWithAReason(String tool, String arguments, String code, String message)
      throws Exception {
    backend.willBlame(blame("WORKTREE"));
    backend.willTell(history(3, false));
    var given = Json.asObject(Json.read(quoted(arguments).getBytes("UTF-8"))).orElseThrow();
    var error = client.error(tool, given);
    assertThat(error).containsEntry("code", code);
    assertThat((String) error.get("message")).contains(quoted(message));
  }

  /** Pages must join to the whole, whatever limits cut them, and all be of one version. */
  @RepeatedTest(2)
  void pagesOfBlameJoin() throws IOException {
    var random = Seeded.random();
    var count = 300;
    write("long.txt", "x\n".repeat(count));
    var lines = new ArrayList<BlamedLine>();
    for (var line = 1; line <= count; line++) {
      lines.add(
          random.nextInt(4) == 0
              ? new BlamedLine(line, Optional.empty(), "long.txt", line)
              : new BlamedLine(line, Optional.of(randomCommit(random)), "long.txt", line));
    }
    backend.willBlame(new Blame(lines, count, HEAD, List.of()));
    var first = 1 + random.nextInt(20);
    var arguments = new LinkedHashMap<String, Object>();
    arguments.put("path", "long.txt");
    arguments.put("revision", "HEAD");
    arguments.put("start_line", first);
    if (random.nextBoolean()) {
      arguments.put("end_line", count);
    }
    var joined = new ArrayList<Object>();
    while (true) {
      var tokens = 250 + random.nextInt(1_500);
      arguments.put("max_tokens", tokens);
      var page = client.bounded("blame_range", arguments, tokens);
      assertThat(page).containsEntry("total", count - first + 1L);
      joined.addAll(lines(page));
      assertThat(page.containsKey("next_cursor")).isEqualTo(page.get("truncated"));
      if (!page.containsKey("next_cursor")) {
        break;
      }
      arguments.put("cursor", page.get("next_cursor"));
    }
    var wanted = new ArrayList<Object>();
    for (var line = first; line <= count; line++) {
      wanted.add((long) line);
    }
    assertThat(joined).isEqualTo(wanted);
    assertThat(backend.askedGit).hasSizeGreaterThan(5);
    assertThat(backend.askedGit.getFirst().getLast()).isEqualTo("HEAD");
    assertThat(backend.askedGit.subList(1, backend.askedGit.size()))
        .allSatisfy(asked -> assertThat(asked.getLast()).isEqualTo(HEAD));
  }

  /** Ten lines were shown of twelve thousand that had been blamed. */
  @Test
  void noMoreLinesAreBlamedThanAnAnswerHolds() throws IOException {
    var count = 50_000;
    write("long.txt", "x\n".repeat(count));
    var lines = new ArrayList<BlamedLine>();
    for (var line = 1; line <= count; line++) {
      lines.add(new BlamedLine(line, Optional.empty(), "long.txt", line));
    }
    backend.willBlame(new Blame(lines, count, "WORKTREE", List.of()));
    var page =
        client.bounded(
            "blame_range",
            Map.of("path", "long.txt", "start_line", 1_001, "end_line", count, "max_tokens", 300),
            300);
    assertThat(page).containsEntry("total", count - 1_000L).containsEntry("truncated", true);
    assertThat(lines(page)).hasSizeGreaterThan(10).first().isEqualTo(1_001L);
    assertThat(backend.blamedAtMost).isBetween(lines(page).size(), 100);
  }

  @Test
  void historyTellsOfEachCommit() {
    backend.willTell(
        new FileHistory(
            List.of(
                new FileHistory.Entry(CHANGED, "src/App.java"),
                new FileHistory.Entry(ADDED, "src/Old.java")),
            false,
            OptionalInt.of(2),
            true,
            HEAD,
            List.of("A note.")));
    var result = client.call("file_history", Map.of("path", "src/App.java"));
    assertThat(backend.askedGit)
        .containsExactly(List.of("history", "src/App.java", true, "HEAD", 0, 50));
    var values = child(result, "structuredContent");
    assertThat(values)
        .containsEntry("total", 2L)
        .containsEntry("truncated", false)
        .containsEntry("shallow", true)
        .containsEntry("revision", HEAD)
        .containsEntry("notes", List.of("A note."))
        .doesNotContainKeys("next_cursor", "total_is_lower_bound");
    assertThat(item(values, "commits", 1))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "sha", "1a2b3c4d",
                "full_sha", ADDED.id(),
                "author", "Ada Author",
                "email", "a@example.org",
                "date", "2024-05-01T10:20:00+02:00",
                "message", "Add the app",
                "path", "src/Old.java"));
    assertThat(text(result))
        .isEqualTo(
            """
            src/App.java: 2 of 2 commits at 01234567
            9f8e7d6c 2024-06-01 J\u00fcrgen: Change it
            1a2b3c4d 2024-05-01 Ada Author: Add the app (src/Old.java)
            shallow: the clone ends before the history does
            note: A note.""");
  }

  /** A path that git does not know yet was an error, and one that never was an empty list. */
  @Test
  void whatIsNotCommittedYetHasNoHistory() {
    backend.willTell(new FileHistory(List.of(), false, OptionalInt.of(0), false, "", List.of()));
    var result = client.call("file_history", Map.of("path", "src/App.java"));
    assertThat(child(result, "structuredContent"))
        .isEqualTo(Map.of("commits", List.of(), "total", 0L, "truncated", false));
    assertThat(text(result)).isEqualTo("src/App.java: 0 of 0 commits");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "./"})
  void theRootIsTheWholeRepository(String path) {
    backend.willTell(history(3, false));
    client.values(
        "file_history", Map.of("path", path, "revision", "WORKTREE", "follow", false, "limit", 2));
    client.values("file_history", Map.of());
    assertThat(backend.askedGit)
        .containsExactly(
            List.of("history", "", false, "HEAD", 0, 2),
            List.of("history", "", true, "HEAD", 0, 50));
  }

  @RepeatedTest(2)
  void pagesOfHistoryJoin() {
    var random = Seeded.random();
    var whole = history(200, false);
    backend.willTell(whole);
    var joined = new ArrayList<Object>();
    var arguments = new LinkedHashMap<String, Object>();
    arguments.put("path", "src/App.java");
    while (true) {
      var tokens = 250 + random.nextInt(1_500);
      arguments.put("max_tokens", tokens);
      arguments.put("limit", 1 + random.nextInt(30));
      var page = client.bounded("file_history", arguments, tokens);
      for (var each : (List<?>) page.get("commits")) {
        joined.add(((Map<?, ?>) each).get("full_sha"));
      }
      assertThat(page.containsKey("next_cursor")).isEqualTo(page.get("truncated"));
      if (page.containsKey("total_is_lower_bound")) {
        assertThat((long) page.get("total")).isBetween((long) joined.size(), 200L);
      } else {
        assertThat(page).containsEntry("total", 200L);
      }
      if (!page.containsKey("next_cursor")) {
        break;
      }
      arguments.put("cursor", page.get("next_cursor"));
    }
    assertThat(joined)
        .isEqualTo(whole.entries().stream().<Object>map(entry -> entry.commit().id()).toList());
    assertThat(backend.askedGit.getFirst().get(3)).isEqualTo("HEAD");
    assertThat(backend.askedGit.subList(1, backend.askedGit.size()))
        .allSatisfy(asked -> assertThat(asked.get(3)).isEqualTo(HEAD));
  }

  /** A message of a megabyte, or a name, pushed everything else out of the answer. */
  @Test
  void whatPeopleWroteWithoutEndIsCut() {
    var endless =
        new Commit(
            HEAD,
            "n".repeat(5_000),
            "e".repeat(5_000),
            OffsetDateTime.parse("2024-05-01T10:20:30-08:00"),
            "\ud83d\ude00".repeat(100_000));
    backend.willTell(
        new FileHistory(
            List.of(new FileHistory.Entry(endless, "src/App.java")),
            false,
            OptionalInt.of(1),
            false,
            HEAD,
            List.of()));
    var values = client.bounded("file_history", Map.of("path", "src/App.java"), 1_000);
    var message = (String) item(values, "commits", 0).get("message");
    assertThat(message).hasSize(401).endsWith("\ud83d\ude00\u2026");
  }

  /** A cursor that led to itself sent an agent round in circles. */
  @ParameterizedTest
  @ValueSource(strings = {"blame_range", "file_history"})
  void whatDoesNotFitAtAllSaysSo(String tool) {
    var path = "p".repeat(4_000);
    backend.willBlame(
        new Blame(
            List.of(new BlamedLine(1, Optional.of(ADDED), path, 1)), 1, "WORKTREE", List.of()));
    backend.willTell(
        new FileHistory(
            List.of(new FileHistory.Entry(ADDED, path)),
            false,
            OptionalInt.of(1),
            false,
            HEAD,
            List.of()));
    var result = client.call(tool, Map.of("path", "src/App.java", "max_tokens", 200));
    assertThat(child(result, "structuredContent"))
        .containsEntry("truncated", true)
        .containsEntry("total", 1L)
        .doesNotContainKey("next_cursor");
    assertThat(text(result)).endsWith("more: raise max_tokens");
  }

  /** The text is what the model pays for. */
  @Test
  void theTextIsTheCheaperForm() {
    backend.willBlame(blame("WORKTREE"));
    backend.willTell(history(30, true));
    for (var tool : List.of("blame_range", "file_history")) {
      var result = client.call(tool, Map.of("path", "src/App.java"));
      assertThat(Json.size(text(result)))
          .as(tool)
          .isLessThan(Json.size(result.get("structuredContent")) / 2);
    }
  }

  /** Pages of HEAD disagreed after a commit in between. */
  @Test
  void openFileStaysAtTheRevisionItBeganWith() {
    var text = "line %d of the file as it was\n".repeat(100);
    backend.willRead(new FileAt(SourceText.of(text), HEAD));
    var arguments = new LinkedHashMap<String, Object>();
    arguments.put("path", "src/Gone.java");
    arguments.put("revision", "HEAD~3");
    arguments.put("max_tokens", 300);
    var joined = new StringBuilder();
    var pages = 0;
    while (true) {
      var page = client.bounded("open_file", arguments, 300);
      assertThat(page).containsEntry("revision", HEAD).containsEntry("total_lines", 100L);
      joined.append(page.get("content"));
      pages++;
      if (!page.containsKey("next_cursor")) {
        break;
      }
      arguments.put("cursor", page.get("next_cursor"));
    }
    assertThat(joined.toString()).isEqualTo(text);
    assertThat(backend.askedGit)
        .hasSize(pages)
        .startsWith(List.of("read", "src/Gone.java", "HEAD~3"))
        .endsWith(List.of("read", "src/Gone.java", HEAD));
    assertThat(text(client.call("open_file", Map.of("path", "x", "revision", "HEAD~3"))))
        .startsWith("x lines 1-100 of 100 at 01234567\n");
  }

  @Test
  void aBinaryFileIsNotOpenedAtAnyRevision() {
    backend.willRead(new FileAt(SourceText.of(new byte[] {1, 0, 2}), HEAD));
    assertThat(client.error("open_file", Map.of("path", "data.bin", "revision", "HEAD")))
        .containsEntry("code", "binary-file");
  }

  private static Blame blame(String revision) {
    return new Blame(
        List.of(
            new BlamedLine(1, Optional.of(ADDED), "src/Old.java", 7),
            new BlamedLine(2, Optional.of(ADDED), "src/Old.java", 8),
            new BlamedLine(3, Optional.empty(), "src/App.java", 3),
            new BlamedLine(4, Optional.of(CHANGED), "src/App.java", 3),
            new BlamedLine(5, Optional.of(ADDED), "src/Old.java", 9)),
        5,
        revision,
        List.of("A note."));
  }

  private static FileHistory history(int count, boolean shallow) {
    var random = new Random(count);
    var entries = new ArrayList<FileHistory.Entry>();
    for (var i = 0; i < count; i++) {
      entries.add(new FileHistory.Entry(randomCommit(random), "src/App.java"));
    }
    return new FileHistory(entries, false, OptionalInt.of(count), shallow, HEAD, List.of());
  }

  private static Commit randomCommit(Random random) {
    return commit(
        "%08x".formatted(random.nextInt()),
        "2024-05-01T10:20:00+02:00",
        "\u00fc".repeat(random.nextInt(20)),
        "\"word\" ".repeat(random.nextInt(15)));
  }

  private static Commit commit(String start, String date, String author, String summary) {
    return new Commit(
        start + "0".repeat(40 - start.length()),
        author,
        "a@example.org",
        OffsetDateTime.parse(date),
        summary);
  }

  private static List<Object> lines(Map<String, Object> values) {
    return ((List<?>) values.get("blame"))
        .stream().<Object>map(line -> ((Map<?, ?>) line).get("line")).toList();
  }

  private static Map<String, Object> item(Map<String, Object> values, String list, int index) {
    return Json.asObject(((List<?>) values.get(list)).get(index)).orElseThrow();
  }

  private static String quoted(String text) {
    return text.replace('\'', '"');
  }

  private void write(String path, String text) throws IOException {
    Files.createDirectories(folder.resolve(path).getParent());
    Files.writeString(folder.resolve(path), text);
  }
}
