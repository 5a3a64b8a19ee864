package dev.codeintel.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Interrupts reach a blocked write, and nothing else. */
@Timeout(60)
class WriteGuardTest {

  private static final Duration SHORT = Duration.ofMillis(20);

  @Test
  void aBlockedWriteEndsAndLeavesNothingBehind() throws Exception {
    var outcome = new CompletableFuture<Boolean>();
    try (var guard = new WriteGuard(SHORT);
        var server =
            ServerSocketChannel.open()
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        var client = SocketChannel.open(server.getLocalAddress());
        var writer = server.accept()) {
      assertThat(client.isConnected()).isTrue();
      Thread.startVirtualThread(
          () -> {
            try {
              assertThatThrownBy(() -> guard.write(() -> fill(writer)))
                  .isInstanceOf(ClosedByInterruptException.class);
              outcome.complete(Thread.currentThread().isInterrupted());
            } catch (Throwable e) {
              outcome.completeExceptionally(e);
            }
          });
      assertThat(outcome.get()).as("still interrupted").isFalse();
    }
  }

  /** A late interrupt met a thread that was reading a pack of git by then. */
  @Test
  void aWriteThatIsOverIsNeverInterrupted() throws Exception {
    try (var guard = new WriteGuard(Duration.ofNanos(100_000))) {
      for (var i = 0; i < 20_000; i++) {
        guard.write(WriteGuardTest::brief);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
      }
      assertThatThrownBy(
              () ->
                  guard.write(
                      () -> {
                        throw new IOException("broken pipe");
                      }))
          .hasMessage("broken pipe");
    }
  }

  /** About as long as a write may take here. */
  private static void brief() {
    var end = System.nanoTime() + 80_000 + System.identityHashCode(new Object()) % 40_000;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  private static void fill(SocketChannel channel) throws IOException {
    var bytes = ByteBuffer.allocate(1 << 20);
    while (true) {
      channel.write(bytes.clear());
    }
  }
}
