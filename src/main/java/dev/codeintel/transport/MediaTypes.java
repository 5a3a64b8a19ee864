package dev.codeintel.transport;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** What a client sends and what it takes, by its headers. */
final class MediaTypes {

  static final String JSON = "application/json";
  static final String EVENTS = "text/event-stream";

  private static final Pattern NO_WEIGHT = Pattern.compile("q\\s*=\\s*0(\\.0*)?");
  private static final Set<String> CHARSETS = Set.of("charset=utf-8", "charset=\"utf-8\"");

  private MediaTypes() {}

  /**
   * In which form an answer may come.
   *
   * @param json as one JSON value
   * @param events as a stream of events
   */
  record Accepted(boolean json, boolean events) {}

  /**
   * @param contentType the values of the Content-Type header
   * @param contentEncoding those of Content-Encoding
   */
  static void checkSent(List<String> contentType, List<String> contentEncoding) throws Refusal {
    if (contentType.size() != 1 || !isJson(contentType.getFirst())) {
      throw Refusal.of(415, "media", "Content-Type must be application/json, in UTF-8.");
    }
    if (!contentEncoding.isEmpty()) {
      throw Refusal.of(415, "media", "The body must be sent as it is, without Content-Encoding.");
    }
  }

  private static boolean isJson(String contentType) {
    var parts = contentType.toLowerCase(Locale.ROOT).split(";", -1);
    for (var i = 1; i < parts.length; i++) {
      if (parts[i].strip().startsWith("charset") && !CHARSETS.contains(parts[i].strip())) {
        return false;
      }
    }
    return parts[0].strip().equals(JSON);
  }

  /**
   * Without the header a client gets JSON, which every client can read.
   *
   * @param accept the values of the Accept header
   */
  static Accepted accepted(List<String> accept) throws Refusal {
    if (accept.isEmpty()) {
      return new Accepted(true, false);
    }
    var json = false;
    var events = false;
    for (var range : String.join(",", accept).toLowerCase(Locale.ROOT).split(",")) {
      var parts = range.split(";", -1);
      if (isWanted(parts)) {
        var type = parts[0].strip();
        json |= Set.of(JSON, "application/*", "*/*").contains(type);
        events |= Set.of(EVENTS, "text/*", "*/*").contains(type);
      }
    }
    if (!json && !events) {
      throw Refusal.of(406, "accept", "Accept must name application/json and text/event-stream.");
    }
    return new Accepted(json, events);
  }

  /** Whether its weight is not nought. */
  private static boolean isWanted(String[] parts) {
    for (var i = 1; i < parts.length; i++) {
      if (NO_WEIGHT.matcher(parts[i].strip()).matches()) {
        return false;
      }
    }
    return true;
  }
}
