package dev.codeintel.ops;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;

/**
 * Brings what libraries say through java.util.logging (and so through System.Logger) to {@link
 * Log}. The JDK makes this handler by name.
 */
public final class LogJul extends Handler {

  /**
   * Lucene warns at each start without the incubating vector module, which the launcher leaves out
   * on purpose. Nobody can act on it.
   */
  private static final String LUCENE_VECTOR_SUPPORT = "org.apache.lucene.internal.vectorization";

  /** Formats a record's message with its parameters and its resource bundle. */
  private static final SimpleFormatter MESSAGES = new SimpleFormatter();

  /** {@link Log#configure} names it to the JDK, which makes one at the first use of its logging. */
  public static final class Setup {

    public Setup() throws IOException {
      install();
    }
  }

  /** Takes over java.util.logging now. */
  static void install() throws IOException {
    var configuration =
        "handlers=%s%n.level=%s%n"
            .formatted(
                LogJul.class.getName(),
                Log.enabled(LogLevel.DEBUG) ? Level.FINE.getName() : Level.INFO.getName());
    LogManager.getLogManager()
        .readConfiguration(
            new ByteArrayInputStream(configuration.getBytes(StandardCharsets.ISO_8859_1)));
  }

  @Override
  public void publish(LogRecord entry) {
    if (isLoggable(entry) && Log.enabled(ours(entry))) {
      Log.log(
          ours(entry),
          MESSAGES.formatMessage(entry),
          entry.getThrown(),
          "logger",
          entry.getLoggerName());
    }
  }

  private static LogLevel ours(LogRecord entry) {
    var level = entry.getLevel().intValue();
    var name = entry.getLoggerName();
    if (level < Level.INFO.intValue()
        || level <= Level.WARNING.intValue()
            && name != null
            && name.startsWith(LUCENE_VECTOR_SUPPORT)) {
      return LogLevel.DEBUG;
    }
    if (level < Level.WARNING.intValue()) {
      return LogLevel.INFO;
    }
    return level < Level.SEVERE.intValue() ? LogLevel.WARNING : LogLevel.ERROR;
  }

  @Override
  public void flush() {
    // Lines are written by the log's own thread.
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}
