package dev.codeintel.embed;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.testkit.FakeVllm;
import dev.codeintel.testkit.HttpPeer;
import dev.codeintel.testkit.Jar;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;

/**
 * A process of its own, since the JDK reads its settings once: asks four times at once and prints
 * how many connections are kept then.
 */
final class IdleConnections {

  private static final int AT_ONCE = 4;

  private IdleConnections() {}

  public static void main(String[] arguments) throws Exception {
    var together = new CyclicBarrier(AT_ONCE);
    HttpPeer.Handler answer =
        (_, reply) -> {
          await(together);
          reply.send(200, FakeVllm.body());
        };
    try (var peer = new HttpPeer(answer);
        var connections = new Connections(AT_ONCE, 2)) {
      var request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/".formatted(peer.port()))).build();
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (var i = 0; i < AT_ONCE; i++) {
          threads.submit(() -> send(connections, request));
        }
      }
      Jar.await("what is too much is closed", () -> peer.open() <= 2);
      System.out.println("kept " + peer.open() + " of " + peer.accepted());
      System.out.println("for " + System.getProperty("jdk.httpclient.keepalive.timeout") + " s");
    }
    System.exit(0);
  }

  private static Void send(Connections connections, HttpRequest request) throws IOException {
    var wait = new Wait(CancelToken.create(), Duration.ofMinutes(1));
    connections.send(request, BodyHandlers.ofString(), Lane.QUERY, wait);
    return null;
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
