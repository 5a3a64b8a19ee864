package dev.codeintel.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.testkit.Seeded;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class LinesTest {

  private static final int MOST = 10;

  /** A client on Windows ends its lines with a carriage return; some send blank lines between. */
  @Test
  void lineEndsAreTakenOffAndBlankLinesLeftOut() throws IOException {
    assertThat(read("a\r\n\n \t\r\nb\rc\n\r\n  d \nlast"))
        .containsExactly("a", "b\rc", "  d ", "last");
    assertThat(read("")).isEmpty();
    assertThat(read("\n\n")).isEmpty();
  }

  /** The longest line that is allowed was refused when it ended with a carriage return. */
  @Test
  void theLimitIsExact() throws IOException {
    var most = "x".repeat(MOST);
    assertThat(read(most + "\n" + most + "\r\n" + most)).containsExactly(most, most, most);
    assertThat(read(most + "y\nb\n" + most + "y\r\nc\n" + most + "y"))
        .containsExactly("TOO LONG", "b", "TOO LONG", "c", "TOO LONG");
  }

  /** A line of a hundred megabytes must be skipped, not kept. */
  @Test
  void aLongLineIsNotKept() throws IOException {
    var left = new long[] {100L << 20};
    var in =
        new InputStream() {
          @Override
          public int read() {
            return left[0]-- > 0 ? 'x' : -1;
          }

          @Override
          public int read(byte[] bytes, int offset, int length) {
            if (left[0] <= 0) {
              return -1;
            }
            java.util.Arrays.fill(bytes, offset, offset + length, (byte) 'x');
            left[0] -= length;
            return length;
          }
        };
    var line = new Lines(in, MOST).next().orElseThrow();
    assertThat(line.tooLong()).isTrue();
    assertThat(line.bytes()).isEmpty();
  }

  /** Where the bytes of a line are cut apart on their way must not matter. */
  @RepeatedTest(20)
  void piecesDoNotMatter() throws IOException {
    var random = Seeded.random();
    var text = new StringBuilder();
    for (var i = 0; i < 500; i++) {
      text.append("ab\r\n\n".charAt(random.nextInt(5)));
    }
    var bytes = text.toString().getBytes(ISO_8859_1);
    var inPieces =
        new ByteArrayInputStream(bytes) {
          @Override
          public synchronized int read(byte[] target, int offset, int length) {
            return super.read(target, offset, Math.min(length, 1 + random.nextInt(7)));
          }
        };
    assertThat(read(inPieces)).isEqualTo(read(text.toString()));
  }

  private static List<String> read(String text) throws IOException {
    return read(new ByteArrayInputStream(text.getBytes(ISO_8859_1)));
  }

  private static List<String> read(InputStream in) throws IOException {
    var lines = new Lines(in, MOST);
    var found = new ArrayList<String>();
    for (var line = lines.next(); line.isPresent(); line = lines.next()) {
      found.add(line.get().tooLong() ? "TOO LONG" : new String(line.get().bytes(), ISO_8859_1));
    }
    return found;
  }
}
