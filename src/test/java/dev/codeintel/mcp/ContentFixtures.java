package dev.codeintel.mcp;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** Tools and prompts with every kind of content. */
final class ContentFixtures {

  /** One red pixel. */
  static final String PNG =
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

  /** No sound at all, at 8,000 Hz. */
  private static final String WAV = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=";

  private static final Map<String, Object> IMAGE =
      Map.of("type", "image", "data", PNG, "mimeType", "image/png");
  private static final Map<String, Object> AUDIO =
      Map.of("type", "audio", "data", WAV, "mimeType", "audio/wav");

  private static final String ASKED = "test_prompt_with_arguments";
  private static final Duration STEP = Duration.ofMillis(50);

  static final List<Fixture> TOOLS =
      List.of(
          Fixture.tool(
              "test_simple_text",
              _ ->
                  Fixture.content(
                      Wire.TextContent.of("This is a simple text response for testing."))),
          Fixture.tool("test_image_content", _ -> Fixture.content(IMAGE)),
          Fixture.tool("test_audio_content", _ -> Fixture.content(AUDIO)),
          Fixture.tool(
              "test_embedded_resource",
              _ ->
                  Fixture.content(
                      resource(
                          "test://embedded-resource",
                          "text/plain",
                          "This is an embedded resource content."))),
          Fixture.tool(
              "test_multiple_content_types",
              _ ->
                  Fixture.content(
                      Wire.TextContent.of("Multiple content types test:"),
                      IMAGE,
                      resource(
                          "test://mixed-content-resource",
                          "application/json",
                          "{\"test\":\"data\",\"value\":123}"))),
          Fixture.tool("test_error_handling", _ -> failure()),
          Fixture.tool(
              "test_tool_with_progress", asked -> (Work.Job) task -> progress(asked, task)),
          Fixture.tool(
              "json_schema_2020_12_tool",
              schemaOfManyKeywords(),
              _ -> Fixture.content(Wire.TextContent.of("Nothing is done with it."))));

  static final List<Fixture> PROMPTS =
      List.of(
          Fixture.prompt(
              "test_simple_prompt",
              _ -> Fixture.messages(Wire.TextContent.of("This is a simple prompt for testing."))),
          Fixture.prompt(
              ASKED,
              asked ->
                  Fixture.messages(
                      Wire.TextContent.of(
                          "Prompt with arguments: arg1='%s', arg2='%s'"
                              .formatted(argument(asked, "arg1"), argument(asked, "arg2")))),
              "arg1",
              "arg2"),
          Fixture.prompt(
              "test_prompt_with_embedded_resource",
              asked ->
                  Fixture.messages(
                      resource(
                          argument(asked, "resourceUri"),
                          "text/plain",
                          "Embedded resource content for testing."),
                      Wire.TextContent.of("Please process the embedded resource above.")),
              "resourceUri"),
          Fixture.prompt(
              "test_prompt_with_image",
              _ ->
                  Fixture.messages(IMAGE, Wire.TextContent.of("Please analyze the image above."))));

  private ContentFixtures() {}

  /** Completes the arguments of one prompt, and all that the shipped method completes. */
  static Method completing(Method shipped) {
    return asked ->
        Json.asObject(asked.params().get("ref"))
            .filter(ref -> ASKED.equals(ref.get("name")))
            .map(_ -> completion())
            .orElseGet(() -> shipped.prepare(asked));
  }

  private static Work completion() {
    return new Work.Done(
        new Wire.CompleteResult(new Wire.Completion(List.of("testValue1"), 1, false)));
  }

  private static Work failure() {
    return new Work.Done(
        Map.of(
            "content",
            List.of(Wire.TextContent.of("This tool intentionally returns an error for testing")),
            "isError",
            true));
  }

  /** Tells what it is told to tell, not the time: the suite wants these numbers. */
  private static Object progress(Asked asked, Task task) {
    for (var done : List.of(0, 50, 100)) {
      asked
          .progressToken()
          .ifPresent(
              token ->
                  task.notifications()
                      .accept(
                          "notifications/progress",
                          Map.of("progressToken", token, "progress", done, "total", 100)));
      pause();
    }
    return Map.of("content", List.of(Wire.TextContent.of("It is done.")));
  }

  /** A moment, so that what is told before and after it cannot arrive as one piece. */
  static void pause() {
    LockSupport.parkNanos(STEP.toNanos());
  }

  private static Map<String, Object> resource(String uri, String mimeType, String text) {
    return Map.of(
        "type", "resource", "resource", Map.of("uri", uri, "mimeType", mimeType, "text", text));
  }

  private static String argument(Asked asked, String name) {
    return Json.asObject(asked.params().get("arguments"))
        .map(given -> given.get(name))
        .filter(String.class::isInstance)
        .map(String.class::cast)
        .orElseThrow(
            () ->
                new RpcException(
                    RpcError.invalidParams("arguments.%s is missing.".formatted(name))));
  }

  private static Map<String, Object> schemaOfManyKeywords() {
    var text = Map.<String, Object>of("type", "string");
    var schema = new LinkedHashMap<String, Object>();
    schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema.put("type", "object");
    schema.put(
        "$defs",
        Map.of(
            "address",
            Map.of(
                "$anchor",
                "addressDef",
                "type",
                "object",
                "properties",
                Map.of("street", text, "city", text))));
    schema.put(
        "properties",
        Map.of(
            "name",
            text,
            "address",
            Map.of("$ref", "#/$defs/address"),
            "contactMethod",
            Map.of("type", "string", "enum", List.of("phone", "email")),
            "phone",
            text,
            "email",
            text));
    schema.put("allOf", List.of(Map.of("anyOf", List.of(requiring("phone"), requiring("email")))));
    var byPhone = new LinkedHashMap<String, Object>(requiring("contactMethod"));
    byPhone.put("properties", Map.of("contactMethod", Map.of("const", "phone")));
    schema.put("if", byPhone);
    schema.put("then", requiring("phone"));
    schema.put("else", requiring("email"));
    schema.put("additionalProperties", false);
    return schema;
  }

  private static Map<String, Object> requiring(String name) {
    return Map.of("required", List.of(name));
  }
}
