package dev.codeintel.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.testkit.Seeded;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Text read bit by bit is the text that is read whole. */
class StreamedTextTest {

  private static final int BLOCK = 1 << 16;

  @TempDir Path temp;

  private OpenedFile open(byte[] bytes) throws IOException {
    Files.write(temp.resolve("f"), bytes);
    return new RootFolder(temp.toRealPath()).open("f");
  }

  private void assertSame(byte[] bytes, Random random) throws IOException {
    var whole = SourceText.of(bytes);
    try (var file = open(bytes)) {
      var streamed = StreamedText.of(file, "f", CancelToken.create());
      assertThat(streamed.encoding()).isEqualTo(whole.encoding());
      assertThat(streamed.encodingGuessed()).isEqualTo(whole.encodingGuessed());
      assertThat(streamed.binary()).isEqualTo(whole.binary());
      assertThat(streamed.size()).isEqualTo(whole.size());
      assertThat(streamed.lineCount()).isEqualTo(whole.lineCount());
      for (var i = 0; i < 10 && whole.lineCount() > 0; i++) {
        var first = i == 0 ? whole.lineCount() : 1 + random.nextInt(whole.lineCount());
        var last = first + random.nextInt(Math.min(50, whole.lineCount() - first + 1));
        var chars = whole.lineChars(first);
        assertThat(streamed.lineChars(first)).as("line %s", first).isEqualTo(chars);
        var skipped = random.nextBoolean() ? 0 : random.nextInt(chars);
        var at = whole.lineStartChar(first) + skipped;
        if (skipped > 0 && Character.isLowSurrogate(whole.text().charAt(at))) {
          skipped--;
        }
        for (var most : List.of(1, 2, 100, 80_000)) {
          assertThat(streamed.excerpt(first, skipped, last, most))
              .as("lines %s to %s, %s skipped, %s chars", first, last, skipped, most)
              .isEqualTo(whole.excerpt(first, skipped, last, most));
        }
      }
    }
  }

  private static byte[] concat(byte[] head, byte[] tail) {
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(head);
    bytes.writeBytes(tail);
    return bytes.toByteArray();
  }

  private static String text(Random random, int chars, List<String> letters) {
    var text = new StringBuilder();
    var line = 0;
    while (text.length() < chars) {
      if (--line < 0) {
        line = random.nextInt(random.nextInt(20) == 0 ? 2 * BLOCK : 120);
        text.append(random.nextInt(3) == 0 ? "\r\n" : "\n");
      }
      text.append(letters.get(random.nextInt(letters.size())));
    }
    return text.append(random.nextBoolean() ? "\n" : "").toString();
  }

  @RepeatedTest(2)
  void everyEncodingIsReadAlike() throws IOException {
    var random = Seeded.random();
    var plain = List.of("a", "b", " ", "\t", "\r");
    var letters = List.of("a", "\u00e4", "\u20ac", "\ud83d\ude00", "x", "\u2028");
    var some = text(random, 3 * BLOCK, letters);
    assertSame(text(random, 3 * BLOCK, plain).getBytes(StandardCharsets.UTF_8), random);
    assertSame(some.getBytes(StandardCharsets.UTF_8), random);
    assertSame(("\uFEFF" + some).getBytes(StandardCharsets.UTF_8), random);
    assertSame(("\uFEFF" + some).getBytes(StandardCharsets.UTF_16LE), random);
    assertSame(("\uFEFF" + some).getBytes(StandardCharsets.UTF_16BE), random);
    // Lone surrogates, and half a char at the end.
    var halves = text(random, BLOCK, List.of("a", "\ud83d", "\ude00"));
    var units = new byte[2 * halves.length() + 3];
    units[0] = (byte) 0xFE;
    units[1] = (byte) 0xFF;
    for (var i = 0; i < halves.length(); i++) {
      units[2 + 2 * i] = (byte) (halves.charAt(i) >> 8);
      units[3 + 2 * i] = (byte) halves.charAt(i);
    }
    assertSame(units, random);
    var latin = text(random, 3 * BLOCK, List.of("a", "\u00e4", "\u00df"));
    assertSame(latin.getBytes(Charset.forName("windows-1252")), random);
    assertSame((latin + "\u0081").getBytes(StandardCharsets.ISO_8859_1), random);
    // UTF-8 but for the very end: the last character is cut.
    var cut = (some + "\u20ac").getBytes(StandardCharsets.UTF_8);
    assertSame(java.util.Arrays.copyOf(cut, cut.length - 1), random);
  }

  @Test
  void aCharacterMayLieAcrossBlocks() throws IOException {
    var random = Seeded.random();
    for (var letter : List.of("\u00e4", "\u20ac", "\ud83d\ude00", "\u0000", "\n", "\r\n")) {
      for (var before = BLOCK - 5; before <= BLOCK + 1; before++) {
        var text = "x".repeat(before) + letter + "y\nz";
        assertSame(text.getBytes(StandardCharsets.UTF_8), random);
        assertSame(("\uFEFF" + text).getBytes(StandardCharsets.UTF_16LE), random);
      }
    }
  }

  @Test
  void smallAndOddFiles() throws IOException {
    var random = Seeded.random();
    for (var text : List.of("", "\n", "a", "a\n", "\n\n", "\uFEFF", "\uFEFF\n", "a\0b", "\r")) {
      assertSame(text.getBytes(StandardCharsets.UTF_8), random);
      assertSame(("\uFEFF" + text).getBytes(StandardCharsets.UTF_16BE), random);
    }
    assertSame(new byte[] {(byte) 0xFF, (byte) 0xFE, 0, 0, 'a', 0, 0, 0}, random);
    assertSame(new byte[] {(byte) 0xFF, (byte) 0xFE, 'a'}, random);
    assertSame(new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF, (byte) 0xC3}, random);
    assertSame(concat(new byte[Limits.BINARY_PROBE_BYTES - 1], new byte[] {1}), random);
    assertSame(
        concat("x".repeat(Limits.BINARY_PROBE_BYTES).getBytes(StandardCharsets.UTF_8), new byte[3]),
        random);
  }

  /** A file that was mapped and then cut ended the virtual machine. */
  @Test
  void aFileThatIsCutMeanwhileEndsWhereItEnds() throws IOException {
    var bytes = "0123456789abcde\n".repeat(20_000).getBytes(StandardCharsets.UTF_8);
    try (var file = open(bytes);
        var other = new RandomAccessFile(temp.resolve("f").toFile(), "rw")) {
      other.setLength(BLOCK + 8);
      var streamed = StreamedText.of(file, "f", CancelToken.create());
      assertThat(streamed.size()).isEqualTo(BLOCK + 8);
      assertThat(streamed.lineCount()).isEqualTo(BLOCK / 16 + 1);
      assertThat(streamed.excerpt(BLOCK / 16 + 1, 0, BLOCK / 16 + 1, 100)).isEqualTo("01234567");
      other.setLength(20);
      assertThat(streamed.excerpt(BLOCK / 16 - 10, 0, BLOCK / 16, 1_000)).isNotNull();
      assertThat(streamed.lineChars(BLOCK / 16)).isNotNegative();
    }
    try (var file = open(bytes)) {
      Files.write(
          temp.resolve("f"),
          "more\n".getBytes(StandardCharsets.UTF_8),
          java.nio.file.StandardOpenOption.APPEND);
      var streamed = StreamedText.of(file, "f", CancelToken.create());
      assertThat(streamed.lineCount()).isEqualTo(20_000);
    }
  }

  @Test
  void readingStopsWhenItIsCancelled() throws IOException {
    var cancel = CancelToken.create();
    cancel.cancel();
    try (var file = open(new byte[10])) {
      assertThatThrownBy(() -> StreamedText.of(file, "f", cancel))
          .isInstanceOfSatisfying(
              CodeintelException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
    }
  }
}
