package dev.codeintel.mcp;

import dev.codeintel.config.Limits;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Ready questions that people pick in their client. */
final class Prompts {

  static final String CODE_REVIEW = "code_review";
  static final String AREA = "area";
  static final String LANGUAGE = "language";

  private static final Wire.Prompt REVIEW =
      new Wire.Prompt(
          CODE_REVIEW,
          "Review code",
          "Reviews an area of this repository, with its history in view.",
          List.of(
              new Wire.PromptArgument(AREA, "Folder, file, or what the code is about", true),
              new Wire.PromptArgument(LANGUAGE, "Only files of this language", false)));

  private static final String REVIEW_TEXT =
      """
      Review the code of this area: %s%s

      1. Find it: list_paths if it is a folder or file, semantic_search if it is described in words. \
      Read whole functions with open_file, not snippets.
      2. Look for wrong results, missing checks of input, errors that are swallowed, resources that are \
      not closed, races, and tests that cannot fail. Use search_text to find every caller before you \
      call something unused or misused.
      3. Where a line looks odd, ask blame_range for its commit and why it was made, before you judge it.
      4. Report what you confirmed, worst first: file and lines, what goes wrong and when, and the \
      smallest change that mends it. Say what you did not look at.""";

  Work list(Asked asked) {
    Methods.requireFirstPage(asked);
    return new Work.Done(new Wire.ListPromptsResult(List.of(REVIEW)));
  }

  Work get(Asked asked) {
    if (!CODE_REVIEW.equals(asked.params().get("name"))) {
      throw new RpcException(
          RpcError.invalidParams("params.name must be a prompt: %s.".formatted(CODE_REVIEW)));
    }
    var given = Json.asObject(asked.params().getOrDefault("arguments", Map.of())).orElse(Map.of());
    var area =
        text(given, AREA)
            .orElseThrow(
                () ->
                    new RpcException(
                        RpcError.invalidParams(
                            "arguments.area is missing; it must name a folder or file, or say what the code is about.")));
    var language = text(given, LANGUAGE).map(" (%s only)"::formatted).orElse("");
    return new Work.Done(
        new Wire.GetPromptResult(
            REVIEW.description(),
            List.of(
                new Wire.PromptMessage(
                    "user", Wire.TextContent.of(REVIEW_TEXT.formatted(area, language))))));
  }

  private static Optional<String> text(Map<String, Object> given, String name) {
    var value = given.get(name);
    if (value == null || "".equals(value)) {
      return Optional.empty();
    }
    if (value instanceof String text && text.length() <= Limits.ARGUMENT_CHARS_MAX) {
      return Optional.of(text);
    }
    throw new RpcException(
        RpcError.invalidParams(
            "arguments.%s must be a text of at most %,d characters."
                .formatted(name, Limits.ARGUMENT_CHARS_MAX)));
  }
}
