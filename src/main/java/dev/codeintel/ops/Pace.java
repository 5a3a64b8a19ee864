package dev.codeintel.ops;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * How fast a piece of work goes, told from its {@link Progress}: items a second since the phase
 * that is going on began, and the time that is left at this rate. Not thread-safe.
 */
public final class Pace {

  private String phase = "";
  private long startedNanos;
  private long startedAt;

  /**
   * Takes note of how far the work is.
   *
   * @return whether a phase begins with it
   */
  public boolean at(String phaseNow, long done, long nowNanos) {
    if (phaseNow.equals(phase)) {
      return false;
    }
    phase = phaseNow;
    startedNanos = nowNanos;
    startedAt = done;
    return true;
  }

  /** Rate and time left, such as {@code 52/s, 1 min 3 s left}; empty until they can be told. */
  public String words(long done, long total, long nowNanos) {
    var seconds = (nowNanos - startedNanos) / (double) TimeUnit.SECONDS.toNanos(1);
    var rate = seconds > 0 ? (done - startedAt) / seconds : 0;
    if (rate <= 0 || total < done) {
      return "";
    }
    var format = rate < 10 ? "%.1f/s, %s left" : "%.0f/s, %s left";
    return String.format(Locale.ROOT, format, rate, duration(Math.round((total - done) / rate)));
  }

  /** A time as people say it. */
  public static String duration(long seconds) {
    var minutes = seconds / 60;
    if (minutes == 0) {
      return seconds + " s";
    }
    return minutes < 60
        ? "%d min %d s".formatted(minutes, seconds % 60)
        : "%d h %d min".formatted(minutes / 60, minutes % 60);
  }
}
