package dev.codeintel.transport;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * Splits bytes into lines at {@code \n}; a {@code \r} before it belongs to the line end, blank
 * lines are left out. A line that is too long is skipped without being kept.
 */
final class Lines {

  /**
   * One line.
   *
   * @param bytes without the line end; empty when the line was too long
   */
  record Line(byte[] bytes, boolean tooLong) {}

  private static final int BUFFER_BYTES = 64 << 10;

  private final InputStream in;
  private final int bytesMax;
  private final byte[] buffer = new byte[BUFFER_BYTES];

  private int next;
  private int end;

  Lines(InputStream in, int bytesMax) {
    this.in = in;
    this.bytesMax = bytesMax;
  }

  /** The next line; empty at the end. A last line without a line end counts as one. */
  Optional<Line> next() throws IOException {
    while (true) {
      var line = read();
      if (line.isEmpty() || line.get().tooLong() || !isBlank(line.get().bytes())) {
        return line;
      }
    }
  }

  private Optional<Line> read() throws IOException {
    var line = new ByteArrayOutputStream();
    var tooLong = false;
    var begun = false;
    while (true) {
      if (next == end && !fill()) {
        return begun ? Optional.of(ended(line, tooLong)) : Optional.empty();
      }
      begun = true;
      var stop = next;
      while (stop < end && buffer[stop] != '\n') {
        stop++;
      }
      // One more byte than allowed may be kept: it may be the \r of the line end.
      if (tooLong || line.size() + (stop - next) > bytesMax + 1) {
        tooLong = true;
        line = new ByteArrayOutputStream();
      } else {
        line.write(buffer, next, stop - next);
      }
      var complete = stop < end;
      next = complete ? stop + 1 : stop;
      if (complete) {
        return Optional.of(ended(line, tooLong));
      }
    }
  }

  private Line ended(ByteArrayOutputStream line, boolean tooLong) {
    var bytes = line.toByteArray();
    if (bytes.length > 0 && bytes[bytes.length - 1] == '\r') {
      bytes = Arrays.copyOf(bytes, bytes.length - 1);
    }
    return tooLong || bytes.length > bytesMax
        ? new Line(new byte[0], true)
        : new Line(bytes, false);
  }

  private boolean fill() throws IOException {
    next = 0;
    end = Math.max(in.read(buffer), 0);
    return end > 0;
  }

  private static boolean isBlank(byte[] line) {
    for (var value : line) {
      if (value != ' ' && value != '\t' && value != '\r') {
        return false;
      }
    }
    return true;
  }
}
