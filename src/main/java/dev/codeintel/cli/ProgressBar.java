package dev.codeintel.cli;

import dev.codeintel.ops.Pace;
import dev.codeintel.ops.Progress;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Shows a person how far a run is: a bar that stays on its line in a terminal, a plain line now and
 * then elsewhere. Safe for use by any thread.
 */
final class ProgressBar implements Progress, AutoCloseable {

  private static final int CELLS = 24;
  private static final long BAR_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LINE_EVERY_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final String CLEAR_LINE = "\r\033[K";

  private final PrintStream out;
  private final boolean terminal;
  private final Pace pace = new Pace();
  private String phase = "";
  private long shownNanos;
  private boolean barShown;

  ProgressBar(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** One on stderr. */
  static ProgressBar onStderr() {
    return new ProgressBar(System.err, isTerminal(Path.of("/proc/self/fd/2")));
  }

  private static boolean isTerminal(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).startsWith("/dev/pts")
          || Files.readSymbolicLink(descriptor).toString().startsWith("/dev/tty");
    } catch (IOException e) {
      return false; // no /proc: plain lines are never wrong
    }
  }

  @Override
  public synchronized void at(String phaseNow, long done, long total) {
    var now = System.nanoTime();
    if (pace.at(phaseNow, done, now)) {
      phase = phaseNow;
      shownNanos = terminal ? 0 : now;
    }
    var every = terminal ? BAR_EVERY_NANOS : LINE_EVERY_NANOS;
    if (shownNanos != 0 && now - shownNanos < every) {
      return;
    }
    shownNanos = now;
    var text = text(done, total, now);
    if (terminal) {
      out.print(CLEAR_LINE + text);
      out.flush();
      barShown = true;
    } else {
      out.println(text);
    }
  }

  private String text(long reported, long total, long now) {
    // A record of another process may be torn between two phases.
    var done = total > 0 ? Math.clamp(reported, 0, total) : reported;
    if (total <= 0) {
      return "%s %,d".formatted(phase, done);
    }
    var cells = (int) (CELLS * done / total);
    var bar = terminal ? "[" + "#".repeat(cells) + ".".repeat(CELLS - cells) + "] " : "";
    return String.format(
        Locale.ROOT,
        "%-9s %s%3d %%  %,d of %,d %s  %s",
        phase,
        bar,
        100 * done / total,
        done,
        total,
        unit(),
        pace.words(done, total, now));
  }

  private String unit() {
    return phase.equals("embedding") ? "chunks" : "files";
  }

  /** Leaves a clean line behind. */
  @Override
  public synchronized void close() {
    if (barShown) {
      out.print(CLEAR_LINE);
      out.flush();
      barShown = false;
    }
  }
}
