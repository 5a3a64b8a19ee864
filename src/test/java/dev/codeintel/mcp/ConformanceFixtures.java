package dev.codeintel.mcp;

import dev.codeintel.tool.Toolbox;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The shipped methods, and over them the tools, resources and prompts that the official conformance
 * suite asks a server to have. What is not asked for by one of the suite's names goes to the
 * shipped method, and whatever answers goes out through the shipped protocol.
 */
final class ConformanceFixtures {

  private static final Method NOTHING = _ -> new Work.Done(Map.of());

  private ConformanceFixtures() {}

  static Methods over(Toolbox toolbox) {
    var shipped = Methods.shared(toolbox);
    var log = new LogFixture();
    var conversing = Methods.of(withHandshake(shipped, log), capabilities(true));
    var alone = Methods.of(stateless(shipped, log), capabilities(false));
    return new Methods(conversing.withHandshake(), alone.stateless(), conversing.capabilities());
  }

  private static Map<String, Object> capabilities(boolean withHandshake) {
    var capabilities = new HashMap<String, Object>();
    for (var shipped : List.of("tools", "resources", "prompts", "completions")) {
      capabilities.put(shipped, Map.of());
    }
    if (withHandshake) {
      capabilities.put("logging", Map.of());
      capabilities.put("resources", Map.of("subscribe", true));
    }
    return capabilities;
  }

  private static Map<String, Method> withHandshake(Map<String, Method> shipped, LogFixture log) {
    var tools = new ArrayList<>(ContentFixtures.TOOLS);
    tools.add(log.toldByLevel());
    var methods = over(shipped, tools, ContentFixtures.PROMPTS);
    methods.put("logging/setLevel", log::setLevel);
    methods.put("resources/subscribe", NOTHING);
    methods.put("resources/unsubscribe", NOTHING);
    return methods;
  }

  private static Map<String, Method> stateless(Map<String, Method> shipped, LogFixture log) {
    var inputs = new InputFixtures();
    var tools = new ArrayList<>(ContentFixtures.TOOLS);
    tools.add(log.toldByRequest());
    tools.addAll(inputs.tools());
    var prompts = new ArrayList<>(ContentFixtures.PROMPTS);
    prompts.add(inputs.prompt());
    return over(shipped, tools, prompts);
  }

  private static Map<String, Method> over(
      Map<String, Method> shipped, List<Fixture> tools, List<Fixture> prompts) {
    var methods = new HashMap<>(shipped);
    methods.compute("tools/list", (_, method) -> listing(method, "tools", listings(tools)));
    methods.compute(Methods.CALL_TOOL, (_, method) -> naming(method, tools));
    methods.compute("prompts/list", (_, method) -> listing(method, "prompts", listings(prompts)));
    methods.compute(Methods.GET_PROMPT, (_, method) -> naming(method, prompts));
    methods.compute(
        "resources/list", (_, method) -> listing(method, "resources", ResourceFixtures.RESOURCES));
    methods.compute(
        "resources/templates/list",
        (_, method) -> listing(method, "resourceTemplates", ResourceFixtures.TEMPLATES));
    methods.compute(Methods.READ_RESOURCE, (_, method) -> ResourceFixtures.reading(method));
    methods.compute("completion/complete", (_, method) -> ContentFixtures.completing(method));
    return methods;
  }

  private static List<Map<String, Object>> listings(List<Fixture> fixtures) {
    return fixtures.stream().map(Fixture::listing).toList();
  }

  /** The shipped list, and after it what the suite wants to see in it. */
  private static Method listing(Method shipped, String key, List<Map<String, Object>> more) {
    return asked -> {
      var all = new ArrayList<Object>(Json.asList(plain(shipped.prepare(asked)).get(key)).get());
      all.addAll(more);
      return new Work.Done(Map.of(key, all));
    };
  }

  private static Map<String, Object> plain(Work done) {
    try {
      return Json.asObject(Json.read(Json.write(((Work.Done) done).result()))).orElseThrow();
    } catch (Json.NotJson e) {
      throw new IllegalStateException(e);
    }
  }

  private static Method naming(Method shipped, List<Fixture> fixtures) {
    return asked ->
        fixtures.stream()
            .filter(fixture -> fixture.listing().get("name").equals(asked.params().get("name")))
            .findFirst()
            .map(Fixture::method)
            .orElse(shipped)
            .prepare(asked);
  }
}
