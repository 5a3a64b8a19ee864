package dev.codeintel.ops;

/** How an event becomes a line. */
enum LogFormat {
  TEXT {
    @Override
    String line(LogEvent event) {
      return LogText.line(event);
    }
  },
  JSON {
    @Override
    String line(LogEvent event) {
      return LogJson.line(event); // loads the JSON library, so only where it is asked for
    }
  };

  /** The event as one line, without its end. */
  abstract String line(LogEvent event);
}
