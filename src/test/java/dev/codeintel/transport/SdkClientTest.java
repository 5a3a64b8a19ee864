package dev.codeintel.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.mcp.Dispatcher;
import dev.codeintel.tool.FakeBackend;
import dev.codeintel.tool.Toolbox;
import dev.codeintel.tool.Tools;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.client.transport.ServerParameters;
import io.modelcontextprotocol.client.transport.StdioClientTransport;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The official Java client, which checks results against the schemas that we publish. */
@Timeout(60)
class SdkClientTest {

  /** Errors did not fit the output schema, and clients threw them away. */
  @Test
  void theOfficialClientUnderstandsUs(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("App.java"), "class App {}\n");
    var parameters =
        ServerParameters.builder(ProcessHandle.current().info().command().orElseThrow())
            .args(
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                StdioChild.class.getName(),
                folder.toString())
            .build();
    understands(new StdioClientTransport(parameters, McpJsonDefaults.getMapper()));
  }

  @Test
  void soItDoesOverHttp(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("App.java"), "class App {}\n");
    var toolbox = new Toolbox(Tools.all(), () -> new FakeBackend(folder));
    var endpoint = new Dispatcher(toolbox, Duration.ofSeconds(30)).http();
    try (var rig =
        new HttpRig(endpoint::post, options -> HttpRig.at(options, HttpOptions.Pace.USUAL))) {
      var url = rig.transport.url();
      understands(
          HttpClientStreamableHttpTransport.builder("http://127.0.0.1:" + url.getPort())
              .endpoint(url.getPath())
              .build());
    }
  }

  private static void understands(McpClientTransport transport) {
    try (var client =
        McpClient.sync(transport)
            .requestTimeout(Duration.ofSeconds(30))
            .initializationTimeout(Duration.ofSeconds(30))
            .build()) {
      var hello = client.initialize();
      assertThat(hello.serverInfo().name()).isEqualTo("codeintel");
      assertThat(hello.capabilities().tools()).isNotNull();
      assertThat(client.listTools().tools()).extracting(McpSchema.Tool::name).contains("open_file");
      var opened = call(client, "open_file", Map.of("path", "App.java"));
      assertThat(opened.isError()).isNotEqualTo(true);
      assertThat((Map<?, ?>) opened.structuredContent()).hasFieldOrProperty("content");
      var refused = call(client, "open_file", Map.of("path", "Nope.java"));
      assertThat(refused.isError()).isTrue();
      assertThat(((McpSchema.TextContent) refused.content().getFirst()).text())
          .startsWith("path-not-found: ");
      var status = call(client, "index_status", Map.of());
      assertThat(status.isError()).isNotEqualTo(true);
      client.ping();
    }
  }

  private static McpSchema.CallToolResult call(
      io.modelcontextprotocol.client.McpSyncClient client,
      String tool,
      Map<String, Object> arguments) {
    return client.callTool(McpSchema.CallToolRequest.builder(tool).arguments(arguments).build());
  }
}
