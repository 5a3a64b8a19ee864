package dev.codeintel.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.config.Limits;
import dev.codeintel.mcp.Dispatcher;
import dev.codeintel.tool.FakeBackend;
import dev.codeintel.tool.FakeTools;
import dev.codeintel.tool.Toolbox;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The server over pipes, in this process. */
@Timeout(60)
class StdioServerTest {

  private static final int CALLS = 80;

  private final CountDownLatch begun = new CountDownLatch(CALLS);
  private final CountDownLatch open = new CountDownLatch(1);
  private final CountDownLatch cancelled = new CountDownLatch(1);
  private final Toolbox toolbox =
      new Toolbox(
          List.of(FakeTools.echo(), FakeTools.waiting(begun, open, cancelled)), FakeBackend::new);

  private Pipe toServer;
  private Pipe fromServer;
  private OutputStream client;
  private BufferedReader answers;
  private Thread server;

  @BeforeEach
  void start() throws IOException {
    toServer = Pipe.open();
    fromServer = Pipe.open();
    client = Channels.newOutputStream(toServer.sink());
    answers =
        new BufferedReader(
            new InputStreamReader(Channels.newInputStream(fromServer.source()), UTF_8));
    InputStream in = Channels.newInputStream(toServer.source());
    var streams =
        new StandardStreams(
            in,
            Channels.newOutputStream(fromServer.sink()),
            OutputStream.nullOutputStream(),
            () -> {},
            () -> {});
    var dispatcher = new Dispatcher(toolbox, Duration.ofSeconds(60));
    server = Thread.startVirtualThread(() -> new StdioServer(dispatcher, streams).run());
  }

  @AfterEach
  void stop() throws Exception {
    open.countDown();
    client.close();
    server.join();
    for (var end : List.of(toServer.source(), fromServer.source(), fromServer.sink())) {
      end.close();
    }
  }

  /** Every one of 64 places for work was taken, and whatever came next waited for a tool. */
  @Test
  void nothingWaitsBehindToolsThatWait() throws Exception {
    for (var i = 0; i < CALLS; i++) {
      send(waitCall("w" + i));
    }
    begun.await();
    send("{'jsonrpc':'2.0','id':'p','method':'ping'}");
    assertThat(answers.readLine()).contains("'p'".replace('\'', '"'));
    send("{'jsonrpc':'2.0','id':'l','method':'tools/list'}");
    assertThat(answers.readLine()).contains("inputSchema");
    send("{'jsonrpc':'2.0','method':'notifications/cancelled','params':{'requestId':'w0'}}");
    assertThat(cancelled.await(60, TimeUnit.SECONDS)).isTrue();
    open.countDown();
    var ids = new HashSet<String>();
    for (var i = 1; i < CALLS; i++) {
      ids.add(answers.readLine().replaceAll(".*\"id\":\"(\\w+)\".*", "$1"));
    }
    assertThat(ids).hasSize(CALLS - 1).doesNotContain("w0");
  }

  /** A client that writes all it has before it reads anything came to a standstill with us. */
  @Test
  void aClientMayWriteManyRequestsBeforeItReads() throws Exception {
    var text = "x".repeat(1_000);
    for (var i = 0; i < 1_000; i++) {
      send(
          "{'jsonrpc':'2.0','id':%d,'method':'tools/call','params':{'name':'echo','arguments':{'text':'%s'}}}"
              .formatted(i, text));
      send("{'jsonrpc':'2.0','id':'p%d','method':'ping'}".formatted(i));
    }
    var ids = new HashSet<String>();
    for (var i = 0; i < 2_000; i++) {
      ids.add(answers.readLine().replaceAll(".*\"id\":\"?(\\w+)\"?,.*", "$1"));
    }
    assertThat(ids).hasSize(2_000);
  }

  /** One line of garbage ended the session. */
  @Test
  void garbageIsAnsweredAndTheNextMessageToo() throws Exception {
    client.write(new byte[] {(byte) 0xff, (byte) 0xfe, '\n', '\r', '\n', '{', '\n'});
    send("{'jsonrpc':'2.0','id':1,'method':'ping'}");
    assertThat(answers.readLine()).contains("-32700").doesNotContain("\"id\"");
    assertThat(answers.readLine()).contains("-32700");
    assertThat(answers.readLine()).isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
  }

  /** A line without end filled the memory. */
  @Test
  void aLineThatIsTooLongIsAnsweredAndSkipped() throws Exception {
    var piece = "x".repeat(1 << 20).getBytes(UTF_8);
    for (var sent = 0; sent <= Limits.STDIO_LINE_BYTES_MAX; sent += piece.length) {
      client.write(piece);
    }
    client.write('\n');
    send("{'jsonrpc':'2.0','id':1,'method':'ping'}");
    assertThat(answers.readLine())
        .contains("-32600", "longer than 10,485,760 bytes")
        .doesNotContain("\"id\"");
    assertThat(answers.readLine()).contains("\"id\":1");
  }

  /** What a client had asked before it closed stdin was never answered. */
  @Test
  void workInFlightMayFinishAfterTheEnd() throws Exception {
    for (var i = 0; i < CALLS; i++) {
      send(waitCall("w" + i));
    }
    begun.await();
    client.close();
    open.countDown();
    for (var i = 0; i < CALLS; i++) {
      assertThat(answers.readLine()).contains("waited");
    }
    server.join();
  }

  /** Work that never ends kept the process alive after its client had gone. */
  @Test
  void workThatDoesNotFinishIsCancelledAtTheEnd() throws Exception {
    send(waitCall("w"));
    client.close();
    server.join();
    assertThat(cancelled.await(60, TimeUnit.SECONDS)).isTrue();
  }

  /** Nobody reads any more: EPIPE is the end, even while stdin stays open. */
  @Test
  void aClientThatReadsNoMoreIsTheEnd() throws Exception {
    fromServer.source().close();
    send("{'jsonrpc':'2.0','id':1,'method':'ping'}");
    server.join();
  }

  private static String waitCall(String id) {
    return "{'jsonrpc':'2.0','id':'%s','method':'tools/call','params':{'name':'wait'}}"
        .formatted(id);
  }

  private void send(String message) throws IOException {
    client.write((message.replace('\'', '"') + "\n").getBytes(UTF_8));
  }
}
