package dev.codeintel.transport;

import static dev.codeintel.transport.RawHttp.JSON_HEADERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.codeintel.config.Limits;
import dev.codeintel.mcp.HttpReply;
import dev.codeintel.mcp.Reply;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.testkit.Jar;
import dev.codeintel.tool.Readiness;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused by its head alone, and with which status. */
@Timeout(60)
class HttpHeadTest {

  private static final String TOKEN = "0123456789abcdef0123456789abcdef";
  private static final AtomicInteger reached = new AtomicInteger();

  private static HttpRig open;
  private static HttpRig guarded;

  @BeforeAll
  static void start() {
    open =
        new HttpRig(
            (head, body) -> {
              reached.incrementAndGet();
              return HttpRig.echo(head, body);
            });
    guarded =
        new HttpRig(
            (head, _) -> new HttpReply(200, new Reply.Now(HttpRig.bytes(head.client())), true),
            options -> HttpRig.withToken(options, TOKEN));
  }

  @AfterAll
  static void stop() {
    open.close();
    guarded.close();
  }

  private static RawHttp.Answer answer(HttpRig rig, String head, String body) throws IOException {
    try (var client = rig.client()) {
      return client.send(head + "Content-Length: " + body.length() + "\n\n" + body).answer();
    }
  }

  private static RawHttp.Answer post(HttpRig rig, String headers) throws IOException {
    return answer(rig, "POST /mcp HTTP/1.1\n" + headers, "{}");
  }

  /** A path that only begins like ours was served; {@code /mcp/../x} too. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/mcpfoo",
        "/mcp/",
        "/MCP",
        "/%6dcp",
        "//mcp",
        "/x/../mcp",
        "/healthz/",
        "/a?/mcp"
      })
  void pathsAreExact(String path) throws IOException {
    assertThat(answer(open, "POST " + path + " HTTP/1.1\n" + JSON_HEADERS, "{}").status())
        .isEqualTo(404);
  }

  @Test
  void aQueryChangesNothing() throws IOException {
    assertThat(answer(open, "POST /mcp?token=x HTTP/1.1\n" + JSON_HEADERS, "{}").body())
        .isEqualTo("{}");
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /mcp, POST",
    "DELETE, /mcp, POST",
    "OPTIONS, /mcp, POST",
    "PUT, /mcp, POST",
    "POST, /healthz, 'GET, HEAD'",
    "POST, /readyz, 'GET, HEAD'",
    "DELETE, /metrics, 'GET, HEAD'",
    "TRACE, /, 'GET, HEAD'"
  })
  void otherMethodsAreToldWhichAreRight(String method, String path, String allowed)
      throws IOException {
    var answer = answer(open, method + " " + path + " HTTP/1.1\nHost: localhost\n", "");
    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.headers()).containsEntry("allow", allowed);
  }

  /** A page of a stranger, whose name resolved to this machine, read a repository. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Host: evil.example | 403",
        "Host: localhost.evil.example | 403",
        "Host: 127.0.0.1.nip.io:8080 | 403",
        "Host: 10.0.0.1 | 403",
        "Host: localhost, evil.example | 400",
        "Host: localhost@evil.example | 400",
        "Host: local host | 400",
        "Host: | 400",
        "X-Host: localhost | 400",
        "Host: localhost~Host: evil.example | 400",
        "Host: localhost~Origin: https://evil.example | 403",
        "Host: localhost~Origin: null | 403",
        "Host: localhost~Origin: http://localhost@evil.example | 403",
        "Host: localhost~Origin: http://localhost.evil.example:8080 | 403",
        "Host: localhost~Origin: file://localhost | 403",
        "Host: localhost~Origin: http://localhost/~Origin: http://localhost | 403",
        "Host: localhost~Origin: http://localhost~Origin: http://evil.example | 403",
        "Host: localhost~Origin: | 403",
        "Host: localhost~Origin: localhost:3000 | 403",
        "Host: LOCALHOST:1 | 200",
        "Host: 127.0.0.1:8080 | 200",
        "Host: [::1]:8080 | 200",
        "Host: localhost~Origin: http://localhost:3000 | 200",
        "Host: localhost~Origin: https://[::1] | 200",
      })
  void onlyOurOwnNamesAreServed(String headers, int status) throws IOException {
    var lines = headers.replace("~", "\n") + "\nContent-Type: application/json\n";
    assertThat(post(open, lines).status()).isEqualTo(status);
    assertThat(post(guarded, lines + "Authorization: Bearer " + TOKEN + "\n").status())
        .isEqualTo(status);
  }

  @Test
  void namesThatAreAllowedAreServed() throws IOException {
    var headers = "Content-Type: application/json\nAuthorization: Bearer " + TOKEN + "\n";
    assertThat(
            post(guarded, "Host: Code.Example.org\nOrigin: https://code.example.org\n" + headers)
                .status())
        .isEqualTo(200);
    // An absolute request target names a host of its own.
    assertThat(
            answer(open, "POST http://evil.example/mcp HTTP/1.1\n" + JSON_HEADERS, "{}").status())
        .isEqualTo(404);
  }

  /** Whoever set up a proxy in front of a server for one machine had set it up for the world. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Forwarded: for=192.0.2.1",
        "X-Forwarded-For: 127.0.0.1",
        "x-forwarded-proto: https",
        "X-Real-IP: 127.0.0.1",
        "Via: 1.1 proxy"
      })
  void whatComesThroughAProxyNeedsAToken(String header) throws IOException {
    var refused = post(open, JSON_HEADERS + header + "\n");
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.body()).contains("CODEINTEL_TOKEN");
    assertThat(post(guarded, JSON_HEADERS + header + "\n").status()).isEqualTo(401);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "X: y | 415",
        "Content-Type: text/plain | 415",
        "Content-Type: application/jsonx | 415",
        "Content-Type: application/json; charset=utf-16 | 415",
        "Content-Type: application/json~Content-Type: text/plain | 415",
        "Content-Type: application/json~Content-Encoding: gzip | 415",
        "Content-Type: Application/JSON ; Charset=UTF-8 | 200",
      })
  void onlyJsonIsTaken(String headers, int status) throws IOException {
    assertThat(post(open, "Host: localhost\n" + headers.replace("~", "\n") + "\n").status())
        .isEqualTo(status);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text/html | 406",
        "application/json;q=0, text/event-stream; q=0.0 | 406",
        "application/xml, image/* | 406",
        "application/json | 200",
        "text/event-stream | 200",
        "*/*;q=0.1 | 200",
        "text/html, application/* | 200",
      })
  void anAnswerMustBeWelcome(String accept, int status) throws IOException {
    assertThat(
            post(open, "Host: localhost\nContent-Type: application/json\nAccept: " + accept + "\n")
                .status())
        .isEqualTo(status);
  }

  /** The JDK's server takes a signed length, and a client that lies about it. */
  @Test
  void lengthsAreChecked() throws IOException {
    try (var client = open.client()) {
      client.send("POST /mcp HTTP/1.1\n" + JSON_HEADERS + "Content-Length: +2\n\n{}");
      assertThat(client.answer().status()).isEqualTo(400);
    }
    try (var client = open.client()) {
      client.send("POST /mcp HTTP/1.1\n" + JSON_HEADERS + "Content-Length: 99999999999\n\n");
      assertThat(client.head().status()).isEqualTo(413);
    }
    for (var odd :
        List.of(
            "Content-Length: 2\nContent-Length: 3",
            "Content-Length: 2\nTransfer-Encoding: chunked")) {
      try (var client = open.client()) {
        client.send("POST /mcp HTTP/1.1\n" + JSON_HEADERS + odd + "\n\n{}");
        assertThat(client.head().status()).as(odd).isEqualTo(400);
      }
    }
  }

  /** The answer was lost with the connection, and clients reported a reset. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aBodyThatIsTooLargeIsReadToItsEndAndAnswered(boolean chunked) throws IOException {
    var piece = new byte[1 << 20];
    try (var client = open.client()) {
      client.send("POST /mcp HTTP/1.1\n" + JSON_HEADERS);
      client.send(chunked ? "Transfer-Encoding: chunked\n\n" : "Content-Length: 5242880\n\n");
      for (var i = 0; i < 5; i++) {
        if (chunked) {
          client.send("100000\n");
        }
        client.send(piece);
        if (chunked) {
          client.send("\n");
        }
      }
      if (chunked) {
        client.send("0\n\n");
      }
      var answer = client.answer();
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.body()).contains("4,194,304 bytes", "-32600").doesNotContain("\"id\"");
      assertThat(client.post("[]").answer().body()).as("on the same connection").isEqualTo("[]");
    }
  }

  @Test
  void theLargestBodyIsTaken() throws IOException {
    var text = "x".repeat(Limits.HTTP_BODY_BYTES_MAX);
    try (var client = open.client()) {
      assertThat(client.post(text).answer().body()).isEqualTo(text);
      assertThat(client.post(text + "x").answer().status()).isEqualTo(413);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Authorization: Bearer 0123456789abcdef0123456789abcdef | 200",
        "Authorization: bearer  0123456789abcdef0123456789abcdef | 200",
        "X: y | 401",
        "Authorization: Bearer 0123456789abcdef0123456789abcdeF | 401",
        "Authorization: Bearer 0123456789abcdef | 401",
        "Authorization: Bearer | 401",
        "Authorization: Basic 0123456789abcdef0123456789abcdef | 401",
        "Authorization: Bearer 0123456789abcdef0123456789abcdef x | 401",
        "Authorization: Bearer 0123456789abcdef0123456789abcdef~Authorization: Bearer x | 401",
        "Cookie: token=0123456789abcdef0123456789abcdef | 401",
      })
  void withATokenEverybodyMustBringIt(String headers, int status) throws IOException {
    var answer = post(guarded, JSON_HEADERS + headers.replace("~", "\n") + "\n");
    assertThat(answer.status()).isEqualTo(status);
    if (status == 200) {
      assertThat(answer.body()).isEqualTo("CODEINTEL_TOKEN");
    } else {
      assertThat(answer.headers().get("www-authenticate")).startsWith("Bearer realm=");
      assertThat(answer.body()).doesNotContain("0123456789");
    }
  }

  @Test
  void onlyHealthIsForAll() throws IOException {
    for (var path : List.of("/", "/readyz", "/metrics", "/mcp?token=" + TOKEN)) {
      try (var client = guarded.client()) {
        var method = path.startsWith("/mcp") ? "POST" : "GET";
        assertThat(client.ask(method, path, JSON_HEADERS).answer().status())
            .as(path)
            .isEqualTo(401);
      }
    }
    try (var client = guarded.client()) {
      assertThat(client.ask("GET", "/healthz", "Host: 10.1.2.3\n").answer().body())
          .isEqualTo("ok\n");
      var head = client.ask("HEAD", "/healthz", "Host: x\n").head();
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.headers()).containsEntry("content-length", "3");
    }
  }

  /** Limits that are off on loopback must not be off for the world behind a proxy. */
  @Test
  void clientsBehindAProxyAreCounted() throws IOException {
    var headers = JSON_HEADERS + "Authorization: Bearer " + TOKEN + "\n";
    try (var rig = new HttpRig(HttpRig::echo, options -> HttpRig.withToken(options, TOKEN));
        var client = rig.client()) {
      var proxied = headers + "X-Forwarded-For: 127.0.0.1\n";
      for (var i = 0; i < 20; i++) {
        client.post(proxied, HttpRig.bytes("{}"));
        assertThat(client.answer().status()).isEqualTo(200);
      }
      // One a second comes back, so one more passes now and then; not another thirty at once.
      var refused = 0;
      for (var i = 0; i < 30; i++) {
        var answer = client.post(proxied, HttpRig.bytes("{}")).answer();
        if (answer.status() == 429) {
          assertThat(answer.headers()).containsEntry("retry-after", "1");
          assertThat(answer.body()).contains("RATE_LIMIT_QPS");
          refused++;
        }
      }
      assertThat(refused).isPositive();
      for (var i = 0; i < 30; i++) { // those on this machine go on
        assertThat(client.post(headers, HttpRig.bytes("{}")).answer().status()).isEqualTo(200);
      }
    }
  }

  /** Readiness was always 200. */
  @Test
  void readinessSaysWhyNot() throws IOException {
    open.readiness =
        new Readiness(
            false,
            List.of(
                new Readiness.Check("repository", Readiness.State.FAILED, "it is \"nowhere\"")));
    try (var client = open.client()) {
      var answer = client.ask("GET", "/readyz", "Host: localhost\n").answer();
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.body())
          .isEqualTo(
              "{\"ready\":false,\"checks\":[{\"name\":\"repository\",\"state\":\"failed\",\"reason\":\"it is \\\"nowhere\\\"\"}]}");
      open.readiness = new Readiness(true, List.of());
      assertThat(client.ask("GET", "/readyz", "Host: localhost\n").answer().status())
          .isEqualTo(200);
    }
  }

  @Test
  void metricsCountWhatWasServedAndWhatWasNot() throws IOException {
    post(open, JSON_HEADERS);
    post(open, "Host: evil.example\n");
    // A request is counted when all of it is done, a moment after its client has the answer.
    Jar.await(
        "a request is counted",
        () ->
            HttpRig.metric("codeintel_http_requests_total{path=\"/mcp\",status=\"200\"") > 0
                && HttpRig.metric("codeintel_http_request_duration_seconds_count{path=\"/mcp\"")
                    > 0);
    try (var client = open.client()) {
      var answer = client.ask("GET", "/metrics", "Host: localhost\n").answer();
      assertThat(answer.headers().get("content-type")).startsWith("text/plain; version=0.0.4");
      assertThat(answer.body())
          .contains("# TYPE codeintel_http_requests_total counter")
          .containsPattern("codeintel_http_requests_total\\{path=\"/mcp\",status=\"200\"} [1-9]")
          .containsPattern("codeintel_http_refused_total\\{reason=\"host\"} [1-9]")
          .containsPattern(
              "codeintel_http_request_duration_seconds_bucket\\{path=\"/mcp\",le=\"0.005\"}")
          .doesNotContain("evil");
    }
  }

  @Test
  void aPersonSeesWhatThisIs() throws IOException {
    try (var client = open.client()) {
      var answer = client.ask("GET", "/", "Host: localhost\n").answer();
      assertThat(answer.headers())
          .containsEntry("content-type", "text/html; charset=utf-8")
          .hasEntrySatisfying(
              "content-security-policy", policy -> assertThat(policy).contains("'none'"));
      assertThat(answer.body())
          .contains("<html lang=\"en\">", "<title>codeintel</title>", "<main>")
          .contains(open.transport.url().toString())
          .doesNotContain("<script", "YOUR-TOKEN");
    }
  }

  /** Anybody in the office could read the repository. */
  @Test
  void othersThanThisMachineNeedAToken() {
    assertThatThrownBy(
            () ->
                new HttpRig(
                    HttpRig::echo,
                    options ->
                        new HttpOptions(
                            "0.0.0.0", 0, options.tokens(), List.of(), 1, 1, options.pace())))
        .isInstanceOf(CodeintelException.class)
        .hasMessageContaining("CODEINTEL_TOKEN");
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, http://127.0.0.1:",
    "[::1], http://[::1]:",
    "::1, http://[::1]:",
    "::, http://127.0.0.1:",
    "0.0.0.0, http://127.0.0.1:"
  })
  void theAddressThatIsShownIsOneThatWorks(String host, String shown) throws IOException {
    assumeTrue(!shown.contains("[") || HttpListeners.loopbacks().size() == 2, "no IPv6 here");
    try (var rig =
        new HttpRig(
            HttpRig::echo,
            options ->
                new HttpOptions(
                    host,
                    0,
                    HttpRig.withToken(options, TOKEN).tokens(),
                    List.of(),
                    1,
                    1,
                    options.pace()))) {
      var url = rig.transport.url();
      assertThat(url.toString()).startsWith(shown).endsWith("/mcp");
      var name = url.getHost();
      try (var client = new RawHttp(InetAddress.getByName(name), url.getPort(), 0)) {
        var headers =
            "Host: %s:%d\nContent-Type: application/json\nAuthorization: Bearer %s\n"
                .formatted(name, url.getPort(), TOKEN);
        assertThat(client.post(headers, HttpRig.bytes("{}")).answer().status()).isEqualTo(200);
        assertThat(
                client
                    .post(headers.replace(name, "0.0.0.0"), HttpRig.bytes("{}"))
                    .answer()
                    .status())
            .as("a name that browsers take for this machine")
            .isEqualTo(403);
      }
    }
  }

  /** An endpoint that fails closed the connection without a word. */
  @Test
  void whatGoesWrongInsideIsAnswered() throws IOException {
    try (var rig =
            new HttpRig(
                (_, _) -> {
                  throw new IllegalStateException("secret words");
                });
        var client = rig.client()) {
      var answer = client.post("{}").answer();
      assertThat(answer.status()).isEqualTo(500);
      assertThat(answer.body()).contains("-32603").doesNotContain("secret");
      assertThat(client.post("{}").answer().status()).as("the connection lives").isEqualTo(500);
    }
  }

  @Test
  void chunksThatCannotBeReadAreRefusedOrEnd() throws IOException {
    var head = "POST /mcp HTTP/1.1\n" + JSON_HEADERS + "Transfer-Encoding: chunked\n\n";
    for (var chunks : List.of("ffffffff\nxx", "zz\n", "2\n{}xx0\n\n", "-1\n")) {
      try (var client = open.client()) {
        client.send(head + chunks).endOfInput();
        client.readToTheEnd();
      }
    }
    var before = reached.get();
    assertThat(post(open, JSON_HEADERS).status()).isEqualTo(200);
    assertThat(reached.get()).isEqualTo(before + 1);
  }
}
