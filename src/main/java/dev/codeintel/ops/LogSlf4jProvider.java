package dev.codeintel.ops;

import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.Logger;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/** Brings what libraries say through slf4j to {@link Log}; slf4j finds this class by name. */
public final class LogSlf4jProvider implements SLF4JServiceProvider {

  private final ConcurrentHashMap<String, Logger> loggers = new ConcurrentHashMap<>();
  private final IMarkerFactory markers = new BasicMarkerFactory();
  private final MDCAdapter noContext = new NOPMDCAdapter();

  @Override
  public ILoggerFactory getLoggerFactory() {
    return name -> loggers.computeIfAbsent(name, Bridge::new);
  }

  @Override
  public IMarkerFactory getMarkerFactory() {
    return markers;
  }

  @Override
  public MDCAdapter getMDCAdapter() {
    return noContext;
  }

  @Override
  public String getRequestedApiVersion() {
    return "2.0.99"; // any 2.0, as slf4j's own providers say it
  }

  @Override
  public void initialize() {
    // Nothing to make ready.
  }

  private static final class Bridge extends LegacyAbstractLogger {

    private static final long serialVersionUID = 1L;

    Bridge(String name) {
      this.name = name;
    }

    @Override
    public boolean isTraceEnabled() {
      return false;
    }

    @Override
    public boolean isDebugEnabled() {
      return Log.enabled(LogLevel.DEBUG);
    }

    @Override
    public boolean isInfoEnabled() {
      return Log.enabled(LogLevel.INFO);
    }

    @Override
    public boolean isWarnEnabled() {
      return Log.enabled(LogLevel.WARNING);
    }

    @Override
    public boolean isErrorEnabled() {
      return Log.enabled(LogLevel.ERROR);
    }

    @Override
    protected String getFullyQualifiedCallerName() {
      return null;
    }

    @Override
    protected void handleNormalizedLoggingCall(
        Level level, Marker marker, String pattern, Object[] arguments, Throwable cause) {
      var event = MessageFormatter.basicArrayFormat(pattern, arguments);
      Log.log(ours(level), event, cause, "logger", name);
    }

    private static LogLevel ours(Level level) {
      return switch (level) {
        case TRACE, DEBUG -> LogLevel.DEBUG;
        case INFO -> LogLevel.INFO;
        case WARN -> LogLevel.WARNING;
        case ERROR -> LogLevel.ERROR;
      };
    }
  }
}
