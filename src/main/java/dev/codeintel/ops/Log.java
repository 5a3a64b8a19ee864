package dev.codeintel.ops;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.time.Duration;

/**
 * Log events: a name and fields, one line each on stderr. Fields are given as name, value, name,
 * value. Safe for use by any thread; never blocks the caller. What is logged before {@link
 * #configure} waits for it. Lines of slf4j and java.util.logging arrive here too.
 */
public final class Log {

  /** Events that wait for the writer; more are dropped, and counted. */
  public static final int LINES_WAITING_MAX = 4_096;

  /** Longest wait at exit for lines that are not written yet: a reader may have stopped reading. */
  private static final Duration EXIT_WAIT_MAX = Duration.ofSeconds(1);

  /**
   * Made by the JDK at the first use of its logging. By name, since a touch of the class would be
   * that first use: a start that logs nothing through it shall not load it.
   */
  private static final String JUL_SETUP = "dev.codeintel.ops.LogJul$Setup";

  private static final LogWriter WRITER = new LogWriter(LINES_WAITING_MAX);

  static {
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(Log::atExit));
  }

  private Log() {}

  /**
   * Says where lines go; may be called again. Also takes over java.util.logging, at its first use.
   *
   * @param least the least level that is written
   * @param json whether a line is a JSON object instead of text
   * @param out where lines go, a line at a time; never closed
   */
  public static void configure(LogLevel least, boolean json, OutputStream out) {
    System.setProperty("java.util.logging.config.class", JUL_SETUP);
    WRITER.target(new LogWriter.Target(least, json ? LogFormat.JSON : LogFormat.TEXT, out));
  }

  /** Sends lines elsewhere, at the level and in the form that were configured. */
  public static void redirect(OutputStream out) {
    WRITER.redirect(out);
  }

  /** Whether events of this level are written: for callers whose fields are costly to make. */
  public static boolean enabled(LogLevel level) {
    return WRITER.wants(level);
  }

  /**
   * Waits until what was logged so far is written.
   *
   * @return whether it is, within the time given
   */
  public static boolean flush(Duration most) {
    return WRITER.flush(most);
  }

  public static void debug(String event, Object... fields) {
    log(LogLevel.DEBUG, event, null, fields);
  }

  public static void info(String event, Object... fields) {
    log(LogLevel.INFO, event, null, fields);
  }

  public static void warning(String event, Object... fields) {
    log(LogLevel.WARNING, event, null, fields);
  }

  /**
   * @param cause its class, message, causes and first frames become fields; null where there is
   *     none
   */
  public static void error(String event, Throwable cause, Object... fields) {
    log(LogLevel.ERROR, event, cause, fields);
  }

  static void log(LogLevel level, String event, Throwable cause, Object... fields) {
    if (WRITER.wants(level)) {
      WRITER.add(LogEvent.of(level, event, cause, fields));
    }
  }

  private static void atExit() {
    WRITER.startWith(new FileOutputStream(FileDescriptor.err));
    WRITER.flush(EXIT_WAIT_MAX);
  }
}
