package dev.codeintel.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.repo.text.TextPattern;
import dev.codeintel.testkit.Seeded;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextScanTest {

  @TempDir Path folder;

  private Workspace workspace;

  @BeforeEach
  void open() throws IOException {
    workspace = Workspace.open(folder.toRealPath());
  }

  @AfterEach
  void close() {
    workspace.close();
  }

  /** Files of other encodings were searched as if they were UTF-8, or not at all. */
  @Test
  void everyEncodingIsRead() throws IOException {
    write("utf8.txt", "x\ncaf\u00e9 caf\u00c9".getBytes(StandardCharsets.UTF_8));
    write("mark.txt", "\ufeffcaf\u00e9".getBytes(StandardCharsets.UTF_8));
    write("latin1.txt", "\u00e4\u00e4 caf\u00e9\r\n".getBytes(StandardCharsets.ISO_8859_1));
    write("little.txt", "\ufeff\nx caf\u00e9".getBytes(StandardCharsets.UTF_16LE));
    write("big.txt", "\ufeffcaf\u00e9\n".getBytes(StandardCharsets.UTF_16BE));
    write("binary.bin", "caf\u00e9\0".getBytes(StandardCharsets.UTF_8));
    write("utf32.bin", new byte[] {(byte) 0xFF, (byte) 0xFE, 0, 0, 'c', 0, 0, 0});
    write("empty.txt", new byte[0]);
    write("half.txt", new byte[] {(byte) 0xFE, (byte) 0xFF, 'c'});

    for (var query : List.of("caf\u00e9", "CAF\u00c9", "af")) {
      var found = search(query, 50);

      assertThat(found.matches().stream().map(TextScanTest::shown))
          .as(query)
          .containsExactly(
              "big.txt:1:" + (query.equals("af") ? 2 : 1),
              "latin1.txt:1:" + (query.equals("af") ? 5 : 4),
              "little.txt:2:" + (query.equals("af") ? 4 : 3),
              "mark.txt:1:" + (query.equals("af") ? 2 : 1),
              "utf8.txt:2:" + (query.equals("af") ? 2 : 1));
      assertThat(found.matches().get(1).preview()).isEqualTo("\u00e4\u00e4 caf\u00e9");
      assertThat(found.skipped()).isEqualTo(Map.of(SkipReason.BINARY, 2));
      assertThat(found.searched()).isEqualTo(7);
    }
  }

  /** One generated file took all fifty places of an answer. */
  @Test
  void everyFileGetsItsShare() throws IOException {
    write("a.txt", "x\n".repeat(100));
    write("b.txt", "x\nx\n");
    write("c.txt", "x\n");
    var found = search("x", 6);
    assertThat(found.matches().stream().map(TextScanTest::shown))
        .containsExactly(
            "a.txt:1:1", "b.txt:1:1", "c.txt:1:1", "a.txt:2:1", "b.txt:2:1", "a.txt:3:1");
    assertThat(found.total()).isEqualTo(103);
    assertThat(found.following()).isEqualTo(103);
    assertThat(found.matchingFiles()).isEqualTo(3);
  }

  /** Results came in the order in which threads found them: no two answers were the same. */
  @RepeatedTest(3)
  void pagesJoinToTheWholeWhateverTheThreadsDo() throws Exception {
    var random = Seeded.random();
    var total = 0;
    for (var i = 0; i < 200; i++) {
      var lines = random.nextInt(random.nextInt(20) == 0 ? 300 : 6);
      total += lines;
      write("d%d/f%d.txt".formatted(random.nextInt(5), i), "a\nneedle\n".repeat(lines));
    }
    var whole = search("needle", 100_000).matches();
    assertThat(whole).hasSize(total);
    assertThat(whole).isSortedAccordingTo((a, b) -> a.place().compareTo(b.place()));
    try (var threads = Executors.newFixedThreadPool(4)) {
      var joined = new ArrayList<TextMatch>();
      var after = TextPlace.START;
      while (joined.size() < total) {
        try (var scan =
            workspace.scan(
                query("needle", _ -> true, after, 1 + random.nextInt(90)), CancelToken.create())) {
          var running = new ArrayList<Future<?>>();
          for (var i = 0; i < 4; i++) {
            running.add(threads.submit(() -> drain(scan)));
          }
          for (var each : running) {
            each.get();
          }
          var page = scan.result();
          assertThat(page.following()).isEqualTo(total - joined.size());
          assertThat(page.total()).isEqualTo(total);
          joined.addAll(page.matches());
          after = joined.getLast().place();
        }
      }
      assertThat(joined).isEqualTo(whole);
    }
  }

  /**
   * Of a file of line feeds every one was kept until its end: a gigabyte for an answer of fifty.
   */
  @Test
  void ofAFileNoMoreIsKeptThanIsGiven() throws IOException {
    write("a.txt", "\n".repeat(4_000_000));
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    var before = threads.getCurrentThreadAllocatedBytes();
    var query = new TextQuery(TextPattern.of("^", true, true), _ -> true, TextPlace.START, 0, 50);
    try (var scan = workspace.scan(query, CancelToken.create())) {
      drain(scan);
      var found = scan.result();
      assertThat(found.total()).isEqualTo(4_000_000);
      assertThat(found.matches()).hasSize(50);
      assertThat(found.matches().getLast().line()).isEqualTo(50);
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(400_000_000);
  }

  @Test
  void linesAroundAMatchComeWithIt() throws IOException {
    write("a.txt", "1\r\n2\r\nneedle\r\n4\r\n");
    var query =
        new TextQuery(TextPattern.of("needle", false, true), _ -> true, TextPlace.START, 3, 9);
    try (var scan = workspace.scan(query, CancelToken.create())) {
      drain(scan);
      var match = scan.result().matches().getFirst();
      assertThat(match.before()).containsExactly("1", "2");
      assertThat(match.preview()).isEqualTo("needle");
      assertThat(match.after()).containsExactly("4");
      assertThat(match.line()).isEqualTo(3);
    }
  }

  /** A deadline threw away what had been found, or was looked at between files only. */
  @Test
  void aDeadlineInTheMiddleOfAFileLeavesWhatWasFound() throws IOException {
    write("a.txt", "needle\n");
    var random = Seeded.random();
    var noise = new StringBuilder();
    for (var i = 0; i < 4_000_000; i++) {
      noise.append(random.nextBoolean() ? 'a' : 'b');
    }
    write("b.txt", noise.toString());
    write("c.txt", "needle\n");
    // Of so many bits before it each step depends that hardly any was taken before.
    var pattern = TextPattern.of("needle|(a|b)*a[ab]{900}c", true, true);
    var token = CancelToken.withDeadline(Duration.ofSeconds(1));
    try (var scan =
        workspace.scan(new TextQuery(pattern, _ -> true, TextPlace.START, 0, 9), token)) {
      assertThat(scan.work()).isTrue(); // has listed
      assertThat(scan.work()).isFalse();
      assertThat(scan.work()).isFalse();
      var found = scan.result();
      assertThat(found.matches().stream().map(TextScanTest::shown)).containsExactly("a.txt:1:1");
      assertThat(found.timeUp()).isTrue();
      assertThat(found.searched()).isEqualTo(1);
    }
  }

  /** Whoever had waited until time was up was told nothing of the search. */
  @Test
  void thereMayBeNoTimeAtAll() {
    try (var scan =
        workspace.scan(
            new TextQuery(TextPattern.of("x", true, true), _ -> true, TextPlace.START, 0, 99),
            CancelToken.create())) {
      scan.giveUp();
      var found = scan.result();
      assertThat(found.timeUp()).isTrue();
      assertThat(found.matches()).isEmpty();
    }
  }

  /** Sixteen files that took a second each held a thread for all that time: nobody had a turn. */
  @Test
  void aSliceEndsBehindAFileThatTakesLong() throws IOException {
    var random = Seeded.random();
    var noise = new StringBuilder();
    for (var i = 0; i < 300_000; i++) {
      noise.append(random.nextBoolean() ? 'a' : 'b');
    }
    write("a.txt", noise.toString());
    for (var i = 0; i < 15; i++) {
      write("b%d.txt".formatted(i), "needle");
    }
    var pattern = TextPattern.of("needle|(a|b)*a[ab]{300}c", true, true);
    try (var scan =
        workspace.scan(
            new TextQuery(pattern, _ -> true, TextPlace.START, 0, 99), CancelToken.create())) {
      assertThat(scan.work()).isTrue(); // has listed
      assertThat(scan.work()).isTrue();
      assertThat(scan.result().searched()).isEqualTo(1);
      drain(scan);
      assertThat(scan.result().searched()).isEqualTo(16);
      assertThat(scan.result().matches()).hasSize(15);
    }
  }

  @Test
  void aCancelledSearchSaysSo() throws IOException {
    write("a.txt", "needle\n");
    var token = CancelToken.create();
    try (var scan = workspace.scan(query("needle", _ -> true, TextPlace.START, 9), token)) {
      token.cancel();
      assertThatThrownBy(scan::work)
          .isInstanceOfSatisfying(
              CodeintelException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
    }
  }

  /** A folder was swapped for a link while it was searched, and what lay outside was shown. */
  @Test
  void aFolderThatTurnsIntoALinkLeadsNowhere() throws Exception {
    var outside = Files.createDirectory(folder.resolve("outside"));
    Files.writeString(outside.resolve("f.txt"), "needle of another");
    var inside = Files.createDirectories(folder.resolve("tree/a/b"));
    Files.writeString(inside.resolve("f.txt"), "needle of ours");
    var parked = folder.resolve("parked");
    var done = new AtomicBoolean();
    var scans = new AtomicInteger();
    try (var tree = Workspace.open(folder.resolve("tree"));
        var threads = Executors.newSingleThreadExecutor()) {
      var swapping =
          threads.submit(
              () -> {
                for (var swaps = 0; !done.get(); swaps++) {
                  Files.move(inside, parked);
                  Files.createSymbolicLink(inside, outside);
                  Files.delete(inside);
                  Files.move(parked, inside);
                  // Now and then for a whole scan, or none might ever find the folder in its place.
                  for (var now = scans.get();
                      swaps % 8 == 0 && scans.get() < now + 2 && !done.get(); ) {
                    Thread.onSpinWait();
                  }
                }
                return null;
              });
      var seen = 0;
      try {
        for (var i = 0; i < 1_000; i++) {
          try (var scan =
              tree.scan(query("needle", _ -> true, TextPlace.START, 9), CancelToken.create())) {
            drain(scan);
            for (var match : scan.result().matches()) {
              assertThat(match.preview()).isEqualTo("needle of ours");
              seen++;
            }
          }
          scans.incrementAndGet();
        }
      } finally {
        done.set(true);
      }
      swapping.get();
      assertThat(seen).isPositive();
    }
  }

  @Test
  void whatIsGoneOrTooLargeByNowIsCounted() throws IOException {
    write("a.txt", "needle");
    write("b.txt", "needle");
    write("c.txt", "needle");
    try (var scan =
        workspace.scan(query("needle", _ -> true, TextPlace.START, 9), CancelToken.create())) {
      assertThat(scan.work()).isTrue(); // has listed
      Files.delete(folder.resolve("a.txt"));
      write("b.txt", "needle\n".repeat(600_000));
      drain(scan);
      var found = scan.result();
      assertThat(found.matches().stream().map(TextScanTest::shown)).containsExactly("c.txt:1:1");
      assertThat(found.skipped())
          .isEqualTo(Map.of(SkipReason.UNREADABLE, 1, SkipReason.TOO_LARGE, 1));
    }
  }

  private TextMatches search(String query, int matchesMax) {
    try (var scan =
        workspace.scan(
            query(query, _ -> true, TextPlace.START, matchesMax), CancelToken.create())) {
      drain(scan);
      return scan.result();
    }
  }

  private static TextQuery query(
      String query, Predicate<SourceFile> files, TextPlace after, int matchesMax) {
    return new TextQuery(TextPattern.of(query, false, false), files, after, 0, matchesMax);
  }

  private static void drain(TextScan scan) {
    var more = true;
    while (more) {
      more = scan.work();
    }
  }

  private static String shown(TextMatch match) {
    return "%s:%d:%d".formatted(match.path(), match.line(), match.columns().getFirst());
  }

  private void write(String path, String text) throws IOException {
    write(path, text.getBytes(StandardCharsets.UTF_8));
  }

  private void write(String path, byte[] bytes) throws IOException {
    Files.createDirectories(folder.resolve(path).getParent());
    Files.write(folder.resolve(path), bytes);
  }
}
