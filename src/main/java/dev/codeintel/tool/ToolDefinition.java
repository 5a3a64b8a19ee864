package dev.codeintel.tool;

import dev.codeintel.config.Limits;
import java.util.ArrayList;
import java.util.List;

/**
 * What a client learns of a tool.
 *
 * @param name as the client calls it; never changed once published
 * @param title for people
 * @param description for agents: what it finds and when to prefer it
 * @param parameters in the order in which they are shown; {@code max_tokens} is always the last
 * @param keys the top-level keys of its result
 * @param readOnly whether it changes nothing
 */
public record ToolDefinition(
    String name,
    String title,
    String description,
    List<Parameter> parameters,
    List<Key> keys,
    boolean readOnly) {

  /** Bounds the text block and the values of every answer. */
  public static final Parameter MAX_TOKENS =
      Parameter.whole(
          "max_tokens",
          "",
          Limits.ANSWER_TOKENS_DEFAULT,
          Limits.ANSWER_TOKENS_MIN,
          Limits.ANSWER_TOKENS_MAX);

  public ToolDefinition {
    var all = new ArrayList<>(parameters);
    all.add(MAX_TOKENS);
    parameters = List.copyOf(all);
    keys = List.copyOf(keys);
  }
}
