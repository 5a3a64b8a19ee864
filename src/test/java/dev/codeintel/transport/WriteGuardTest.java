package dev.codeintel.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.config.Limits;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Interrupts reach a blocked write, and nothing else. */
@Timeout(60)
class WriteGuardTest {

  private static final Duration SHORT = Duration.ofMillis(20);
  private static final int RATE = 1_000_000_000; // bytes a second

  @Test
  void aBlockedWriteEndsAndLeavesNothingBehind() throws Exception {
    var outcome = new CompletableFuture<Boolean>();
    try (var guard = new WriteGuard(SHORT, RATE);
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
    try (var guard = new WriteGuard(Duration.ofNanos(100_000), RATE)) {
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

  /** Whoever read a little every few seconds had a large answer kept for him for minutes. */
  @Test
  void whatIsReadTooSlowlyAllInAllEnds() throws Exception {
    var slices = 1_000;
    var written = new AtomicInteger();
    var bytes = new byte[slices * Limits.HTTP_SLICE_BYTES_MAX];
    try (var hasty = new WriteGuard(Duration.ofMillis(500), RATE);
        var patient = new WriteGuard(Duration.ofSeconds(60), RATE)) {
      assertThatThrownBy(() -> hasty.write(reader(written, 50), bytes))
          .isInstanceOf(IOException.class);
      assertThat(written.get()).isLessThan(bytes.length);
      written.set(0);
      patient.write(reader(written, 0), bytes);
      assertThat(written).hasValue(bytes.length);
    }
  }

  /** Reads a piece, and then nothing for some time. */
  private static OutputStream reader(AtomicInteger read, long millis) {
    var never = new CountDownLatch(1);
    return new OutputStream() {
      @Override
      public void write(int one) {
        read.incrementAndGet();
      }

      @Override
      public void write(byte[] bytes, int from, int count) throws IOException {
        read.addAndGet(count);
        try {
          assertThat(never.await(millis, TimeUnit.MILLISECONDS)).isFalse();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
    };
  }

  private static void fill(SocketChannel channel) throws IOException {
    var bytes = ByteBuffer.allocate(1 << 20);
    while (true) {
      channel.write(bytes.clear());
    }
  }
}
