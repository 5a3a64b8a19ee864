package dev.codeintel.transport;

import java.net.URI;

/** What to put into the configuration of an MCP client. */
public final class ClientSnippet {

  private ClientSnippet() {}

  /**
   * JSON in the form that most clients read.
   *
   * @param token whether the server asks for one; it is never shown
   */
  public static String of(URI url, boolean token) {
    var headers = token ? ",\n      \"headers\": { \"Authorization\": \"Bearer YOUR-TOKEN\" }" : "";
    return """
    {
      "mcpServers": {
        "codeintel": {
          "type": "http",
          "url": "%s"%s
        }
      }
    }\
    """
        .formatted(url, headers);
  }
}
