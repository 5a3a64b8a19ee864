package dev.codeintel.repo;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CancelToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The text of a file that is too large to be kept. It is read once, block by block, to learn its
 * encoding and how many lines each block begins behind; after that only where it is looked at. What
 * comes to stand behind the end that it had when it was opened does not count. A file that changes
 * in the middle gives a mixture, as it would anybody who reads it. For one thread, while the file
 * is open.
 */
final class StreamedText implements FileText {

  private static final int BLOCK_BYTES = 1 << 16;

  private final OpenedFile file;
  private final String path;
  private final CancelToken cancel;
  private final byte[] block = new byte[BLOCK_BYTES];

  private Encoding encoding;
  private int mark; // bytes of the byte order mark
  private int end; // behind the last byte of the text
  private int size;
  private int lineCount;
  private int[] linesBefore; // line ends before each block

  /** Which block lies in {@link #block}, and how long it is. */
  private int loaded = -1;

  private int loadedBytes;

  private StreamedText(OpenedFile file, String path, CancelToken cancel) {
    this.file = file;
    this.path = path;
    this.cancel = cancel;
  }

  /**
   * Reads a file of at most {@link Limits#OPEN_FILE_BYTES_MAX} bytes.
   *
   * @param path for messages
   * @throws dev.codeintel.ops.CodeintelException {@code path-not-found} where it cannot be read
   *     (later calls, too), {@code cancelled}, {@code timeout}
   */
  static StreamedText of(OpenedFile file, String path, CancelToken cancel) {
    var text = new StreamedText(file, path, cancel);
    text.survey();
    return text;
  }

  private void survey() {
    size = Math.toIntExact(Math.min(file.attributes().size(), Limits.OPEN_FILE_BYTES_MAX));
    load(0);
    var head = Arrays.copyOf(block, loadedBytes);
    var little = SourceText.startsWith(head, 0xFF, 0xFE);
    if (SourceText.startsWith(head, 0xFF, 0xFE, 0, 0)) {
      encoding = Encoding.BINARY;
    } else if (little || SourceText.startsWith(head, 0xFE, 0xFF)) {
      encoding = little ? Encoding.UTF_16LE : Encoding.UTF_16BE;
      mark = 2;
    } else if (new String(
                head,
                0,
                Math.min(head.length, Limits.BINARY_PROBE_BYTES),
                StandardCharsets.ISO_8859_1)
            .indexOf('\0')
        >= 0) {
      encoding = Encoding.BINARY;
    } else {
      encoding = Encoding.UTF_8;
      mark = SourceText.startsWith(head, 0xEF, 0xBB, 0xBF) ? 3 : 0;
    }
    linesBefore = new int[(size + BLOCK_BYTES - 1) / BLOCK_BYTES];
    if (encoding.wide()) {
      surveyWide();
    } else if (encoding != Encoding.BINARY) {
      surveyBytes();
    }
    if (encoding == Encoding.BINARY) {
      lineCount = 0;
    } else if (end > mark && !isLineEnd(end - width())) {
      lineCount++;
    }
  }

  private void surveyWide() {
    end = mark;
    for (var i = 0; i < linesBefore.length; i++) {
      load(i);
      linesBefore[i] = lineCount;
      for (var at = i == 0 ? mark : 0; at + 1 < loadedBytes; at += 2) {
        var c = unit(at);
        if (c == 0) {
          encoding = Encoding.BINARY;
          return;
        }
        lineCount += c == '\n' ? 1 : 0;
      }
      end = i * BLOCK_BYTES + (loadedBytes & ~1);
      cutBehind(i);
    }
  }

  private void surveyBytes() {
    var utf8 = new Utf8();
    var undefined = false;
    for (var i = 0; i < linesBefore.length; i++) {
      load(i);
      linesBefore[i] = lineCount;
      for (var at = 0; at < loadedBytes; at++) {
        lineCount += block[at] == '\n' ? 1 : 0;
        undefined |= Encoding.isUndefined(block[at]);
      }
      end = i * BLOCK_BYTES + loadedBytes;
      var from = i == 0 ? mark : 0;
      utf8.add(block, from, loadedBytes - from);
      cutBehind(i);
    }
    if (!utf8.ended()) {
      encoding = undefined ? Encoding.ISO_8859_1 : Encoding.WINDOWS_1252;
      mark = 0;
    }
  }

  /** Takes a file that became shorter meanwhile for what it is now. */
  private void cutBehind(int index) {
    var bytes = index * BLOCK_BYTES + loadedBytes;
    if (bytes < Math.min(size, (index + 1) * BLOCK_BYTES)) {
      size = bytes;
      linesBefore = Arrays.copyOf(linesBefore, index + 1);
    }
  }

  /** Whether bytes are UTF-8, as strictly as {@link SourceText} is. */
  private static final class Utf8 {

    private final CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private final ByteBuffer bytes = ByteBuffer.allocate(BLOCK_BYTES + 4);
    private final CharBuffer chars = CharBuffer.allocate(BLOCK_BYTES + 4);
    private boolean valid = true;

    void add(byte[] more, int from, int count) {
      if (valid) {
        bytes.put(more, from, count);
        decode(false);
        bytes.compact(); // a character may begin in one block and end in the next
      }
    }

    boolean ended() {
      if (valid) {
        decode(true);
      }
      return valid;
    }

    private void decode(boolean isEnd) {
      valid = !decoder.decode(bytes.flip(), chars.clear(), isEnd).isError();
    }
  }

  @Override
  public boolean binary() {
    return encoding == Encoding.BINARY;
  }

  @Override
  public String encoding() {
    return encoding.label();
  }

  @Override
  public boolean encodingGuessed() {
    return encoding.guessed();
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public int lineCount() {
    return lineCount;
  }

  @Override
  public int lineChars(int line) {
    var chars = 0;
    for (var at = lineStart(line); at < end; at += width()) {
      chars += chars(at);
      if (isLineEnd(at)) {
        break;
      }
    }
    return chars;
  }

  @Override
  public String excerpt(int first, int skipped, int last, int charsMax) {
    var from = lineStart(first);
    for (var chars = 0; from < end && (chars < skipped || chars(from) == 0); from += width()) {
      chars += chars(from);
    }
    var longest = encoding.wide() ? 2 : encoding == Encoding.UTF_8 ? 3 : 1; // bytes of a char
    var bytes = new byte[(int) Math.min(end - from, (charsMax + 1L) * longest)];
    var copied = 0;
    while (copied < bytes.length) {
      load((from + copied) / BLOCK_BYTES);
      var offset = offset(from + copied);
      var part = Math.min(bytes.length - copied, loadedBytes - offset);
      if (part <= 0) {
        bytes = Arrays.copyOf(bytes, copied); // the file was cut meanwhile
      } else {
        System.arraycopy(block, offset, bytes, copied, part);
        copied += part;
      }
    }
    return cut(decode(bytes), last - first + 1, charsMax);
  }

  /** A character that does not fit at the end is left out. */
  private String decode(byte[] bytes) {
    if (encoding.wide()) {
      return SourceText.decodeUtf16(bytes, 0, bytes.length, encoding == Encoding.UTF_16LE);
    }
    var chars = CharBuffer.allocate(bytes.length);
    encoding
        .charset()
        .newDecoder()
        .onMalformedInput(CodingErrorAction.REPLACE)
        .onUnmappableCharacter(CodingErrorAction.REPLACE)
        .decode(ByteBuffer.wrap(bytes), chars, false);
    return chars.flip().toString();
  }

  private static String cut(String text, int lines, int charsMax) {
    var to = 0;
    for (var line = 0; line < lines && to < text.length(); line++) {
      var lineEnd = text.indexOf('\n', to);
      to = lineEnd < 0 ? text.length() : lineEnd + 1;
    }
    to = Math.min(to, charsMax);
    var inPair = to > 0 && to < text.length() && Character.isHighSurrogate(text.charAt(to - 1));
    return text.substring(0, inPair ? to - 1 : to);
  }

  /** Where a line starts, in bytes. */
  private int lineStart(int line) {
    if (line < 1 || line > lineCount) {
      throw new IndexOutOfBoundsException("line " + line + " of " + lineCount);
    }
    if (line == 1) {
      return mark;
    }
    // The last block before which there are fewer line ends than before the line.
    var found = Arrays.binarySearch(linesBefore, line - 1);
    var index = found < 0 ? -found - 2 : found;
    while (linesBefore[index] >= line - 1) {
      index--;
    }
    var lines = linesBefore[index];
    for (var at = Math.max(index * BLOCK_BYTES, mark); at < end; at += width()) {
      lines += isLineEnd(at) ? 1 : 0;
      if (lines == line - 1) {
        return at + width();
      }
    }
    return end;
  }

  private int width() {
    return encoding.wide() ? 2 : 1;
  }

  /** How many chars begin at a byte, or at two of them. */
  private int chars(int at) {
    if (encoding != Encoding.UTF_8) {
      return 1;
    }
    load(at / BLOCK_BYTES);
    var b = block[offset(at)] & 0xFF;
    return (b & 0xC0) == 0x80 ? 0 : b < 0xF0 ? 1 : 2;
  }

  private boolean isLineEnd(int at) {
    load(at / BLOCK_BYTES);
    return encoding.wide() ? unit(offset(at)) == '\n' : block[offset(at)] == '\n';
  }

  private char unit(int offset) {
    var first = block[offset] & 0xFF;
    var second = block[offset + 1] & 0xFF;
    return (char) (encoding == Encoding.UTF_16LE ? second << 8 | first : first << 8 | second);
  }

  private static int offset(int at) {
    return at % BLOCK_BYTES;
  }

  /** Sees to it that a block lies in memory; what the file has no more of is zeros. */
  private void load(int index) {
    if (index == loaded) {
      return;
    }
    cancel.check();
    try {
      var start = index * BLOCK_BYTES;
      loadedBytes = read(file.channel(), start, Math.clamp(size - start, 0, BLOCK_BYTES));
      Arrays.fill(block, loadedBytes, BLOCK_BYTES, (byte) 0);
      loaded = index;
    } catch (IOException e) {
      throw RootFolder.unreadable(path, e);
    }
  }

  private int read(SeekableByteChannel channel, int from, int count) throws IOException {
    channel.position(from);
    var buffer = ByteBuffer.wrap(block, 0, count);
    while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
      continue;
    }
    return buffer.position();
  }
}
