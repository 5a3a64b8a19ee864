package dev.codeintel.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.config.Limits;
import dev.codeintel.testkit.Seeded;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class SourceTextTest {

  private static byte[] bytes(int... values) {
    var bytes = new byte[values.length];
    for (var i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  /** Unicode separators shifted every line number behind them. */
  @Test
  void onlyLineFeedsEndLines() {
    var text = SourceText.of("a\r\nb\rc\u2028d\u0085e\fg\n\n\u00E4\r");
    assertThat(text.lineCount()).isEqualTo(4);
    assertThat(text.line(1)).isEqualTo("a");
    assertThat(text.line(2)).isEqualTo("b\rc\u2028d\u0085e\fg");
    assertThat(text.line(3)).isEmpty();
    assertThat(text.line(4)).isEqualTo("\u00E4\r"); // no line end, so no part of one
    assertThat(text.lineStartByte(2)).isEqualTo(3);
    assertThat(text.lineEndByte(1)).isEqualTo(1);
    assertThatThrownBy(() -> text.line(0)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> text.line(5)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void aLastLineNeedsNoEndAndAnEmptyFileHasNoLine() {
    assertThat(SourceText.of("").lineCount()).isZero();
    assertThat(SourceText.of("\n").lineCount()).isEqualTo(1);
    assertThat(SourceText.of("a").lineCount()).isEqualTo(1);
    assertThat(SourceText.of("a\n").lineCount()).isEqualTo(1);
    assertThat(SourceText.of("a\nb").lineCount()).isEqualTo(2);
    assertThat(SourceText.of("\uFEFF").lineCount()).isZero();
  }

  @Test
  void aByteOrderMarkIsNoTextButTakesItsBytes() {
    var text = SourceText.of(bytes(0xEF, 0xBB, 0xBF, 'a', '\n', 'b'));
    assertThat(text.encoding()).isEqualTo("UTF-8");
    assertThat(text.text()).isEqualTo("a\nb");
    assertThat(text.lineStartByte(1)).isEqualTo(3);
    assertThat(text.lineEndByte(2)).isEqualTo(6);
    assertThat(text.size()).isEqualTo(6);
  }

  @Test
  void utf16IsReadByItsMarkAlone() {
    for (var charset : List.of("UTF-16LE", "UTF-16BE")) {
      var text = SourceText.of("\uFEFFa\r\n\uD83D\uDE00b".getBytes(Charset.forName(charset)));
      assertThat(text.encoding()).isEqualTo(charset);
      assertThat(text.encodingGuessed()).isFalse();
      assertThat(text.line(2)).isEqualTo("\uD83D\uDE00b");
      assertThat(text.lineStartByte(1)).isEqualTo(2);
      assertThat(text.lineStartByte(2)).isEqualTo(8);
      assertThat(text.lineEndByte(2)).isEqualTo(14);
      assertThat(SourceText.of("ab".getBytes(Charset.forName(charset))).binary()).isTrue();
    }
    // A lone half of a pair takes nobody along.
    var broken = SourceText.of(bytes(0xFF, 0xFE, 0x3D, 0xD8, 'a', 0, 'b', 0, 'c'));
    assertThat(broken.text()).isEqualTo("\uFFFDab");
    assertThat(broken.lineEndByte(1)).isEqualTo(8);
  }

  @Test
  void whatIsNoUtf8IsGuessedAndSaysSo() {
    var windows = SourceText.of(bytes('a', 0xE4, 0x80, '\n', 'b'));
    assertThat(windows.encoding()).isEqualTo("windows-1252");
    assertThat(windows.encodingGuessed()).isTrue();
    assertThat(windows.line(1)).isEqualTo("a\u00E4\u20AC");
    assertThat(windows.lineStartByte(2)).isEqualTo(4);
    var latin = SourceText.of(bytes(0xE4, 0x81));
    assertThat(latin.encoding()).isEqualTo("ISO-8859-1");
    assertThat(latin.text()).isEqualTo("\u00E4\u0081");
    // Overlong forms and halves of pairs are no UTF-8.
    assertThat(SourceText.of(bytes(0xC0, 0xAF)).encodingGuessed()).isTrue();
    assertThat(SourceText.of(bytes(0xED, 0xA0, 0x80)).encodingGuessed()).isTrue();
  }

  @Test
  void aNulNearTheStartMeansBinary() {
    var bytes = new byte[Limits.BINARY_PROBE_BYTES + 10];
    Arrays.fill(bytes, (byte) 'x');
    bytes[Limits.BINARY_PROBE_BYTES] = 0;
    assertThat(SourceText.of(bytes).binary()).isFalse();
    bytes[Limits.BINARY_PROBE_BYTES - 1] = 0;
    var binary = SourceText.of(bytes);
    assertThat(binary.binary()).isTrue();
    assertThat(binary.encoding()).isEqualTo("binary");
    assertThat(binary.text()).isEmpty();
    assertThat(binary.lineCount()).isZero();
    assertThat(binary.size()).isEqualTo(bytes.length);
    assertThat(SourceText.of(bytes(0xFF, 0xFE, 0, 0, 'a', 0, 0, 0)).binary()).isTrue();
  }

  @Test
  void theKeyIsTheHashOfTheBytesOnDisk() {
    assertThat(SourceText.of("").sha256())
        .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assertThat(SourceText.of("\uFEFFa").sha256()).isNotEqualTo(SourceText.of("a").sha256());
  }

  /** Offsets were characters called bytes. */
  @RepeatedTest(20)
  void offsetsPointAtTheLinesOnDisk() {
    var random = Seeded.random();
    var source = new StringBuilder(random.nextBoolean() ? "\uFEFF" : "");
    String[] parts = {"a", "\n", "\r\n", "\r", "\u00E4", "\u20AC", "\uD83D\uDE00", " ", "\u2028"};
    for (var i = random.nextInt(80); i > 0; i--) {
      source.append(parts[random.nextInt(parts.length)]);
    }
    var onDisk = source.toString().getBytes(StandardCharsets.UTF_8);
    var text = SourceText.of(onDisk);
    for (var line = 1; line <= text.lineCount(); line++) {
      var start = text.lineStartByte(line);
      var length = text.lineEndByte(line) - start;
      assertThat(new String(onDisk, start, length, StandardCharsets.UTF_8))
          .isEqualTo(text.line(line));
      assertThat(text.text().substring(text.lineStartChar(line), text.lineEndChar(line)))
          .isEqualTo(text.line(line));
      assertThat(start == 0 || onDisk[start - 1] == '\n' || start == 3 && line == 1).isTrue();
    }
  }
}
