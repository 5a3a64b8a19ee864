package dev.codeintel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileLocksTest {

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void lockFile() {
    file = folder.resolve("test.lock");
  }

  @Test
  void manyShareAndOneExcludes() {
    try (var _ = FileLocks.shared(file, CancelToken.create());
        var _ = FileLocks.shared(file, CancelToken.create())) {
      assertThatThrownBy(() -> FileLocks.exclusive(file, late()))
          .isInstanceOf(CodeintelException.class);
    }
    try (var _ = FileLocks.exclusive(file, CancelToken.create())) {
      assertThatThrownBy(() -> FileLocks.shared(file, late()))
          .isInstanceOf(CodeintelException.class);
      assertThatThrownBy(() -> FileLocks.exclusive(file, late()))
          .isInstanceOf(CodeintelException.class);
    }
    FileLocks.exclusive(file, late()).close();
  }

  /**
   * Closing one shared lock closed the file, and Linux dropped the lock that a second holder still
   * relied on.
   */
  @Test
  void theLockOfTheProcessLastsUntilItsLastHolderIsDone() throws Exception {
    var first = FileLocks.shared(file, CancelToken.create());
    var second = FileLocks.shared(file, CancelToken.create());
    first.close();
    first.close();
    assertThat(otherProcessGetsIt()).isFalse();
    second.close();
    assertThat(otherProcessGetsIt()).isTrue();
  }

  private static CancelToken late() {
    return CancelToken.withDeadline(Duration.ZERO);
  }

  /** Asks from another JVM, since locks of one process never exclude each other. */
  private boolean otherProcessGetsIt() throws IOException, InterruptedException {
    var program = folder.resolve("Lock.java");
    Files.writeString(
        program,
        """
        import java.nio.channels.FileChannel;
        import java.nio.file.Path;
        import java.nio.file.StandardOpenOption;
        class Lock {
          public static void main(String[] file) throws Exception {
            try (var channel = FileChannel.open(Path.of(file[0]), StandardOpenOption.WRITE)) {
              System.exit(channel.tryLock() == null ? 1 : 0);
            }
          }
        }
        """);
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var process = new ProcessBuilder(java, program.toString(), file.toString()).inheritIO().start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isIn(0, 1);
    return process.exitValue() == 0;
  }
}
