package dev.codeintel.mcp;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The specification's types as they stand on the wire; a component is a key. Append only. */
final class Wire {

  private Wire() {}

  /** A program of either side. */
  record Implementation(String name, String version) {}

  record InitializeResult(
      String protocolVersion,
      Map<String, Object> capabilities,
      Implementation serverInfo,
      String instructions) {}

  record DiscoverResult(
      List<String> supportedVersions, Map<String, Object> capabilities, String instructions) {}

  record ListToolsResult(List<Tool> tools) {}

  record Tool(
      String name,
      String title,
      String description,
      Map<String, Object> inputSchema,
      Optional<Map<String, Object>> outputSchema,
      ToolAnnotations annotations) {}

  /**
   * @param destructiveHint given only where it means anything: for a tool that changes something
   */
  record ToolAnnotations(boolean readOnlyHint, Optional<Boolean> destructiveHint) {}

  /**
   * @param isError present only when true
   */
  record CallToolResult(
      List<TextContent> content, Json.Snake structuredContent, Optional<Boolean> isError) {}

  record TextContent(String type, String text) {

    static TextContent of(String text) {
      return new TextContent("text", text);
    }
  }

  /** The {@code error} object in the structured content of a tool result that is an error. */
  record ToolError(String code, String message, Map<String, Object> detail) {}

  record ListResourcesResult(List<Resource> resources) {}

  record Resource(String uri, String name, Optional<String> mimeType) {}

  record ListResourceTemplatesResult(List<ResourceTemplate> resourceTemplates) {}

  record ResourceTemplate(String uriTemplate, String name, String title, String description) {}

  record ReadResourceResult(List<ResourceContents> contents) {}

  /**
   * @param text of a text
   * @param blob in base 64, of anything else
   */
  record ResourceContents(
      String uri, Optional<String> mimeType, Optional<String> text, Optional<String> blob) {}

  record ListPromptsResult(List<Prompt> prompts) {}

  record Prompt(String name, String title, String description, List<PromptArgument> arguments) {}

  record PromptArgument(String name, String description, boolean required) {}

  record GetPromptResult(String description, List<PromptMessage> messages) {}

  record PromptMessage(String role, TextContent content) {}

  record CompleteResult(Completion completion) {}

  /**
   * @param total how many there are, those left out included
   */
  record Completion(List<String> values, int total, boolean hasMore) {}
}
