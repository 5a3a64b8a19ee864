package dev.codeintel.mcp;

import dev.codeintel.tool.Toolbox;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What can be asked of this server.
 *
 * @param withHandshake methods of revisions that begin with {@code initialize}, by name
 * @param stateless those of revisions in which every request stands alone
 * @param capabilities what clients are told of them: nothing that is not there
 */
record Methods(
    Map<String, Method> withHandshake,
    Map<String, Method> stateless,
    Map<String, Object> capabilities) {

  static final String INITIALIZE = "initialize";
  static final String DISCOVER = "server/discover";
  static final String CALL_TOOL = "tools/call";
  static final String READ_RESOURCE = "resources/read";
  static final String GET_PROMPT = "prompts/get";

  /** All that is shipped. */
  static Methods of(Toolbox toolbox) {
    var capabilities = new HashMap<String, Object>();
    for (var offered : new String[] {"tools", "resources", "prompts", "completions"}) {
      capabilities.put(offered, Map.of());
    }
    return of(shared(toolbox), capabilities);
  }

  /**
   * @param shared methods of all revisions
   */
  static Methods of(Map<String, Method> shared, Map<String, Object> capabilities) {
    var greeting = new Greeting(capabilities);
    var withHandshake = new HashMap<>(shared);
    withHandshake.put(INITIALIZE, greeting::initialize);
    withHandshake.put("ping", _ -> new Work.Done(Map.of()));
    withHandshake.putIfAbsent("logging/setLevel", LogLevels::set);
    var stateless = new HashMap<>(shared);
    stateless.put(DISCOVER, greeting::discover);
    stateless.put("subscriptions/listen", Methods::listen);
    return new Methods(Map.copyOf(withHandshake), Map.copyOf(stateless), Map.copyOf(capabilities));
  }

  static Map<String, Method> shared(Toolbox toolbox) {
    var tools = new ToolMethods(toolbox);
    var files = new FileResources(toolbox);
    var prompts = new Prompts();
    var completions = new Completions(toolbox);
    return Map.of(
        "tools/list",
        tools::list,
        CALL_TOOL,
        tools::call,
        "resources/list",
        files::list,
        "resources/templates/list",
        files::templates,
        READ_RESOURCE,
        files::read,
        "prompts/list",
        prompts::list,
        GET_PROMPT,
        prompts::get,
        "completion/complete",
        completions::complete);
  }

  Optional<Method> find(Asked asked) {
    var methods = asked.revision().isStateless() ? stateless : withHandshake;
    return Optional.ofNullable(methods.get(asked.method()));
  }

  /** No list of ours ever changes, so what is acknowledged is nothing. */
  private static Work listen(Asked asked) {
    if (Json.asObject(asked.params().get("notifications")).isEmpty()) {
      throw new RpcException(RpcError.invalidParams("params.notifications must be an object."));
    }
    return new Work.Wait();
  }

  /** All lists are on their one page, whose cursor nobody was given. */
  static void requireFirstPage(Asked asked) {
    if (asked.params().get("cursor") != null) {
      throw new RpcException(
          RpcError.invalidParams("cursor is not one that this server gave; leave it out."));
    }
  }
}
