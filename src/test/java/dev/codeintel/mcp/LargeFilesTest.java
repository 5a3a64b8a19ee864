package dev.codeintel.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.config.Limits;
import dev.codeintel.testkit.Seeded;
import dev.codeintel.tool.FakeBackend;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lines of files that are too large to be opened whole. */
class LargeFilesTest {

  private static final int LINES = 200_000;

  @TempDir Path folder;

  private FakeBackend backend;
  private ToolClient client;

  @BeforeEach
  void open() throws IOException {
    backend = new FakeBackend(folder.toRealPath());
    client = new ToolClient(backend);
  }

  private static String line(int number) {
    return "line %d %s\u20ac\n".formatted(number, "x".repeat(number % 50));
  }

  private void writeLines() throws IOException {
    var text = new StringBuilder();
    for (var line = 1; line <= LINES; line++) {
      text.append(line(line));
    }
    Files.writeString(folder.resolve("large.log"), text);
    assertThat(Files.size(folder.resolve("large.log"))).isGreaterThan(Limits.FILE_BYTES_MAX);
  }

  /** Lines of a log of some megabytes could not be had at all. */
  @Test
  void aRangeOfALargeFileIsShown() throws IOException {
    writeLines();
    var page =
        client.values(
            "open_file", Map.of("path", "large.log", "start_line", 150_001L, "end_line", 150_003L));
    assertThat(page)
        .containsEntry("content", line(150_001) + line(150_002) + line(150_003))
        .containsEntry("start_line", 150_001L)
        .containsEntry("end_line", 150_003L)
        .containsEntry("total_lines", (long) LINES)
        .containsEntry("size", Files.size(folder.resolve("large.log")))
        .containsEntry("encoding", "UTF-8")
        .containsEntry("truncated", false);
    // To count its lines takes long, so not on a thread that answers others.
    assertThat(backend.looked).hasValue(1);
    var error = client.error("open_file", Map.of("path", "large.log"));
    assertThat(error).containsEntry("code", "file-too-large");
    assertThat((String) error.get("message"))
        .contains(
            "large.log has ",
            " files of more than 4,194,304 are not opened whole",
            "start_line and end_line");
    assertThat(client.error("open_file", Map.of("path", "large.log", "start_line", LINES + 1L)))
        .containsEntry("code", "invalid-argument");
  }

  @Test
  void pagesOfALargeFileJoin() throws IOException {
    writeLines();
    var random = Seeded.random();
    var expected = new StringBuilder();
    for (var line = LINES - 2_000; line <= LINES; line++) {
      expected.append(line(line));
    }
    var arguments = new LinkedHashMap<String, Object>();
    arguments.put("path", "large.log");
    arguments.put("start_line", LINES - 2_000);
    assertThat(joined(arguments, random::nextInt, Integer.MAX_VALUE))
        .isEqualTo(expected.toString());
  }

  @Test
  void aSingleLineOfMegabytesIsShownInParts() throws IOException {
    var random = Seeded.random();
    var text = new StringBuilder();
    while (text.length() < 3 << 20) {
      text.append(random.nextInt(3) == 0 ? "\ud83d\ude00" : "{\"a\":1}");
    }
    Files.writeString(folder.resolve("one-line.json"), text);
    var arguments = new LinkedHashMap<String, Object>();
    arguments.put("path", "one-line.json");
    arguments.put("start_line", 1);
    var joined = joined(arguments, random::nextInt, 12);
    assertThat(joined).isEqualTo(text.substring(0, joined.length())).hasSizeGreaterThan(10_000);
    arguments.put("max_tokens", 200);
    assertThat(client.values("open_file", arguments).get("notes").toString())
        .contains(
            "characters %,d to ".formatted(joined.length() + 1),
            " of %,d are".formatted(text.length()));
  }

  /**
   * A page without room for one letter named itself as the next: an agent went round in circles.
   */
  @Test
  void aPageWithoutRoomAsksForMoreRoom() throws IOException {
    var path = ("d".repeat(200) + "/").repeat(5) + "b.txt";
    Files.createDirectories(folder.resolve(path).getParent());
    Files.writeString(folder.resolve(path), "needle\n");
    assertThat(client.values("open_file", Map.of("path", path, "max_tokens", 200L)))
        .containsEntry("truncated", true)
        .containsEntry("notes", List.of("Nothing of line 1 fits; raise max_tokens."))
        .doesNotContainKey("next_cursor");
  }

  /** Joins pages until the end or until there were enough; leaves the next cursor in place. */
  private String joined(
      Map<String, Object> arguments, java.util.function.IntUnaryOperator random, int pages) {
    var joined = new StringBuilder();
    for (var i = 0; i < pages; i++) {
      var tokens = 200 + random.applyAsInt(19_800);
      arguments.put("max_tokens", tokens);
      var page = client.bounded("open_file", arguments, tokens);
      joined.append(page.get("content"));
      if (!page.containsKey("next_cursor")) {
        break;
      }
      arguments.put("cursor", page.get("next_cursor"));
    }
    return joined.toString();
  }

  @Test
  void whatIsTooLargeToBeReadAtAllIsRefusedUnread() throws IOException {
    try (var file = new RandomAccessFile(folder.resolve("huge.txt").toFile(), "rw")) {
      file.setLength(Limits.OPEN_FILE_BYTES_MAX + 1L); // no byte of it is on disk
    }
    for (var arguments :
        new Map<?, ?>[] {
          Map.of("path", "huge.txt"), Map.of("path", "huge.txt", "start_line", 1L)
        }) {
      @SuppressWarnings("unchecked")
      var error = client.error("open_file", (Map<String, ?>) arguments);
      assertThat(error).containsEntry("code", "file-too-large");
      assertThat((String) error.get("message")).contains("536,870,912");
    }
    Files.write(folder.resolve("large.bin"), new byte[(int) Limits.FILE_BYTES_MAX + 1]);
    assertThat(client.error("open_file", Map.of("path", "large.bin", "start_line", 1L)))
        .containsEntry("code", "binary-file");
    var latin = "gr\u00fc\u00dfe\n".repeat(800_000).getBytes(StandardCharsets.ISO_8859_1);
    Files.write(folder.resolve("latin.txt"), latin);
    assertThat(client.values("open_file", Map.of("path", "latin.txt", "start_line", 800_000L)))
        .containsEntry("content", "gr\u00fc\u00dfe\n")
        .containsEntry("encoding", "windows-1252");
  }
}
