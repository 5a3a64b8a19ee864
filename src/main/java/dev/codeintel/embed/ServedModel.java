package dev.codeintel.embed;

import dev.codeintel.embed.ServerException.Fault;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/**
 * A model as {@code GET /models} lists it.
 *
 * @param id to ask for
 * @param root what is served under that name; the name itself where the server does not say
 * @param tokensMax most tokens of a text, special ones counted
 */
record ServedModel(String id, String root, int tokensMax) {

  private static final int TOKENS_MAX_DEFAULT = 512;
  private static final JsonMapper JSON = new JsonMapper();

  /**
   * Finds the model.
   *
   * @param list the answer; absent where the server has no such page
   * @param wanted the model's name; absent: the first that is served
   * @param address of the server, to show
   * @throws ServerException when none is listed and none is named
   */
  static ServedModel find(Optional<String> list, Optional<String> wanted, String address) {
    for (var each : list.map(text -> parse(text, address)).orElse(MissingNode.getInstance())) {
      var id = each.path("id").stringValue("");
      if (!id.isEmpty() && wanted.orElse(id).equals(id)) {
        var root = each.path("root").stringValue(id);
        var tokensMax = each.path("max_model_len").intValue(0);
        return new ServedModel(id, root, tokensMax > 0 ? tokensMax : TOKENS_MAX_DEFAULT);
      }
    }
    // Some servers have no list, or another name in it: the first request will tell.
    return wanted
        .map(id -> new ServedModel(id, id, TOKENS_MAX_DEFAULT))
        .orElseThrow(
            () ->
                new ServerException(
                    Fault.SETUP,
                    "The embedding server at %s lists no model. Set VLLM_MODEL."
                        .formatted(address)));
  }

  private static JsonNode parse(String text, String address) {
    try {
      return JSON.readTree(text).path("data");
    } catch (JacksonException e) {
      throw new ServerException(
          Fault.SETUP,
          "The embedding server at %s answers with what is no list of models: %s. Check that VLLM_URL is an OpenAI-compatible server."
              .formatted(address, ServerError.firstLine(text)),
          e);
    }
  }
}
