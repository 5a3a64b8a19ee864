package dev.codeintel.transport;

import static dev.codeintel.transport.HttpRig.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.codeintel.config.Limits;
import dev.codeintel.mcp.HttpReply;
import dev.codeintel.mcp.Reply;
import dev.codeintel.testkit.Jar;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many clients at once, and a server that is stopped under them. */
@Timeout(120)
class HttpLoadTest {

  private static final int FILES_MIN = 10_000;
  private static final UnixOperatingSystemMXBean SYSTEM =
      (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final List<RawHttp> clients = new ArrayList<>();
  private long filesBefore;

  @BeforeEach
  void count() {
    assumeTrue(
        SYSTEM.getMaxFileDescriptorCount() >= FILES_MIN,
        "needs %d open files at once; ulimit -n allows %d"
            .formatted(FILES_MIN, SYSTEM.getMaxFileDescriptorCount()));
    filesBefore = SYSTEM.getOpenFileDescriptorCount();
  }

  /** Connections and their threads stayed behind. */
  @AfterEach
  void nothingStaysOpen() throws IOException {
    for (var client : clients) {
      client.close();
    }
    // A few belong to nobody: what the JDK opens once and keeps.
    Jar.await(
        "the end of all connections",
        () -> SYSTEM.getOpenFileDescriptorCount() <= filesBefore + 20);
    Jar.await(
        "the end of all servers",
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("HTTP-Dispatcher")));
  }

  private RawHttp client(HttpRig rig) throws IOException {
    var client = rig.client();
    clients.add(client);
    return client;
  }

  /** The 201st connection that became idle was closed without a word. */
  @Test
  void fiveHundredConnectionsAreKept() throws IOException {
    try (var rig = new HttpRig(HttpRig::echo)) {
      for (var i = 0; i < 500; i++) {
        assertThat(client(rig).post("a" + i).answer().body()).isEqualTo("a" + i);
      }
      for (var i = 0; i < 500; i++) {
        assertThat(clients.get(i).post("b" + i).answer().body()).isEqualTo("b" + i);
      }
    }
  }

  /** Streams were cut off in the middle when the server was stopped. */
  @Test
  void twoThousandStreamsLiveAndEndProperly() throws Exception {
    try (var rig = new HttpRig((_, _) -> HttpRig.open(), HttpLoadTest::calm)) {
      for (var i = 0; i < 2_000; i++) {
        client(rig).post("{}");
      }
      for (var client : clients) {
        assertThat(client.head().status()).isEqualTo(200);
        assertThat(client.event()).isEqualTo("acknowledged");
      }
      assertThat(HttpRig.metric("codeintel_http_open_streams ")).isEqualTo(2_000);
      for (var client : clients) {
        assertThat(client.event()).isEqualTo(":");
      }
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        var ends = new ArrayList<Future<List<String>>>();
        for (var client : clients) {
          ends.add(threads.submit(client::eventsToTheEnd));
        }
        rig.stop();
        for (var end : ends) {
          assertThat(end.get()).containsExactly("ended");
        }
      }
    }
    assertThat(HttpRig.metric("codeintel_http_open_streams ")).isZero();
  }

  @Test
  void oneClientCannotTakeAllStreams() throws IOException {
    try (var rig =
        new HttpRig(
            (_, _) -> HttpRig.open(), options -> HttpRig.at(options, HttpOptions.Pace.USUAL))) {
      for (var i = 0; i < Limits.HTTP_STREAMS_PER_CLIENT_MAX; i++) {
        client(rig).post("{}");
      }
      for (var client : clients) {
        assertThat(client.head().status()).isEqualTo(200);
      }
      var oneMore = client(rig).post("{}").answer();
      assertThat(oneMore.status()).isEqualTo(503);
      assertThat(oneMore.body()).contains("-32603", "Subscription limit reached");
      clients.getFirst().reset();
    }
  }

  /** A flood of requests used up the memory; what is beyond the bound is told so at once. */
  @Test
  void moreRequestsThanAreTakenAreRefused() throws IOException {
    var open = new CountDownLatch(1);
    var begun = new CountDownLatch(Limits.HTTP_REQUESTS_MAX);
    HttpReply waiting =
        HttpRig.later(
            true,
            sink -> {
              begun.countDown();
              HttpRig.await(open);
              sink.send(bytes("done"));
            },
            open::countDown);
    try (var rig = new HttpRig((_, _) -> waiting)) {
      for (var i = 0; i < Limits.HTTP_REQUESTS_MAX; i++) {
        client(rig).post("{}");
      }
      HttpRig.await(begun);
      var refused = client(rig).post("{}").answer();
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.headers()).containsEntry("retry-after", "1");
      assertThat(refused.body()).contains("-32603");
      open.countDown();
      for (var client : clients.subList(0, Limits.HTTP_REQUESTS_MAX)) {
        assertThat(client.answer().body()).isEqualTo("done");
      }
      assertThat(clients.getLast().post("{}").answer().body()).isEqualTo("done");
    }
  }

  /** A restart lost what was being answered. */
  @Test
  void whatIsInFlightIsFinishedWhenTheServerIsStopped() throws Exception {
    var open = new CountDownLatch(1);
    var begun = new CountDownLatch(100);
    var cancelled = new CountDownLatch(1);
    HttpReply waiting =
        HttpRig.later(
            true,
            sink -> {
              begun.countDown();
              HttpRig.await(open);
              sink.send(bytes("done"));
            },
            cancelled::countDown);
    try (var rig = new HttpRig((_, _) -> waiting)) {
      for (var i = 0; i < 100; i++) {
        client(rig).post("{}");
      }
      var idle = client(rig).ask("GET", "/healthz", "Host: localhost\n");
      assertThat(idle.answer().status()).isEqualTo(200);
      HttpRig.await(begun);
      var stopping = Thread.startVirtualThread(rig::stop);
      RawHttp.Answer refused;
      do { // until the server knows
        refused = idle.ask("GET", "/readyz", "Host: localhost\n").answer();
      } while (refused.status() == 200);
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.headers()).containsEntry("connection", "close");
      assertThat(idle.isEnded()).isTrue();
      open.countDown();
      for (var client : clients.subList(0, 100)) {
        var answer = client.answer();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("done");
      }
      stopping.join();
      assertThat(cancelled.getCount()).isOne();
    }
  }

  /** Work that takes too long kept a stopped server alive. */
  @Test
  void whatDoesNotFinishInTimeIsCancelled() throws Exception {
    var begun = new CountDownLatch(1);
    var cancelled = new CountDownLatch(1);
    HttpReply endless =
        HttpRig.later(
            false,
            _ -> {
              begun.countDown();
              HttpRig.await(cancelled);
            },
            cancelled::countDown);
    var pace = HttpRig.PACE;
    try (var rig =
        new HttpRig(
            (_, _) -> endless,
            options ->
                HttpRig.at(
                    options,
                    new HttpOptions.Pace(
                        pace.holdBack(),
                        pace.heartbeat(),
                        pace.workingHeartbeat(),
                        pace.write(),
                        HttpRig.SOON)))) {
      var client = client(rig).post("{}");
      var other = client(rig);
      other.ask("GET", "/healthz", "Host: localhost\n").answer();
      HttpRig.await(begun);
      rig.stop();
      HttpRig.await(cancelled);
      var answer = client.answer();
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.body()).contains("being stopped");
      assertThat(other.isEnded()).isTrue();
      rig.transport.awaitClose();
    }
  }

  /** Thousands of streams with a heartbeat every 30 ms keep two processors busy. */
  private static HttpOptions calm(HttpOptions options) {
    var pace = HttpRig.PACE;
    return HttpRig.at(
        options,
        new HttpOptions.Pace(
            pace.holdBack(),
            HttpRig.SOON.multipliedBy(20),
            pace.workingHeartbeat(),
            pace.write(),
            pace.grace()));
  }

  /** The second address of localhost was somebody else's, or nobody's. */
  @Test
  void localhostIsBothItsAddresses() throws IOException {
    try (var rig =
        new HttpRig(
            (_, _) -> new HttpReply(200, new Reply.Now(bytes("here")), true),
            options ->
                new HttpOptions(
                    "localhost", 0, options.tokens(), List.of(), 1, 1, options.pace()))) {
      assertThat(rig.transport.url().toString())
          .isEqualTo("http://localhost:%d/mcp".formatted(rig.port()));
      for (var address : HttpListeners.loopbacks()) {
        try (var client = new RawHttp(address, rig.port(), 0)) {
          assertThat(client.post("{}").answer().body()).as(address.toString()).isEqualTo("here");
        }
      }
    }
  }
}
