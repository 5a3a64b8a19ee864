package dev.codeintel.mcp;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Something that the conformance suite asks for by its name.
 *
 * @param listing how it stands in its list
 * @param method what a request for it does
 */
record Fixture(Map<String, Object> listing, Method method) {

  /** A tool without arguments. */
  static Fixture tool(String name, Method method) {
    return tool(name, Map.of("type", "object"), method);
  }

  static Fixture tool(String name, Map<String, Object> inputSchema, Method method) {
    var listing = named(name);
    listing.put("inputSchema", inputSchema);
    return new Fixture(listing, method);
  }

  static Fixture prompt(String name, Method method, String... arguments) {
    var listing = named(name);
    var all = List.of(arguments).stream();
    listing.put(
        "arguments",
        all.map(each -> new Wire.PromptArgument(each, "For the suite", true)).toList());
    return new Fixture(listing, method);
  }

  private static Map<String, Object> named(String name) {
    var listing = new LinkedHashMap<String, Object>();
    listing.put("name", name);
    listing.put("description", "Asked for by the conformance suite.");
    return listing;
  }

  /** A tool's result. */
  static Work content(Object... blocks) {
    return new Work.Done(Map.of("content", List.of(blocks)));
  }

  /** A prompt's result. */
  static Work messages(Object... contents) {
    var messages =
        List.of(contents).stream().map(each -> Map.of("role", "user", "content", each)).toList();
    return new Work.Done(Map.of("messages", messages));
  }
}
