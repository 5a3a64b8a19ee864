package dev.codeintel.transport;

import java.net.URI;
import java.nio.charset.StandardCharsets;

/** What a person sees who opens the server's address in a browser. */
final class HomePage {

  static final String CONTENT_TYPE = "text/html; charset=utf-8";

  /** It loads nothing, runs nothing and is shown in no other page. */
  static final String POLICY = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";

  private HomePage() {}

  /**
   * The page, in UTF-8.
   *
   * @param url of the protocol
   * @param token whether the server asks for one
   */
  static byte[] of(URI url, boolean token) {
    return """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>codeintel</title>
    </head>
    <body>
    <main>
    <h1>codeintel</h1>
    <p>This server gives coding agents a view of a source repository: search by meaning and by words, files, git blame
    and history. It speaks the Model Context Protocol (MCP), for programs; there is nothing else to see here.</p>
    <h2>Connect a client</h2>
    <p>Put this into the configuration of your MCP client:</p>
    <pre><code>%s</code></pre>
    <h2>For operators</h2>
    <ul>
    <li><a href="/healthz">/healthz</a>: the process runs</li>
    <li><a href="/readyz">/readyz</a>: it can be used, and if not, why</li>
    <li><a href="/metrics">/metrics</a>: counters for Prometheus</li>
    </ul>
    </main>
    </body>
    </html>
    """
        .formatted(escaped(ClientSnippet.of(url, token)))
        .getBytes(StandardCharsets.UTF_8);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
