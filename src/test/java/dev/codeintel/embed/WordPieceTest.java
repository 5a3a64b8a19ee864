package dev.codeintel.embed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.testkit.Seeded;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class WordPieceTest {

  private static final WordPiece WORD_PIECE = WordPiece.load();

  /** A tokenizer of one's own is easily almost right: then the model reads other words. */
  @Test
  void givesTheIdsOfTheReferenceForTrickyTexts() {
    for (var line : golden()) {
      var tab = line.indexOf('\t');
      var text = unescape(line.substring(tab + 1));
      assertThat(ids(text))
          .as("text %s", line.substring(tab + 1))
          .isEqualTo(line.substring(0, tab));
    }
  }

  /** Right for made-up texts is not yet right for 60,000 tokens of a real program. */
  @Test
  void givesTheIdsOfTheReferenceForRealCode() throws Exception {
    var sources = Path.of("target", "test-repositories", "commons-csv-sources.jar");
    assertThat(sources).as("laid there by mvn generate-test-resources").exists();
    try (var jar = new JarFile(sources.toFile())) {
      for (var line : lines("/embed/wordpiece-files.tsv")) {
        var fields = line.split("\t");
        String text;
        try (var in = jar.getInputStream(jar.getEntry(fields[0]))) {
          text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        assertThat(WORD_PIECE.count(text)).as(fields[0]).isEqualTo(Integer.parseInt(fields[1]));
        var digest =
            MessageDigest.getInstance("SHA-256").digest(ids(text).getBytes(StandardCharsets.UTF_8));
        assertThat(HexFormat.of().formatHex(digest)).as(fields[0]).isEqualTo(fields[2]);
      }
    }
  }

  /** Texts of 1,000 characters were once cut there; the limit is the model's own, in tokens. */
  @Test
  void cutsAtTheGivenNumberOfIdsAndKeepsTheEnd() {
    var words = "alpha beta gamma ".repeat(400);
    var ids = WORD_PIECE.encode(words, 512);
    assertThat(ids).hasSize(512).startsWith(WordPiece.START).endsWith(WordPiece.END);
    var whole = WORD_PIECE.encode(words, Integer.MAX_VALUE);
    assertThat(Arrays.copyOf(ids, 511)).isEqualTo(Arrays.copyOf(whole, 511));
    assertThat(WORD_PIECE.count(words)).isEqualTo(whole.length - 2).isEqualTo(1_200);
  }

  /** A source file that says [SEP] must not end the model's input. */
  @Test
  void namesOfSpecialTokensArePlainText() {
    assertThat(WORD_PIECE.encode("x [SEP] [CLS] [MASK]", 64))
        .doesNotContain(103)
        .containsOnlyOnce(WordPiece.START)
        .containsOnlyOnce(WordPiece.END);
  }

  /** Half a surrogate pair, as JSON can carry it, ended the scan or became a word. */
  @Test
  void loneSurrogatesAreDropped() {
    assertThat(ids("a\ud800b \udc00c")).isEqualTo(ids("ab c"));
  }

  /** Chunks are cut by counting their parts: parts at blanks must add up to the whole. */
  @Test
  void countsAddUpAtBlanks() {
    var random = Seeded.random();
    var texts = golden().stream().map(line -> unescape(line.substring(line.indexOf('\t') + 1)));
    var all = texts.toList();
    for (var i = 0; i < 200; i++) {
      var left = all.get(random.nextInt(all.size()));
      var right = all.get(random.nextInt(all.size()));
      assertThat(WORD_PIECE.count(left + "\n" + right))
          .as("%s + %s", left, right)
          .isEqualTo(WORD_PIECE.count(left) + WORD_PIECE.count(right));
    }
  }

  private static String ids(String text) {
    var ids = WORD_PIECE.encode(text, Integer.MAX_VALUE);
    return Arrays.stream(ids, 1, ids.length - 1)
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(" "));
  }

  private static List<String> golden() {
    return lines("/embed/wordpiece-ids.tsv");
  }

  private static List<String> lines(String resource) {
    try (var in = WordPieceTest.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String unescape(String text) {
    var out = new StringBuilder();
    for (var at = 0; at < text.length(); at++) {
      if (text.charAt(at) != '\\') {
        out.append(text.charAt(at));
      } else if (text.charAt(at + 1) == '\\') {
        out.append('\\');
        at++;
      } else {
        out.append((char) Integer.parseInt(text, at + 2, at + 6, 16));
        at += 5;
      }
    }
    return out.toString();
  }
}
