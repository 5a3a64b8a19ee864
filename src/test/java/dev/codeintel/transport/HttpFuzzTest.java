package dev.codeintel.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.ops.Log;
import dev.codeintel.ops.LogLevel;
import dev.codeintel.testkit.Seeded;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Requests that are nearly right, and some that are far from it: each gets an answer or the end of
 * its connection, and the server goes on. {@code -Dtests.fuzz.heads=1000000} sends so many.
 */
@Timeout(3_600)
class HttpFuzzTest {

  private static final int REQUESTS = Integer.getInteger("tests.fuzz.heads", 10_000);
  private static final int CLIENTS = 8;

  private static final List<String> HEADS =
      List.of(
          "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nContent-Length: 2\r\n\r\n{}",
          "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nContent-Type: application/json; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1;x=y\r\n}\r\n0\r\n\r\n",
          "GET /metrics HTTP/1.0\r\nHost: [::1]\r\nConnection: keep-alive\r\n\r\n",
          "GET /readyz HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:3000\r\nForwarded: for=1\r\n\r\n",
          "HEAD / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer abc\r\n\r\n",
          "POST /mcp HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nMcp-Name: =?base64?eA==?=\r\nContent-Length: 4\r\n\r\nnull");

  private static final List<String> PIECES =
      List.of(
          "\r\n",
          "\n",
          "\r",
          "\0",
          ":",
          ",",
          ";",
          " ",
          "\t",
          "%",
          "[",
          "]",
          "\\",
          "\"",
          "+2",
          "-1",
          "99999999999999999999",
          "7fffffff",
          "ffffffffff",
          "chunked",
          "gzip",
          "HTTP/2.0",
          "//",
          "..",
          "Content-Length: 3\r\n",
          "Transfer-Encoding: identity\r\n",
          "Host: evil.example\r\n",
          "\u00ff\u00fe",
          "q=0",
          "*/*",
          "Accept: \r\n",
          "Origin: null\r\n",
          "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

  /** One odd head ended the thread that accepts connections; another was never answered. */
  @Test
  void whateverComesTheServerGoesOn() throws Exception {
    var random = Seeded.random();
    var answered = new AtomicLong();
    var log = new ByteArrayOutputStream();
    Log.configure(LogLevel.ERROR, false, log);
    try (var rig = new HttpRig(HttpRig::echo);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var done =
          IntStream.range(0, CLIENTS)
              .mapToObj(_ -> new Random(random.nextLong()))
              .map(own -> threads.submit(() -> sendAll(rig, own, answered)))
              .toList();
      for (Future<?> each : done) {
        each.get();
      }
      try (var client = rig.client()) {
        assertThat(client.post("{}").answer().status()).isEqualTo(200);
      }
    } finally {
      Log.flush(Duration.ofSeconds(10));
      Log.configure(LogLevel.WARNING, false, OutputStream.nullOutputStream());
    }
    assertThat(log.toString(StandardCharsets.UTF_8)).as("errors").isEmpty();
    assertThat(answered.get()).as("answers").isGreaterThan(REQUESTS / 2);
  }

  private static Void sendAll(HttpRig rig, Random random, AtomicLong answered) throws IOException {
    for (var i = 0; i < REQUESTS / CLIENTS; i++) {
      try (var client = rig.client()) {
        var bytes = mutated(random);
        try {
          client.send(bytes).endOfInput();
        } catch (IOException e) {
          continue; // the server had heard enough
        }
        if (client.readToTheEnd() > 0) {
          answered.incrementAndGet();
        }
      }
    }
    return null;
  }

  private static byte[] mutated(Random random) {
    var bytes = HttpRig.latin(HEADS.get(random.nextInt(HEADS.size())));
    for (var changes = random.nextInt(4); changes > 0; changes--) {
      bytes = changed(bytes, random);
    }
    return bytes;
  }

  private static byte[] changed(byte[] bytes, Random random) {
    var from = random.nextInt(bytes.length + 1);
    var to = Math.min(bytes.length, from + random.nextInt(8));
    var out = new ByteArrayOutputStream();
    out.write(bytes, 0, from);
    switch (random.nextInt(5)) {
      case 0 -> to = from; // only something more
      case 1 -> out.write(random.nextInt(256));
      case 2 -> out.writeBytes(HttpRig.latin(PIECES.get(random.nextInt(PIECES.size()))));
      case 3 -> out.write(bytes, from, to - from); // stands twice, with the rest
      default -> {
        for (var many = random.nextInt(2_000); many > 0; many--) {
          out.write('a');
        }
      }
    }
    if (random.nextInt(20) == 0) {
      return out.toByteArray(); // cut off
    }
    var next = random.nextInt(5) == 0 ? from : to;
    out.write(bytes, next, bytes.length - next);
    return out.toByteArray();
  }
}
