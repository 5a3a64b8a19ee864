package dev.codeintel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.ops.Log;
import dev.codeintel.ops.LogLevel;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ShutdownTest {

  /** A thread that hung in a repository kept a server whose client had gone for ever. */
  @Test
  void aCloseThatHangsDoesNotKeepTheProcess() throws Exception {
    assertThat(run("hang")).isEqualTo(ExitCode.FAILED);
  }

  @Test
  void aCloseThatEndsLeavesTheStatusAlone() throws Exception {
    assertThat(run("close")).isZero();
  }

  private static int run(String how) throws IOException, InterruptedException {
    var process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                how)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ends").isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  /** Ends at once, and closes as it is told. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) {
      Log.configure(LogLevel.WARNING, false, System.err);
      var never = new CountDownLatch(arguments[0].equals("hang") ? 1 : 0);
      Shutdown.closing(() -> await(never), Duration.ofMillis(200));
    }

    private static void await(CountDownLatch latch) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
