package dev.codeintel.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.config.Limits;
import dev.codeintel.tool.Call;
import dev.codeintel.tool.FakeBackend;
import dev.codeintel.tool.FakeTools;
import dev.codeintel.tool.Toolbox;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The decisions that are taken for each POST, in the order of the specification. */
@Timeout(60)
class HttpEndpointTest {

  private static final String META =
      "'_meta':{'io.modelcontextprotocol/protocolVersion':'2026-07-28','io.modelcontextprotocol/clientCapabilities':{}}";

  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch open = new CountDownLatch(1);
  private final CountDownLatch cancelled = new CountDownLatch(1);
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final HttpEndpoint endpoint =
      new Dispatcher(
              new Toolbox(
                  List.of(
                      FakeTools.echo(),
                      FakeTools.waiting(begun, open, cancelled),
                      FakeTools.noting(calls)),
                  FakeBackend::new),
              Duration.ofSeconds(10))
          .http();

  /**
   * Headers are {@code v} for the version, {@code m} for the method, {@code n} for the name; {@code
   * META} in a body is a whole envelope.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // what is no message
        " | {                                                    | 400 | -32700",
        " | 7                                                    | 400 | -32600",
        " | []                                                   | 400 | -32600",
        " | {'jsonrpc':'2.0','id':null,'method':'ping'}          | 400 | -32600",
        " | {'jsonrpc':'1.0','id':1,'method':'ping'}             | 400 | -32600",
        // revisions with a handshake
        " | {'jsonrpc':'2.0','id':1,'method':'ping'}             | 200 |",
        "v=2025-11-25 | {'jsonrpc':'2.0','id':1,'method':'ping'} | 200 |",
        "v=2024-11-05 | {'jsonrpc':'2.0','id':1,'method':'ping'} | 200 |",
        "v=1999-01-01 | {'jsonrpc':'2.0','id':1,'method':'ping'} | 400 | -32600",
        "v=2025-06-18 | {'jsonrpc':'2.0','id':1,'method':'nope'} | 200 | -32601",
        "v=2025-06-18 | {'jsonrpc':'2.0','id':1,'method':'server/discover'} | 200 | -32601",
        " | {'jsonrpc':'2.0','method':'notifications/initialized'} | 202 |",
        " | {'jsonrpc':'2.0','id':1,'result':{}}                 | 202 |",
        "v=1999-01-01 | {'jsonrpc':'2.0','method':'notifications/initialized'} | 400 | -32600",
        "v=1999-01-01 | {'jsonrpc':'2.0','id':1,'result':{}}     | 400 | -32600",
        "v=2026-07-28 | {'jsonrpc':'2.0','id':1,'result':{}}     | 202 |",
        " | {'jsonrpc':'2.0','id':1,'method':'initialize','params':{'protocolVersion':'2025-06-18'}} | 200 |",
        "v=2026-07-28 | {'jsonrpc':'2.0','id':1,'method':'initialize','params':{'protocolVersion':'2025-06-18'}} | 400 | -32020",
        // batches
        " | [{'jsonrpc':'2.0','id':1,'method':'ping'}]           | 200 |",
        " | [{'jsonrpc':'2.0','method':'x'}]                     | 202 |",
        "v=2025-11-25 | [{'jsonrpc':'2.0','id':1,'method':'ping'}] | 400 | -32600",
        " | [{'jsonrpc':'2.0','id':1,'method':'ping','params':{META}}] | 400 | -32600",
        // a stateless revision is named, and the rest of the envelope is missing
        "v=2026-07-28,m=tools/list | {'jsonrpc':'2.0','id':1,'method':'tools/list'} | 400 | -32602",
        "v=2026-07-28,m=tools/list | {'jsonrpc':'2.0','id':1,'method':'tools/list','params':{'_meta':{'io.modelcontextprotocol/clientCapabilities':{}}}} | 400 | -32602",
        "v=2026-07-28,m=tools/list | {'jsonrpc':'2.0','id':1,'method':'tools/list','params':{'_meta':{'io.modelcontextprotocol/protocolVersion':'2026-07-28'}}} | 400 | -32602",
        " | {'jsonrpc':'2.0','id':1,'method':'tools/list','params':{'_meta':{'io.modelcontextprotocol/protocolVersion':7,'io.modelcontextprotocol/clientCapabilities':{}}}} | 400 | -32602",
        // headers that are missing or say something else
        "m=tools/list | {'jsonrpc':'2.0','id':1,'method':'tools/list','params':{META}} | 400 | -32020",
        "v=2026-07-28 | {'jsonrpc':'2.0','id':1,'method':'tools/list','params':{META}} | 400 | -32020",
        "v=2025-11-25,m=tools/list | {'jsonrpc':'2.0','id':1,'method':'tools/list','params':{META}} | 400 | -32020",
        "v=2026-07-28,m=Tools/List | {'jsonrpc':'2.0','id':1,'method':'tools/list','params':{META}} | 400 | -32020",
        "v=2026-07-28,m=tools/call | {'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'echo',META}} | 400 | -32020",
        "v=2026-07-28,m=tools/call,n=wait | {'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'echo',META}} | 400 | -32020",
        "v=2026-07-28,m=tools/call,n==?base64?ZWNobw=?= | {'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'echo',META}} | 400 | -32020",
        "v=2026-07-28,m=x | {'jsonrpc':'2.0','method':'notifications/cancelled','params':{META}} | 400 | -32020",
        "v=2025-11-25 | {'jsonrpc':'2.0','method':'notifications/cancelled','params':{META}} | 400 | -32020",
        "v=2030-01-01,m=x | {'jsonrpc':'2.0','method':'x','params':{'_meta':{'io.modelcontextprotocol/protocolVersion':'2030-01-01'}}} | 400 | -32022",
        "v=2026-07-28,m=notifications/cancelled | {'jsonrpc':'2.0','method':'notifications/cancelled','params':{'requestId':1,META}} | 202 |",
        // versions that are not spoken
        "v=2030-01-01,m=tools/list | {'jsonrpc':'2.0','id':1,'method':'tools/list','params':{'_meta':{'io.modelcontextprotocol/protocolVersion':'2030-01-01','io.modelcontextprotocol/clientCapabilities':{}}}} | 400 | -32022",
        "v=2025-11-25,m=tools/list | {'jsonrpc':'2.0','id':1,'method':'tools/list','params':{'_meta':{'io.modelcontextprotocol/protocolVersion':'2025-11-25','io.modelcontextprotocol/clientCapabilities':{}}}} | 400 | -32022",
        // methods that the revision does not have
        "v=2026-07-28,m=ping | {'jsonrpc':'2.0','id':1,'method':'ping','params':{META}} | 404 | -32601",
        "v=2026-07-28,m=initialize | {'jsonrpc':'2.0','id':1,'method':'initialize','params':{META}} | 404 | -32601",
        "v=2026-07-28,m=logging/setLevel | {'jsonrpc':'2.0','id':1,'method':'logging/setLevel','params':{META}} | 404 | -32601",
        // what the method itself says is in the body
        "v=2026-07-28,m=tools/list | {'jsonrpc':'2.0','id':1,'method':'tools/list','params':{META}} | 200 |",
        "v=2026-07-28,m=tools/list | {'jsonrpc':'2.0','id':1,'method':'tools/list','params':{'cursor':'','_meta':{'io.modelcontextprotocol/protocolVersion':'2026-07-28','io.modelcontextprotocol/clientCapabilities':{}}}} | 200 | -32602",
        "v=2026-07-28,m=tools/call,n=nope | {'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'nope',META}} | 200 | -32602",
        "v= 2026-07-28 ,m=tools/call,n= =?base64?ZWNobw==?=  | {'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'echo','arguments':{'text':'a'},META}} | 200 |",
        "v=2026-07-28,m=tools/call | {'jsonrpc':'2.0','id':1,'method':'tools/call','params':{META}} | 200 | -32602",
        "v=2026-07-28,m=subscriptions/listen | {'jsonrpc':'2.0','id':1,'method':'subscriptions/listen','params':{META}} | 200 | -32602",
      })
  void everyPostHasItsStatusAndCode(String headers, String body, int status, Long code) {
    var posted = post(headers == null ? "" : headers, body.replace("META", META));
    assertThat(posted.status).isEqualTo(status);
    if (code == null && status == 202) {
      assertThat(posted.messages).isEmpty();
      return;
    }
    assertThat(posted.messages).hasSize(1);
    var answer = posted.messages.getFirst();
    if (code == null) {
      assertThat(answer).doesNotContain("\"error\":{\"code\"");
    } else {
      assertThat(answer).contains("\"error\":{\"code\":" + code + ",");
    }
  }

  /** Clients of the stateless revision drop a result without its type. */
  @Test
  void aStatelessResultSaysWhatItIs() {
    var discovered =
        result(
            post(
                "v=2026-07-28,m=server/discover",
                "{'jsonrpc':'2.0','id':'d','method':'server/discover','params':{%s}}"
                    .formatted(META)));
    assertThat(discovered)
        .containsEntry("resultType", "complete")
        .containsEntry("supportedVersions", List.of("2026-07-28"))
        .containsEntry("cacheScope", "public")
        .containsEntry(
            "_meta",
            Map.of(
                "io.modelcontextprotocol/serverInfo",
                Map.of("name", "codeintel", "version", Dispatcher.version())))
        .containsKeys("capabilities", "instructions", "ttlMs");
    var called = result(callEcho());
    assertThat(called)
        .containsEntry("resultType", "complete")
        .containsEntry("structuredContent", Map.of("said", "hi"))
        .doesNotContainKeys("ttlMs", "cacheScope", "isError");
  }

  /** Clients of older revisions check results against schemas that know none of this. */
  @Test
  void anOlderResultIsAsItWas() {
    var listed = result(post("", "{'jsonrpc':'2.0','id':1,'method':'tools/list'}"));
    assertThat(listed).containsOnlyKeys("tools");
  }

  /** The versions in the error are those that discovery names. */
  @Test
  void anUnsupportedVersionIsAnsweredWithThoseThatAre() {
    var refused =
        post(
            "v=2030-01-01,m=tools/list",
            "{'jsonrpc':'2.0','id':1,'method':'tools/list','params':{'_meta':{"
                + "'io.modelcontextprotocol/protocolVersion':'2030-01-01',"
                + "'io.modelcontextprotocol/clientCapabilities':{}}}}");
    assertThat(child(child(refused.json(), "error"), "data"))
        .isEqualTo(Map.of("supported", List.of("2026-07-28"), "requested", "2030-01-01"));
  }

  /**
   * A client that hangs up has cancelled in one kind of revision, and only lost a line in the
   * other.
   */
  @Test
  void onlyAStatelessClientCancelsByHangingUp() {
    var wait = "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'wait'%s}}";
    var older = endpoint.post(head(""), bytes(wait.formatted("")));
    assertThat(older.endsWithClient()).isFalse();
    var stateless =
        endpoint.post(head("v=2026-07-28,m=tools/call,n=wait"), bytes(wait.formatted("," + META)));
    assertThat(stateless.endsWithClient()).isTrue();
    var sent = new ArrayList<byte[]>();
    var work = (Reply.Later) stateless.reply();
    var worker = Thread.startVirtualThread(() -> work.run(sent::add));
    await(begun);
    work.cancel();
    await(cancelled);
    join(worker);
    assertThat(sent).isEmpty();
  }

  /** Two clients that named their conversation alike shared it. */
  @Test
  void aConversationBelongsToItsClient() {
    var note = "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'note'}}";
    post("s=one", note);
    post("s= ", note);
    post("", note);
    assertThat(calls)
        .extracting(call -> call.session().orElse("none"))
        .containsExactly("tester one", "none", "none");
    assertThat(post("s=" + "x".repeat(Limits.SESSION_CHARS_MAX), note).status).isEqualTo(400);
    calls.clear();
    post(
        "s=one,v=2026-07-28,m=tools/call,n=note",
        note.replace("'name':'note'", "'name':'note'," + META));
    assertThat(calls).extracting(Call::session).containsExactly(java.util.Optional.empty());
  }

  @Test
  void aSubscriptionIsAcknowledgedAndEnds() {
    var reply =
        endpoint.post(
            head("v=2026-07-28,m=subscriptions/listen"),
            bytes(
                "{'jsonrpc':'2.0','id':7,'method':'subscriptions/listen','params':{"
                    + "'notifications':{'toolsListChanged':true},"
                    + META
                    + "}}"));
    assertThat(reply.status()).isEqualTo(200);
    var stream = (Reply.Open) reply.reply();
    var acknowledged = parse(stream.acknowledgement());
    assertThat(acknowledged)
        .containsEntry("method", "notifications/subscriptions/acknowledged")
        .containsEntry(
            "params",
            Map.of(
                "notifications",
                Map.of(),
                "_meta",
                Map.of("io.modelcontextprotocol/subscriptionId", 7L)));
    var end = parse(stream.end());
    assertThat(end).containsEntry("id", 7L);
    assertThat(child(end, "result")).containsEntry("resultType", "complete");
    assertThat(child(child(end, "result"), "_meta"))
        .containsEntry("io.modelcontextprotocol/subscriptionId", 7L);
  }

  private record Posted(int status, List<String> messages) {
    Map<String, Object> json() {
      return parse(messages.getFirst().getBytes(UTF_8));
    }
  }

  private Posted callEcho() {
    return post(
        "v=2026-07-28,m=tools/call,n=echo",
        "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'echo','arguments':{'text':'hi'},%s}}"
            .formatted(META));
  }

  private Posted post(String headers, String body) {
    var reply = endpoint.post(head(headers), bytes(body));
    var messages = new ArrayList<String>();
    switch (reply.reply()) {
      case Reply.None _ -> {}
      case Reply.Now(var message) -> messages.add(new String(message, UTF_8));
      case Reply.Later work -> {
        try (work) {
          work.run(message -> messages.add(new String(message, UTF_8)));
        }
      }
      case Reply.Open(var message, _) -> messages.add(new String(message, UTF_8));
    }
    return new Posted(reply.status(), messages);
  }

  private static HttpHead head(String headers) {
    var names =
        Map.of(
            "v", "mcp-protocol-version", "m", "mcp-method", "n", "mcp-name", "s", "x-session-id");
    var values = new HashMap<String, List<String>>();
    for (var header : headers.split(",")) {
      if (!header.isEmpty()) {
        values.put(names.get(header.substring(0, 1)), List.of(header.substring(2)));
      }
    }
    return new HttpHead(
        name -> values.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()), "tester");
  }

  private static byte[] bytes(String json) {
    return json.replace('\'', '"').getBytes(UTF_8);
  }

  private static Map<String, Object> result(Posted posted) {
    return child(posted.json(), "result");
  }

  private static Map<String, Object> child(Map<String, Object> parent, String key) {
    return ToolClient.child(parent, key);
  }

  private static Map<String, Object> parse(byte[] message) {
    try {
      return Json.asObject(Json.read(message)).orElseThrow();
    } catch (Json.NotJson e) {
      throw new AssertionError(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
