package dev.codeintel.ops;

/**
 * Log events: a name and fields, one line each on stderr. Fields are given as name, value, name,
 * value. Safe for use by any thread; never blocks the caller.
 */
public final class Log {

  private Log() {}

  public static void debug(String event, Object... fields) {}

  public static void info(String event, Object... fields) {}

  public static void warning(String event, Object... fields) {
    System.err.println("warning: " + event + " " + java.util.Arrays.toString(fields));
  }

  public static void error(String event, Throwable cause, Object... fields) {
    System.err.println("error: " + event + " " + java.util.Arrays.toString(fields) + " " + cause);
  }
}
