package dev.codeintel.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.config.Limits;
import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.Seeded;
import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommitsTest {

  private static final ObjectId ID = ObjectId.zeroId();
  private static final String DATE = " 1700000000 +0100";

  @TempDir Path folder;

  /** Names came out as question marks, and one commit of 2006 failed a whole blame. */
  @Test
  void readsWhatGitReads() {
    var repo = GitRepo.init(folder);
    var commits =
        List.of(
            commit("", "Ada <ada@x>" + DATE, "One\ntwo\n\nthree", StandardCharsets.UTF_8),
            commit("ISO-8859-1", "Jörg <j@x>" + DATE, "Größe", StandardCharsets.ISO_8859_1),
            commit("latin-1", "Jörg <j@x>" + DATE, "Größe", StandardCharsets.ISO_8859_1),
            commit("Shift_JIS", "日本 <j@x>" + DATE, "漢字テスト", Charset.forName("Shift_JIS")),
            commit("EUC-JP", "日本 <j@x>" + DATE, "漢字テスト", Charset.forName("EUC-JP")),
            commit("", "J\u00f6rg <j@x>" + DATE, "Gr\u00f6", StandardCharsets.ISO_8859_1),
            commit("EUC-JP", "J\u00f6rg <j@x>" + DATE, "Gr\u00f6", StandardCharsets.ISO_8859_1),
            commit("no-such", "Jörg <j@x>" + DATE, "Größe", StandardCharsets.UTF_8),
            commit("b a d !", "Jörg <j@x>" + DATE, "Größe", StandardCharsets.UTF_8),
            commit("UTF-8", "名 <>" + DATE, "emoji \ud83d\ude00", StandardCharsets.UTF_8),
            commit("", "", "", StandardCharsets.UTF_8));
    for (var commit : commits) {
      assertThat(ours(commit)).isEqualTo(gits(repo, commit));
    }
  }

  /** An author line without an address ended the answer with an index out of bounds. */
  @Test
  void readsWhatNobodyShouldHaveWritten() {
    var repo = GitRepo.init(folder);
    var random = Seeded.random();
    for (var round = 0; round < 60; round++) {
      var commit = nasty(random);
      assertThat(ours(commit))
          .as(new String(commit, StandardCharsets.UTF_8))
          .isEqualTo(gits(repo, commit));
    }
  }

  /** The date of a commit in Kathmandu was shown in London. */
  @Test
  void keepsTheAuthorsOffset() {
    assertThat(date("0 +0545")).isEqualTo("1970-01-01T05:45+05:45");
    assertThat(date("1700000000 -0330")).isEqualTo("2023-11-14T18:43:20-03:30");
    assertThat(date("4102444800 +0000")).isEqualTo("2100-01-01T00:00Z");
    assertThat(date("253402300800 +0000")).isEqualTo("+10000-01-01T00:00Z");
  }

  /** An offset of a hundred hours, and a date beyond all calendars, were exceptions. */
  @Test
  void boundsWhatNoCalendarKnows() {
    assertThat(date("0 +9900")).isEqualTo("1970-01-01T18:00+18:00");
    assertThat(date("0 -2400")).isEqualTo("1969-12-31T06:00-18:00");
    assertThat(date("0 +99999999")).isEqualTo("1970-01-01T18:00+18:00"); // more seconds than an int
    assertThat(date("0 -99999999")).isEqualTo("1969-12-31T06:00-18:00");
    assertThat(date("0 +99999999999999999999")).isEqualTo("1970-01-01T00:00Z");
    assertThat(date("9999999999999999 +0000")).startsWith("+316889355");
    assertThat(date("99999999999999999999 +0100")).isEqualTo("1970-01-01T00:00Z");
    assertThat(date("-5 +0100")).isEqualTo("1970-01-01T00:00Z");
    assertThat(date("later")).isEqualTo("1970-01-01T00:00Z");
  }

  /** A summary with a carriage return drew over the line before it. */
  @Test
  void aSummaryIsOneLine() {
    assertThat(summary("a\rb\u000bc\fd\u0085e\u2028f\u2029g\u001b[31m h\r\ni\r\n\r\nj"))
        .isEqualTo("a b c d e f g\u001b[31m h i");
    assertThat(summary("\n \n\n  first \n second\n \t\nthird")).isEqualTo("  first  second");
    assertThat(summary("")).isEmpty();
  }

  /** A message of a megabyte filled the answer. */
  @Test
  void cutsWhatIsLong() {
    assertThat(summary("x".repeat(3_000_000))).hasSize(Limits.SUMMARY_CHARS_MAX).endsWith("xxx...");
    var smileys = summary("\ud83d\ude00".repeat(3_000));
    assertThat(smileys).endsWith("\ud83d\ude00...");
    assertThat(smileys.length()).isBetween(Limits.SUMMARY_CHARS_MAX - 1, Limits.SUMMARY_CHARS_MAX);
    var commit = commit("", "n".repeat(999) + " <m@x>" + DATE, "s", StandardCharsets.UTF_8);
    assertThat(Commits.read(ID, commit, Mailmap.NONE).author()).hasSize(Limits.AUTHOR_CHARS_MAX);
  }

  private static String date(String text) {
    var commit = commit("", "A <a@x> " + text, "s", StandardCharsets.UTF_8);
    return Commits.read(ID, commit, Mailmap.NONE).date().toString();
  }

  private static String summary(String message) {
    var commit = commit("", "A <a@x>" + DATE, message, StandardCharsets.UTF_8);
    return Commits.read(ID, commit, Mailmap.NONE).summary();
  }

  private static List<String> ours(byte[] bytes) {
    var commit = Commits.read(ID, bytes, Mailmap.NONE);
    return List.of(
        commit.author(),
        commit.email(),
        commit.date().toInstant() + " " + commit.date().getOffset(),
        commit.summary());
  }

  private static List<String> gits(GitRepo repo, byte[] bytes) {
    var id = repo.writeObject("commit", bytes);
    var format = "--format=%an%x00%ae%x00%ad%x00%s%x00";
    var fields = repo.git("log", "--no-walk", "--date=raw", format, id).split("\0", -1);
    var date = rawDate(fields[2]);
    return List.of(fields[0], fields[1], date.toInstant() + " " + date.getOffset(), fields[3]);
  }

  /** Raw, since git writes an offset of 99 minutes as {@code -00:99}, which no parser takes. */
  private static OffsetDateTime rawDate(String text) {
    if (text.isEmpty()) {
      return OffsetDateTime.parse("1970-01-01T00:00Z"); // git finds no date
    }
    var parts = text.split(" ");
    var offset = Integer.parseInt(parts[1]);
    var minutes = offset / 100 * 60 + offset % 100;
    return Instant.ofEpochSecond(Long.parseLong(parts[0]))
        .atOffset(ZoneOffset.ofTotalSeconds(60 * minutes));
  }

  private static byte[] commit(String encoding, String author, String message, Charset charset) {
    var text = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n";
    text += author.isEmpty() ? "" : "author " + author + "\n";
    text += "committer C <c@x> 1700000000 +0000\n";
    text += encoding.isEmpty() ? "" : "encoding " + encoding + "\n";
    text += "gpgsig -----BEGIN\n author No <no@x> 0 +0000\n";
    return (text + "\n" + message).getBytes(charset);
  }

  private static byte[] nasty(Random random) {
    var pieces =
        new ArrayList<>(
            List.of("<", ">", " ", "a", "\t", "@", "\u00e4", "3000000000", "+0100", "-0099", "<>"));
    pieces.addAll(
        List.of("> 1234567890 +0200", " <m@x> 1234567890 -0700", "\r", "\n", "\n\n", "xyz", " \n"));
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(
        "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n".getBytes(StandardCharsets.UTF_8));
    for (var header : List.of("author ", "committer ", "encoding ")) {
      if (random.nextInt(6) == 0 || header.startsWith("encoding") && random.nextInt(3) != 0) {
        continue;
      }
      bytes.writeBytes(header.getBytes(StandardCharsets.UTF_8));
      if (header.startsWith("encoding")) {
        bytes.writeBytes("ISO-8859-15".getBytes(StandardCharsets.UTF_8));
      } else {
        add(bytes, random, pieces.subList(0, 13));
      }
      bytes.write('\n');
    }
    bytes.write('\n');
    add(
        bytes,
        random,
        pieces.subList(0, pieces.size()).stream().filter(p -> !p.equals("\r")).toList());
    return bytes.toByteArray();
  }

  private static void add(ByteArrayOutputStream bytes, Random random, List<String> pieces) {
    var count = random.nextInt(9);
    for (var at = 0; at < count; at++) {
      var piece = pieces.get(random.nextInt(pieces.size()));
      bytes.writeBytes(
          piece.getBytes(
              random.nextBoolean() ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1));
    }
  }
}
