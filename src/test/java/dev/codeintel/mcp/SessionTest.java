package dev.codeintel.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.config.Limits;
import dev.codeintel.tool.FakeBackend;
import dev.codeintel.tool.FakeTools;
import dev.codeintel.tool.Toolbox;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class SessionTest {

  private final FakeBackend backend = new FakeBackend();
  private final AtomicInteger opened = new AtomicInteger();
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch open = new CountDownLatch(1);
  private final CountDownLatch cancelled = new CountDownLatch(1);
  private final Toolbox toolbox =
      new Toolbox(
          List.of(
              FakeTools.echo(),
              FakeTools.waiting(begun, open, cancelled),
              FakeTools.failing(),
              FakeTools.many()),
          () -> {
            opened.incrementAndGet();
            return backend;
          });
  private final Session session = new Dispatcher(toolbox, Duration.ofSeconds(10)).open();
  private final List<String> sent = Collections.synchronizedList(new ArrayList<>());

  /** The exchanges of the specification, word by word. */
  @Test
  void golden() {
    expect("{'jsonrpc':'2.0','id':'a','method':'ping'}", "{'jsonrpc':'2.0','id':'a','result':{}}");
    expect("{'jsonrpc':'2.0','method':'notifications/initialized'}", "");
    expect("{'jsonrpc':'2.0','method':'notifications/unheard/of','params':{}}", "");
    expect("{'jsonrpc':'2.0','id':3,'result':{}}", "");
    expect(
        "{'jsonrpc':'2.0','id':4,'method':'server/discover'}",
        "{'jsonrpc':'2.0','id':4,'error':{'code':-32601,'message':'There is no method server/discover'}}");
    expect(
        "{'jsonrpc':'2.0','id':5,'method':'tools/call','params':{'name':'nope'}}",
        "{'jsonrpc':'2.0','id':5,'error':{'code':-32602,'message':'There is no tool nope. There are: echo, wait, fail, many.'}}");
    expect(
        "{'jsonrpc':'2.0','id':6,'method':'tools/call','params':{'name':'echo','arguments':[]}}",
        "{'jsonrpc':'2.0','id':6,'error':{'code':-32602,'message':'params.arguments must be an object.'}}");
    expect(
        "{'jsonrpc':'2.0','id':7,'method':'tools/list','params':{'cursor':''}}",
        "{'jsonrpc':'2.0','id':7,'error':{'code':-32602,'message':'cursor is not one that this server gave; leave it out.'}}");
    expect(
        "{'jsonrpc':'2.0','id':8,'method':'tools/call','params':{'name':'echo','arguments':{'text':'hi'}}}",
        "{'jsonrpc':'2.0','id':8,'result':{'content':[{'type':'text','text':'hi'}],'structuredContent':{'said':'hi'}}}");
    expect(
        "{'jsonrpc':'2.0','id':9,'method':'tools/call','params':{'name':'fail','arguments':{'how':'known'}}}",
        "{'jsonrpc':'2.0','id':9,'result':{'content':[{'type':'text','text':'path-not-found: src/App.java does not exist.'}],"
            + "'structuredContent':{'error':{'code':'path-not-found','message':'src/App.java does not exist.','detail':{}}},'isError':true}}");
    expect(
        "{'jsonrpc':'2.0','id':10,'method':'logging/setLevel','params':{'level':'notice'}}",
        "{'jsonrpc':'2.0','id':10,'result':{}}");
    expect(
        "{'jsonrpc':'2.0','id':11,'method':'logging/setLevel','params':{'level':'loud'}}",
        "{'jsonrpc':'2.0','id':11,'error':{'code':-32602,'message':'params.level must be one of debug, info, notice, warning, error, critical, alert, emergency.'}}");
    expect("x", "{'jsonrpc':'2.0','error':{'code':-32700,'message':'~'}}");
  }

  /** A client of an older revision was answered with a newer one and hung up. */
  @ParameterizedTest
  @CsvSource({
    "2024-11-05, 2024-11-05",
    "2025-03-26, 2025-03-26",
    "2025-06-18, 2025-06-18",
    "2025-11-25, 2025-11-25",
    "2026-07-28, 2025-11-25",
    "1.0, 2025-11-25"
  })
  void initializeAgreesOnARevision(String wanted, String agreed) {
    var result = result(initialize(wanted));
    assertThat(result)
        .containsEntry("protocolVersion", agreed)
        .containsEntry(
            "capabilities",
            Map.of(
                "tools",
                Map.of(),
                "resources",
                Map.of(),
                "prompts",
                Map.of(),
                "completions",
                Map.of()))
        .containsEntry("serverInfo", Map.of("name", "codeintel", "version", Dispatcher.version()));
    assertThat((String) result.get("instructions")).contains("semantic_search");
  }

  /** Indexing ran before the handshake, and initialize timed out. */
  @Test
  void onlyAToolCallTouchesTheRepository() {
    initialize("2025-11-25");
    ask("{'jsonrpc':'2.0','id':1,'method':'tools/list'}");
    ask("{'jsonrpc':'2.0','id':2,'method':'tools/call','params':{'name':'echo','arguments':{}}}");
    assertThat(opened).hasValue(0);
    call("echo", "{'text':'a'}");
    call("many", "{}");
    assertThat(opened).hasValue(1);
    assertThat(backend.touched).hasValue(2);
    toolbox.close();
    assertThat(backend.closed).hasValue(1);
  }

  /** An agent that is told "invalid params" tries the same again. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "echo | {} | text is missing; it must be a text of 1 to 100,000 characters, such as 'hello'.",
        "echo | {'text':null} | text is missing; it must be a text of 1 to 100,000 characters, such as 'hello'.",
        "echo | {'text':7} | text is 7; it must be a text of 1 to 100,000 characters, such as 'hello'.",
        "echo | {'text':''} | text is ''; it must be a text of 1 to 100,000 characters, such as 'hello'.",
        "many | {'max_tokens':199} | max_tokens is 199; it must be a whole number from 200 to 20,000, such as 6000.",
        "many | {'max_tokens':1e300} | max_tokens is 1.0E300; it must be a whole number from 200 to 20,000, such as 6000.",
        "many | {'max_tokens':99999999999999999999} | max_tokens is 99999999999999999999; it must be a whole number from 200 to 20,000, such as 6000.",
        "many | {'max_tokens':'300'} | max_tokens is '300'; it must be a whole number from 200 to 20,000, such as 6000.",
        "many | {'max':1} | An argument of many is 'max'; it must be one of max_tokens, such as 'max_tokens'.",
        "fail | {'how':'badly'} | how is 'badly'; it must be one of unknown, known, deep, such as 'unknown'.",
      })
  void aWrongArgumentIsNamed(String tool, String arguments, String message) {
    var result = call(tool, arguments);
    var quoted = message.replace('\'', '"');
    assertThat(result).containsEntry("isError", true);
    assertThat(text(result)).isEqualTo("invalid-argument: " + quoted);
    var error = child(child(result, "structuredContent"), "error");
    assertThat(error).containsEntry("code", "invalid-argument").containsEntry("message", quoted);
    assertThat(child(error, "detail")).containsKeys("argument", "value", "expected", "example");
  }

  /** Half a character in a path was an internal error. */
  @Test
  void halfACharacterIsNoText() {
    assertThat(text(call("echo", "{'text':'a\\ud800'}")))
        .startsWith("invalid-argument: text is ")
        .contains("it must be a text of 1 to 100,000 characters");
    assertThat(call("echo", "{'text':'\\ud83d\\ude00'}")).doesNotContainKey("isError");
  }

  /** JSON knows one kind of number: some clients send 300 as 300.0. */
  @Test
  void aWholeNumberMayBeWrittenWithAPoint() {
    assertThat(call("many", "{'max_tokens':300.0}")).doesNotContainKey("isError");
  }

  /** The text of an unknown exception went to the client. */
  @ParameterizedTest
  @CsvSource({"unknown", "deep"})
  void anInternalErrorShowsAnIdAndNothingElse(String how) {
    var result = call("fail", "{'how':'" + how + "'}");
    assertThat(text(result))
        .startsWith("internal: ")
        .doesNotContain("secret")
        .doesNotContain("at ");
    var error = child(child(result, "structuredContent"), "error");
    assertThat(text(result)).contains((String) child(error, "detail").get("error_id"));
  }

  /** One list call returned 200,000 tokens. */
  @ParameterizedTest
  @CsvSource({"200", "1000", "6000", "20000"})
  void anAnswerStaysWithinItsTokensAndUsesThem(int tokens) {
    var result = call("many", "{'max_tokens':" + tokens + "}");
    var values = Json.size(result.get("structuredContent"));
    assertThat(values).isLessThanOrEqualTo(tokens * 4).isGreaterThan(tokens * 4 - 250);
    assertThat(Json.size(text(result))).isLessThanOrEqualTo(tokens * 4);
    assertThat(child(result, "structuredContent")).containsEntry("truncated", true);
  }

  /** A cancelled request was answered, and the answer taken for that of another. */
  @Test
  void nothingIsSentForACancelledRequest() throws Exception {
    var work = later("{'jsonrpc':'2.0','id':'w','method':'tools/call','params':{'name':'wait'}}");
    var thread = Thread.startVirtualThread(() -> work.run(this::send));
    begun.await();
    tell("{'jsonrpc':'2.0','method':'notifications/cancelled','params':{'requestId':'other'}}");
    tell("{'jsonrpc':'2.0','method':'notifications/cancelled','params':{}}");
    tell("{'jsonrpc':'2.0','method':'notifications/cancelled','params':{'requestId':'w'}}");
    assertThat(cancelled.await(60, TimeUnit.SECONDS)).isTrue();
    thread.join();
    assertThat(sent).isEmpty();
  }

  /** A request that was cancelled before it had a thread must not begin. */
  @Test
  void aCancelledRequestThatWaitedDoesNotBegin() {
    var work = later("{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'wait'}}");
    session.close();
    work.run(this::send);
    assertThat(sent).isEmpty();
    assertThat(opened).hasValue(0);
  }

  /** Two requests with one id: the first was never answered. */
  @Test
  void anIdInFlightIsRefused() {
    var request =
        "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'echo','arguments':{'text':'a'}}}";
    var work = later(request);
    assertThat(child(parse(now(request)), "error")).containsEntry("code", -32600L);
    work.run(this::send);
    assertThat(sent).hasSize(1);
    later(request).run(this::send);
    assertThat(sent).hasSize(2);
  }

  /** A client that asks without end must not fill the memory. */
  @Test
  void tooManyRequestsAreBusy() {
    for (var i = 0; i < Limits.REQUESTS_IN_FLIGHT_MAX; i++) {
      later("{'jsonrpc':'2.0','id':" + i + ",'method':'tools/call','params':{'name':'wait'}}");
    }
    var answer = now("{'jsonrpc':'2.0','id':'x','method':'tools/call','params':{'name':'wait'}}");
    assertThat(text(child(parse(answer), "result"))).startsWith("busy: ");
    assertThat(now("{'jsonrpc':'2.0','id':'p','method':'ping'}")).contains("result");
  }

  /** A few that were as long as a message may be did. */
  @Test
  void requestsThatAreTooLongTogetherAreBusy() throws Exception {
    var wait =
        "{'jsonrpc':'2.0','id':'%s','method':'tools/call','params':{'name':'wait'},'beside':'"
            + "x".repeat(Limits.REQUESTS_IN_FLIGHT_BYTES_MAX / 10)
            + "'}";
    var first = later(wait.formatted(1));
    for (var i = 2; i < 10; i++) {
      later(wait.formatted(i));
    }
    var answer = now(wait.formatted("x"));
    assertThat(text(child(parse(answer), "result"))).startsWith("busy: ").contains(" bytes ");
    assertThat(now("{'jsonrpc':'2.0','id':'p','method':'ping'}")).contains("result");
    first.cancel();
    first.cancel();
    later(wait.formatted("x"));
    assertThat(text(child(parse(now(wait.formatted("y"))), "result"))).startsWith("busy: ");
    open.countDown();
  }

  /** 500 requests that wait, each with 4 MB beside its arguments, filled the heap. */
  @Test
  void whatWaitsKeepsNothingBesideItsArguments() throws Exception {
    var dispatcher = new Dispatcher(toolbox, Duration.ofSeconds(10));
    var beside = new HashMap<String, Object>(Map.of("progressToken", "p"));
    var seen = new WeakReference<>(beside);
    var params = new HashMap<String, Object>(Map.of("name", "wait", "_meta", beside));
    var asked =
        new Asked(Revision.LATEST_WITH_HANDSHAKE, Methods.CALL_TOOL, params, Optional.empty());
    var reply = (Reply.Later) dispatcher.reply(1L, asked, _ -> {});
    beside = null;
    params = null;
    asked = null;
    for (var i = 0; i < 100 && seen.get() != null; i++) {
      System.gc();
    }
    assertThat(seen.get()).isNull();
    open.countDown();
    reply.run(this::send);
    assertThat(sent.getLast()).contains("waited");
  }

  /** The same with an id of 4 MB, which must go back as it came. */
  @Test
  void anIdHasABound() {
    var request = "{'jsonrpc':'2.0','id':'%s','method':'ping'}";
    var longest = "i".repeat(Limits.ID_CHARS_MAX);
    assertThat(now(request.formatted(longest))).contains(longest);
    var error = child(parse(now(request.formatted(longest + "i"))), "error");
    assertThat(error).containsEntry("code", -32600L);
    assertThat((String) error.get("message")).contains("of at most 1,000 characters");
  }

  /** Batches came with 2025-03-26 and went with 2025-06-18. */
  @Test
  void batchesBelongToOneRevision() throws Exception {
    var batch =
        "[{'jsonrpc':'2.0','id':1,'method':'ping'},7,{'jsonrpc':'2.0','method':'x'},"
            + "{'jsonrpc':'2.0','id':2,'method':'tools/call','params':{'name':'echo','arguments':{'text':'a'}}}]";
    assertThat(child(parse(now(batch)), "error")).containsEntry("code", -32600L);
    initialize("2025-06-18");
    assertThat(child(parse(now(batch)), "error")).containsEntry("code", -32600L);
    initialize("2025-03-26");
    sent.clear();
    later(batch).run(this::send);
    assertThat(sent).hasSize(1);
    var answers = (List<?>) Json.read(sent.getFirst().getBytes(UTF_8));
    assertThat(answers).hasSize(3);
    assertThat(answers.stream().<Object>map(answer -> ((Map<?, ?>) answer).get("id")).toList())
        .containsExactly(1L, null, 2L);
    assertThat(receive("[{'jsonrpc':'2.0','method':'x'}]")).isInstanceOf(Reply.None.class);
  }

  private Map<String, Object> initialize(String revision) {
    return parse(
        now(
            "{'jsonrpc':'2.0','id':0,'method':'initialize','params':{'protocolVersion':'"
                + revision
                + "','capabilities':{},'clientInfo':{'name':'t','version':'1'}}}"));
  }

  private Map<String, Object> call(String tool, String arguments) {
    return result(
        parse(
            ask(
                "{'jsonrpc':'2.0','id':1,'method':'tools/call','params':{'name':'%s','arguments':%s}}"
                    .formatted(tool, arguments))));
  }

  private void expect(String message, String answer) {
    var got = ask(message);
    var wanted = answer.replace('\'', '"');
    if (wanted.contains("~")) {
      assertThat(got).startsWith(wanted.substring(0, wanted.indexOf('~')));
    } else {
      assertThat(got).isEqualTo(wanted);
    }
  }

  /** What is sent for a message; empty when nothing is. */
  private String ask(String message) {
    sent.clear();
    switch (receive(message)) {
      case Reply.None _, Reply.Open _ -> {
        return "";
      }
      case Reply.Now(var answer) -> send(answer);
      case Reply.Later work -> {
        try (work) {
          work.run(this::send);
        }
      }
    }
    assertThat(sent).hasSize(1);
    return sent.getFirst();
  }

  private void tell(String message) {
    assertThat(receive(message)).isInstanceOf(Reply.None.class);
  }

  private String now(String message) {
    return new String(((Reply.Now) receive(message)).message(), UTF_8);
  }

  private Reply.Later later(String message) {
    return (Reply.Later) receive(message);
  }

  private Reply receive(String message) {
    return session.receive(message.replace('\'', '"').getBytes(UTF_8));
  }

  private void send(byte[] message) {
    sent.add(new String(message, UTF_8));
  }

  private static Map<String, Object> parse(String json) {
    try {
      return Json.asObject(Json.read(json.getBytes(UTF_8))).orElseThrow();
    } catch (Json.NotJson e) {
      throw new AssertionError(json, e);
    }
  }

  private static Map<String, Object> result(Map<String, Object> response) {
    return child(response, "result");
  }

  private static String text(Map<String, Object> result) {
    var block = (Map<?, ?>) ((List<?>) result.get("content")).getFirst();
    return (String) block.get("text");
  }

  private static Map<String, Object> child(Map<String, Object> parent, String key) {
    return Json.asObject(parent.get(key)).orElseThrow(() -> new AssertionError(parent));
  }
}
