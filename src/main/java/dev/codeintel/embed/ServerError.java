package dev.codeintel.embed;

import dev.codeintel.embed.ServerException.Fault;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An answer that is no success, in the server's words.
 *
 * @param status of HTTP
 * @param retryAfter the header, as it came
 * @param message what the server says
 */
record ServerError(int status, Optional<String> retryAfter, String message) {

  private static final JsonMapper JSON = new JsonMapper();
  private static final int MESSAGE_CHARS_MAX = 400;
  private static final String[] SHAPES = {"/error/message", "/error", "/message", "/detail"};

  /** In the words of vLLM, text-embeddings-inference, llama.cpp, Ollama and OpenAI. */
  private static final Pattern TOO_LONG =
      Pattern.compile(
          "maximum (context|input) length|context (length|size)|too (long|large) to process"
              + "|must have less than \\d+ tokens|exceeds? the (available |maximum )?context",
          Pattern.CASE_INSENSITIVE);

  /** Reads the body, whatever it is. */
  static ServerError of(int status, Optional<String> retryAfter, String body) {
    return new ServerError(status, retryAfter, message(body));
  }

  /**
   * In one of four shapes: {@code error.message}, {@code error} as text, {@code message} beside
   * {@code "object":"error"}, or {@code detail}; else the body's first line.
   */
  static String message(String body) {
    try {
      var json = JSON.readTree(body);
      for (var pointer : SHAPES) {
        var found = json.at(pointer);
        if (!found.isMissingNode() && !found.isNull()) {
          return firstLine(text(found));
        }
      }
    } catch (JacksonException e) {
      return firstLine(body);
    }
    return firstLine(body);
  }

  private static String text(JsonNode node) {
    return node.isString() ? node.stringValue() : node.toString();
  }

  static String firstLine(String text) {
    var line = text.strip().lines().findFirst().orElse("no message");
    line = line.length() > MESSAGE_CHARS_MAX ? line.substring(0, MESSAGE_CHARS_MAX) + "…" : line;
    return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
  }

  /**
   * What it means.
   *
   * @param address of the server, to show
   */
  ServerException exception(String address) {
    var text =
        "The embedding server at %s answered %d: %s. %s"
            .formatted(address, status, message, remedy());
    return switch (status) {
      case 429, 502, 503, 504 -> ServerException.passing(text, pause(Instant.now()), null);
      case 400, 413, 422, 500 -> new ServerException(inputFault(), text);
      default -> new ServerException(Fault.SETUP, text);
    };
  }

  private Fault inputFault() {
    return TOO_LONG.matcher(message).find() ? Fault.TOO_LONG : Fault.INPUT;
  }

  private String remedy() {
    return switch (status) {
      case 401, 403 -> "Check VLLM_API_KEY.";
      case 404 -> "Check VLLM_MODEL, and that VLLM_URL ends in /v1.";
      case 429, 502, 503, 504 -> "It is busy or still loading; try again later.";
      case 501 -> "Its model makes no embeddings: serve another and set VLLM_MODEL.";
      default -> "The server's log may say more.";
    };
  }

  /** Seconds, or a date of HTTP. */
  Optional<Duration> pause(Instant now) {
    return retryAfter.flatMap(
        value -> {
          try {
            var text = value.strip();
            if (text.chars().allMatch(Character::isDigit)) {
              return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
            }
            var date = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
            var left = Duration.between(now, date.toInstant());
            return Optional.of(left.isNegative() ? Duration.ZERO : left);
          } catch (NumberFormatException | DateTimeException e) {
            return Optional.empty(); // our own pauses will do
          }
        });
  }
}
