package dev.codeintel.mcp;

import dev.codeintel.config.Limits;
import dev.codeintel.tool.Kind;
import dev.codeintel.tool.Parameter;
import dev.codeintel.tool.ToolDefinition;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tools as clients see them in tools/list: plain schemas that every client understands. */
final class Schemas {

  private Schemas() {}

  static Wire.Tool tool(ToolDefinition tool) {
    return new Wire.Tool(
        tool.name(),
        tool.title(),
        tool.description(),
        input(tool),
        Optional.of(output(tool)),
        // What a tool of ours changes is its own and can be made again; absent would mean yes.
        new Wire.ToolAnnotations(
            tool.readOnly(), tool.readOnly() ? Optional.empty() : Optional.of(false)));
  }

  private static Map<String, Object> input(ToolDefinition tool) {
    var schema = new LinkedHashMap<String, Object>();
    schema.put("type", "object");
    putFields(schema, tool.parameters());
    return schema;
  }

  private static void putFields(Map<String, Object> schema, List<Parameter> fields) {
    var properties = new LinkedHashMap<String, Object>();
    for (var parameter : fields) {
      properties.put(parameter.name(), property(parameter));
    }
    schema.put("properties", properties);
    var required = fields.stream().filter(Parameter::required).map(Parameter::name).toList();
    if (!required.isEmpty()) {
      schema.put("required", required);
    }
    schema.put("additionalProperties", false);
  }

  private static Map<String, Object> property(Parameter parameter) {
    var schema = new LinkedHashMap<String, Object>();
    schema.put("type", type(parameter.kind()));
    if (!parameter.description().isEmpty()) {
      schema.put("description", parameter.description());
    }
    switch (parameter.kind()) {
      case TEXT -> {
        if (!parameter.choices().isEmpty()) {
          schema.put("enum", parameter.choices());
        } else {
          if (parameter.least() > 0) {
            schema.put("minLength", parameter.least());
          }
          schema.put("maxLength", parameter.most());
        }
      }
      case WHOLE, DECIMAL -> {
        schema.put("minimum", parameter.least());
        schema.put("maximum", parameter.most());
      }
      case TEXTS -> {
        schema.put("items", Map.of("type", "string"));
        schema.put("maxItems", Limits.ARGUMENT_ITEMS_MAX);
      }
      case OBJECT -> putFields(schema, parameter.fields());
      case FLAG, OBJECTS -> {}
    }
    parameter.usual().ifPresent(usual -> schema.put("default", usual));
    return schema;
  }

  /**
   * Nothing is required and nothing forbidden: an error carries only {@code error}, and clients
   * check errors against this schema too.
   */
  private static Map<String, Object> output(ToolDefinition tool) {
    var properties = new LinkedHashMap<String, Object>();
    for (var key : tool.keys()) {
      properties.put(
          key.name(),
          switch (key.kind()) {
            case TEXTS -> array("string");
            case OBJECTS -> array("object");
            default -> Map.of("type", type(key.kind()));
          });
    }
    var schema = new LinkedHashMap<String, Object>();
    schema.put("type", "object");
    schema.put("properties", properties);
    return schema;
  }

  private static Map<String, Object> array(String itemType) {
    var schema = new LinkedHashMap<String, Object>();
    schema.put("type", "array");
    schema.put("items", Map.of("type", itemType));
    return schema;
  }

  private static String type(Kind kind) {
    return switch (kind) {
      case TEXT -> "string";
      case WHOLE -> "integer";
      case DECIMAL -> "number";
      case FLAG -> "boolean";
      case TEXTS, OBJECTS -> "array";
      case OBJECT -> "object";
    };
  }
}
