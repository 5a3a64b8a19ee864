package dev.codeintel.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.testkit.FakeVllm;
import dev.codeintel.testkit.HttpPeer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectionsTest {

  private static Wait wait(CancelToken cancel) {
    return new Wait(cancel, Duration.ofMinutes(1));
  }

  /** The JDK keeps every connection, for 30 s, in which a server closes it under a request. */
  @Test
  void idleConnectionsAreFewAndKeptForLessThanTheServerDoes(@TempDir Path folder) throws Exception {
    var java = ProcessHandle.current().info().command().orElseThrow();
    var classes = System.getProperty("java.class.path");
    var out = folder.resolve("out");
    var process =
        new ProcessBuilder(List.of(java, "-cp", classes, IdleConnections.class.getName()))
            .redirectOutput(out.toFile())
            .redirectError(folder.resolve("err").toFile())
            .start();
    assertThat(process.waitFor()).isZero();
    assertThat(out).hasContent("kept 2 of 4\nfor 4 s\n");
  }

  /** A server worked on for a client that had gone. */
  @Test
  void aCancelEndsTheRequestAtTheServerToo() {
    var cancel = CancelToken.create();
    var gone = new CountDownLatch(1);
    HttpPeer.Handler answer =
        (_, reply) -> {
          cancel.cancel();
          reply.awaitClose();
          gone.countDown();
        };
    try (var peer = new HttpPeer(answer);
        var connections = new Connections(1, 1)) {
      var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + peer.port())).build();
      assertThatThrownBy(
              () -> connections.send(request, BodyHandlers.ofString(), Lane.QUERY, wait(cancel)))
          .hasMessageContaining("cancelled");
      HttpPeer.awaitLatch(gone);
    }
  }

  /** What a subscriber of ours throws is what the caller sees. */
  @Test
  void aFailureOfTheReaderIsTheCallers() {
    HttpPeer.Handler answer = (_, reply) -> reply.send(200, FakeVllm.body());
    try (var peer = new HttpPeer(answer);
        var connections = new Connections(1, 1)) {
      var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + peer.port())).build();
      var wait = wait(CancelToken.create());
      assertThatThrownBy(
              () ->
                  connections.send(
                      request,
                      _ -> {
                        throw new IllegalArgumentException("of ours");
                      },
                      Lane.QUERY,
                      wait))
          .isInstanceOfAny(IllegalArgumentException.class, IOException.class)
          .hasStackTraceContaining("of ours");
    }
  }
}
