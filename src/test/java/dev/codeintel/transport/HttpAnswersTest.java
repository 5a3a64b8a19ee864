package dev.codeintel.transport;

import static dev.codeintel.transport.HttpRig.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.config.Limits;
import dev.codeintel.mcp.HttpHead;
import dev.codeintel.mcp.HttpReply;
import dev.codeintel.mcp.Reply;
import dev.codeintel.testkit.Jar;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In which form answers go out, and what becomes of them when the client leaves. */
@Timeout(60)
class HttpAnswersTest {

  private static final String BOTH = RawHttp.JSON_HEADERS;
  private static final String JSON_ONLY =
      "Host: localhost\nContent-Type: application/json\nAccept: application/json\n";
  private static final String EVENTS_ONLY =
      "Host: localhost\nContent-Type: application/json\nAccept: text/event-stream\n";
  private static final int FEW_BYTES = 4 << 10;

  /** More than any socket takes. */
  private static final int LARGE_BYTES = 32 << 20;

  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch open = new CountDownLatch(1);
  private final CountDownLatch cancelled = new CountDownLatch(1);
  private final CountDownLatch finished = new CountDownLatch(1);

  private HttpReply waiting(boolean endsWithClient) {
    return HttpRig.later(
        endsWithClient,
        sink -> {
          begun.countDown();
          HttpRig.await(open);
          sink.send(bytes("{\"answer\":1}"));
          finished.countDown();
        },
        () -> {
          cancelled.countDown();
          open.countDown();
        });
  }

  private static HttpReply telling(int messages) {
    return HttpRig.later(
        true,
        sink -> {
          for (var i = 1; i <= messages; i++) {
            sink.send(bytes("m" + i));
          }
        },
        () -> {});
  }

  private static HttpRig rig(HttpReply reply) {
    return new HttpRig((_, _) -> reply);
  }

  private static HttpOptions quick(HttpOptions options) {
    var pace = options.pace();
    return HttpRig.at(
        options,
        new HttpOptions.Pace(
            HttpRig.SOON, pace.heartbeat(), pace.workingHeartbeat(), pace.write(), pace.grace()));
  }

  @Test
  void notificationsAreAcceptedWithoutABody() throws IOException {
    try (var rig = rig(new HttpReply(202, new Reply.None(), false));
        var client = rig.client()) {
      for (var i = 0; i < 2; i++) {
        var answer = client.post("{}").answer();
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.body()).isEmpty();
      }
    }
  }

  @Test
  void theStatusIsTheProtocols() throws IOException {
    try (var rig = rig(new HttpReply(404, new Reply.Now(bytes("{}")), true));
        var client = rig.client()) {
      assertThat(client.post("{}").answer().status()).isEqualTo(404);
    }
  }

  @Test
  void anAnswerThatComesSoonAndAloneIsJson() throws IOException {
    try (var rig = rig(telling(1));
        var client = rig.client()) {
      var answer = client.post("{}").answer();
      assertThat(answer.headers())
          .containsEntry("content-type", "application/json")
          .containsEntry("content-length", "2");
      assertThat(answer.body()).isEqualTo("m1");
    }
  }

  /** A client that takes events got none, and one that takes JSON an error of no request. */
  @ParameterizedTest
  @ValueSource(strings = {"application/json", "text/event-stream"})
  void workThatFailsIsAnswered(String accept) throws IOException {
    var work =
        HttpRig.later(
            true,
            _ -> {
              throw new IllegalStateException("outside of any job");
            },
            () -> {});
    try (var rig = rig(work);
        var client = rig.client()) {
      var headers = RawHttp.JSON_HEADERS.replaceAll("Accept: .*", "Accept: " + accept);
      client.post(headers, bytes("{}"));
      if (accept.equals("application/json")) {
        assertThat(client.answer().body()).isEqualTo("failed");
      } else {
        assertThat(client.head().status()).isEqualTo(200);
        assertThat(client.eventsToTheEnd()).containsExactly("failed");
      }
    }
  }

  @Test
  void progressMakesAStreamOfIt() throws IOException {
    try (var rig = rig(telling(3));
        var client = rig.client()) {
      for (var i = 0; i < 2; i++) {
        var head = client.post("{}").head();
        assertThat(head.headers())
            .containsEntry("content-type", "text/event-stream")
            .containsEntry("cache-control", "no-cache, no-transform")
            .containsEntry("x-accel-buffering", "no");
        assertThat(client.eventsToTheEnd()).containsExactly("m1", "m2", "m3");
      }
    }
  }

  @Test
  void clientsGetTheFormThatTheyTake() throws IOException {
    try (var rig = rig(telling(3));
        var client = rig.client()) {
      var json = client.post(JSON_ONLY, bytes("{}")).answer();
      assertThat(json.headers()).containsEntry("content-type", "application/json");
      assertThat(json.body()).as("the answer alone").isEqualTo("m3");
    }
    try (var rig = rig(new HttpReply(200, new Reply.Now(bytes("now")), true));
        var client = rig.client()) {
      var events = client.post(EVENTS_ONLY, bytes("{}")).head();
      assertThat(events.headers()).containsEntry("content-type", "text/event-stream");
      assertThat(client.eventsToTheEnd()).containsExactly("now");
    }
    try (var rig = rig(telling(1));
        var client = rig.client()) {
      var events = client.post(EVENTS_ONLY, bytes("{}")).head();
      assertThat(events.headers()).containsEntry("content-type", "text/event-stream");
      assertThat(client.eventsToTheEnd()).containsExactly("m1");
    }
  }

  /** A slow answer came as JSON, and between there was no sign of life. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void slowAnswersAreStreamsWithHeartbeats(boolean endsWithClient) throws IOException {
    try (var rig = new HttpRig((_, _) -> waiting(endsWithClient), HttpAnswersTest::quick);
        var client = rig.client()) {
      client.post("{}").head();
      assertThat(client.event()).isEqualTo(":");
      assertThat(client.event()).isEqualTo(":");
      open.countDown();
      assertThat(client.eventsToTheEnd()).containsExactly("{\"answer\":1}");
    }
  }

  /** A client that cannot read events waited for an answer that came as one. */
  @Test
  void slowAnswersAreJsonForThoseWhoReadNothingElse() throws IOException {
    try (var rig = new HttpRig((_, _) -> waiting(true), HttpAnswersTest::quick);
        var client = rig.client()) {
      client.post(JSON_ONLY, bytes("{}"));
      HttpRig.await(begun);
      open.countDown();
      assertThat(client.answer().body()).isEqualTo("{\"answer\":1}");
    }
  }

  /** HTTP/1.0 is what nginx speaks to its servers unless told otherwise. */
  @Test
  void oldClientsReadToTheEndOfTheConnection() throws IOException {
    try (var rig = rig(telling(2));
        var client = rig.client()) {
      client.send("POST /mcp HTTP/1.0\n" + BOTH + "Content-Length: 2\n\n{}");
      assertThat(client.head().headers()).containsEntry("connection", "close");
      assertThat(client.readToTheEnd()).isPositive();
    }
  }

  /** 250 clients that asked for a file of 4 MB and did not read it filled a heap of 200 MB. */
  @ParameterizedTest
  @ValueSource(strings = {JSON_ONLY, EVENTS_ONLY})
  void anAnswerTakesMemoryUntilItIsReadOrItsClientLeaves(String headers) throws IOException {
    var large = new byte[LARGE_BYTES];
    for (var reads : List.of(true, false)) {
      var closed = new CountDownLatch(1);
      var reply = HttpRig.later(true, sink -> sink.send(large), () -> {}, closed::countDown);
      try (var rig = new HttpRig((_, _) -> reply);
          var client = rig.client()) {
        client.post(headers + "Connection: close\n", bytes("{}"));
        assertThat(client.head().status()).isEqualTo(200);
        assertThat(closed.getCount()).isOne();
        if (reads) {
          assertThat(client.readToTheEnd()).isGreaterThanOrEqualTo(LARGE_BYTES);
        } else {
          client.reset();
        }
        HttpRig.await(closed);
      }
    }
  }

  @Test
  void largeAnswersArriveWhole() throws IOException {
    var text = "\u00e9".repeat(3_000_001);
    try (var rig =
            new HttpRig(
                (_, body) ->
                    new String(body, UTF_8).equals("now")
                        ? new HttpReply(200, new Reply.Now(bytes(text)), true)
                        : HttpRig.later(
                            true,
                            sink -> {
                              sink.send(bytes("p"));
                              sink.send(bytes(text));
                            },
                            () -> {}));
        var client = rig.client()) {
      assertThat(client.post("now").answer().body()).isEqualTo(text);
      client.post("later").head();
      assertThat(client.eventsToTheEnd()).containsExactly("p", text);
    }
  }

  /** Nobody waited for the result any more, and a search ran on for half a minute. */
  @Test
  void aClientThatLeavesCancelsItsWork() throws IOException {
    try (var rig = new HttpRig((_, _) -> waiting(true), HttpAnswersTest::quick);
        var client = rig.client()) {
      client.post("{}");
      HttpRig.await(begun);
      client.reset();
      HttpRig.await(cancelled);
    }
  }

  /** In the older revisions a broken connection says nothing about the request. */
  @Test
  void anOlderClientThatLeavesDoesNot() throws IOException {
    var before = unanswered();
    try (var rig = new HttpRig((_, _) -> waiting(false), HttpAnswersTest::quick)) {
      try (var client = rig.client()) {
        client.post("{}").head();
        assertThat(client.event()).isEqualTo(":");
        client.reset();
      }
      open.countDown();
      HttpRig.await(finished);
      assertThat(cancelled.getCount()).isOne();
    }
    assertThat(unanswered()).as("streams left open").isEqualTo(before);
  }

  private boolean isCancelledSoon() {
    try {
      return cancelled.await(1, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError("somebody interrupts work", e);
    }
  }

  /** One client that did not read kept a thread and its memory for ever. */
  @Test
  void aWriterWhoseClientDoesNotReadIsFreed() throws IOException {
    var piece = bytes("x".repeat(256 << 10));
    HttpReply flood =
        HttpRig.later(
            true,
            sink -> {
              while (!isCancelledSoon()) { // where there is one processor, others need it
                sink.send(piece);
              }
            },
            cancelled::countDown);
    try (var rig = new HttpRig((_, _) -> flood, HttpAnswersTest::impatient);
        var client = new RawHttp(InetAddress.getByName("127.0.0.1"), rig.port(), FEW_BYTES)) {
      client.post("{}");
      HttpRig.await(cancelled);
    }
  }

  @Test
  void soIsOneOfALargeAnswer() throws IOException {
    var text = bytes("x".repeat(64 << 20));
    var ended = requests();
    try (var rig =
            new HttpRig(
                (_, _) -> new HttpReply(200, new Reply.Now(text), false),
                HttpAnswersTest::impatient);
        var client = new RawHttp(InetAddress.getByName("127.0.0.1"), rig.port(), FEW_BYTES)) {
      client.post("{}");
      Jar.await("the end of the request", () -> requests() > ended);
      assertThat(client.readToTheEnd()).isLessThan(text.length);
    }
  }

  /** Memory grew with what a client had not read yet. */
  @Test
  void progressThatNobodyReadsIsReplacedByTheNewest() {
    var mailbox = new Mailbox();
    for (var i = 0; i < 1_000; i++) {
      mailbox.send(bytes("p" + i));
    }
    mailbox.send(bytes("answer"));
    mailbox.end();
    for (var i = 0; i < Limits.HTTP_MESSAGES_WAITING_MAX - 1; i++) {
      assertThat(mailbox.next(HttpRig.LATE)).contains(bytes("p" + i));
    }
    assertThat(mailbox.next(HttpRig.LATE)).contains(bytes("answer"));
    assertThat(mailbox.isDone()).isTrue();
  }

  @Test
  void theHeadAndTheClientReachTheProtocol() throws IOException {
    try (var rig = new HttpRig(HttpAnswersTest::told);
        var client = rig.client()) {
      var headers = BOTH + "mcp-PROTOCOL-version: 2026-07-28\nMcp-Name: a\nMcp-Name: b\n";
      assertThat(client.post(headers, bytes("{}")).answer().body())
          .isEqualTo("[2026-07-28] [a, b] [] 127.0.0.1");
    }
  }

  private static HttpReply told(HttpHead head, byte[] body) {
    var text =
        "%s %s %s %s"
            .formatted(
                head.headers().apply("MCP-Protocol-Version"),
                head.headers().apply("Mcp-Name"),
                head.headers().apply("Mcp-Method"),
                head.client());
    return new HttpReply(200, new Reply.Now(bytes(text)), true);
  }

  private static HttpOptions impatient(HttpOptions options) {
    var pace = HttpRig.PACE;
    return HttpRig.at(
        options,
        new HttpOptions.Pace(
            HttpRig.SOON,
            pace.heartbeat(),
            pace.workingHeartbeat(),
            HttpRig.SOON.multipliedBy(10),
            pace.grace()));
  }

  private static double unanswered() {
    return HttpRig.metric("codeintel_http_open_streams ");
  }

  private static double requests() {
    return HttpRig.metric("codeintel_http_requests_total{path=\"/mcp\"");
  }
}
