package dev.codeintel.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.tool.Call;
import dev.codeintel.tool.FakeBackend;
import dev.codeintel.tool.FakeTools;
import dev.codeintel.tool.Toolbox;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One stdio program, two kinds of clients; and what both are told while they wait. */
@Timeout(60)
class SessionErasTest {

  private static final String META =
      "'_meta':{'io.modelcontextprotocol/protocolVersion':'2026-07-28','io.modelcontextprotocol/clientCapabilities':{}}";
  private static final String DISCOVER =
      "{'jsonrpc':'2.0','id':'d','method':'server/discover','params':{" + META + "}}";
  private static final String INITIALIZE =
      "{'jsonrpc':'2.0','id':'i','method':'initialize','params':{'protocolVersion':'2025-06-18'}}";

  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch open = new CountDownLatch(1);
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final Session session =
      new Dispatcher(
              new Toolbox(
                  List.of(
                      FakeTools.waiting(begun, open, new CountDownLatch(1)),
                      FakeTools.noting(calls)),
                  FakeBackend::new),
              Duration.ofSeconds(15))
          .open();

  @Test
  void aClientThatStandsAloneIsServedWithoutAHandshake() {
    assertThat(ask("{'jsonrpc':'2.0','id':1,'method':'tools/list','params':{" + META + "}}"))
        .contains("\"resultType\":\"complete\"", "\"ttlMs\":", "\"tools\":[");
    assertThat(ask("{'jsonrpc':'2.0','id':2,'method':'tools/list'}")).contains("-32602");
    assertThat(ask("{'jsonrpc':'2.0','id':3,'method':'ping','params':{" + META + "}}"))
        .contains("-32601");
    assertThat(ask(INITIALIZE.replace("}}", "," + META + "}}"))).contains("-32601");
    ask(note("," + META));
    assertThat(calls).extracting(call -> call.session().isPresent()).containsExactly(false);
  }

  /** A client that shook hands was asked for an envelope from then on. */
  @Test
  void aClientThatShookHandsNeedsNoEnvelope() {
    assertThat(ask(INITIALIZE)).contains("\"protocolVersion\":\"2025-06-18\"");
    assertThat(ask("{'jsonrpc':'2.0','id':1,'method':'tools/list'}"))
        .contains("\"tools\":[")
        .doesNotContain("resultType");
    assertThat(ask(DISCOVER)).contains("-32601");
    ask(note(""));
    assertThat(calls).extracting(call -> call.session().orElse("none")).containsExactly("stdio");
  }

  /** A client that had only asked which revisions there are could not go on in the old way. */
  @Test
  void discoverySettlesNothing() {
    assertThat(ask(DISCOVER)).contains("\"supportedVersions\":[\"2026-07-28\"]");
    assertThat(ask(DISCOVER.replace("2026-07-28", "2030-01-01")))
        .contains("-32022", "\"supported\":[\"2026-07-28\"]");
    assertThat(ask(INITIALIZE)).contains("\"protocolVersion\":\"2025-06-18\"");
    assertThat(ask("{'jsonrpc':'2.0','id':1,'method':'ping'}")).contains("\"result\":{}");
  }

  /** Some clients ping, or list, before they shake hands. */
  @Test
  void aFirstMessageNeedNotBeTheHandshake() {
    assertThat(ask("{'jsonrpc':'2.0','id':1,'method':'tools/list'}")).contains("\"tools\":[");
    assertThat(ask(INITIALIZE)).contains("\"protocolVersion\":\"2025-06-18\"");
  }

  @Test
  void aSubscriptionStaysOpenUntilItIsCancelledOrTheServerEnds() {
    listen("1");
    listen("'two'");
    assertThat(receive(listening("1"))).isInstanceOf(Reply.Now.class); // the id is taken
    tell("{'jsonrpc':'2.0','method':'notifications/cancelled','params':{'requestId':1}}");
    assertThat(session.endStreams())
        .extracting(end -> new String(end, UTF_8))
        .singleElement()
        .asString()
        .contains("\"id\":\"two\"", "\"resultType\":\"complete\"", "subscriptionId\":\"two\"");
    assertThat(session.endStreams()).isEmpty();
  }

  /** Progress that did not grow, or came after the answer, made clients drop the call. */
  @Test
  void progressGrowsAndEndsWithTheAnswer() throws Exception {
    var sent = new LinkedBlockingQueue<String>();
    var work =
        (Reply.Later)
            receive(
                "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'wait','_meta':{'progressToken':'t'}}}");
    var worker =
        Thread.startVirtualThread(() -> work.run(message -> sent.add(new String(message, UTF_8))));
    var values = new ArrayList<Double>();
    for (var i = 0; i < 3; i++) {
      var told = parse(sent.take());
      assertThat(told).containsEntry("method", "notifications/progress");
      var params = ToolClient.child(told, "params");
      assertThat(params).containsEntry("progressToken", "t");
      values.add((Double) params.get("progress"));
    }
    assertThat(values).isSorted().doesNotHaveDuplicates();
    open.countDown();
    worker.join();
    assertThat(new ArrayList<>(sent).getLast()).contains("\"result\":{");
  }

  @Test
  void withoutATokenNobodyHearsOfProgress() {
    var sent = Collections.synchronizedList(new ArrayList<String>());
    var work =
        (Reply.Later)
            receive("{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'wait'}}");
    open.countDown();
    work.run(message -> sent.add(new String(message, UTF_8)));
    assertThat(sent).hasSize(1);
  }

  private void listen(String id) {
    assertThat(new String(((Reply.Open) receive(listening(id))).acknowledgement(), UTF_8))
        .contains("notifications/subscriptions/acknowledged");
  }

  private static String listening(String id) {
    return "{'jsonrpc':'2.0','id':%s,'method':'subscriptions/listen','params':{'notifications':{},%s}}"
        .formatted(id, META);
  }

  private static String note(String more) {
    return "{'jsonrpc':'2.0','id':9,'method':'tools/call','params':{'name':'note'%s}}"
        .formatted(more);
  }

  private void tell(String message) {
    assertThat(receive(message)).isInstanceOf(Reply.None.class);
  }

  private String ask(String message) {
    var sent = new ArrayList<String>();
    switch (receive(message)) {
      case Reply.Now(var answer) -> sent.add(new String(answer, UTF_8));
      case Reply.Later work -> {
        try (work) {
          work.run(answer -> sent.add(new String(answer, UTF_8)));
        }
      }
      case Reply.None _, Reply.Open _ -> throw new AssertionError(message);
    }
    return sent.getFirst();
  }

  private Reply receive(String message) {
    return session.receive(message.replace('\'', '"').getBytes(UTF_8));
  }

  private static Map<String, Object> parse(String message) throws Json.NotJson {
    return Json.asObject(Json.read(message.getBytes(UTF_8))).orElseThrow();
  }
}
