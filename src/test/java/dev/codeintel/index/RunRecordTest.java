package dev.codeintel.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.ops.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunRecordTest {

  @Test
  void othersSeeARunUntilItEnds(@TempDir Path folder) throws IOException {
    try (var record = RunRecord.start(folder)) {
      record.alsoTelling(Progress.NONE).at("reading", 3, 10);
      var seen = RunRecord.read(folder).orElseThrow();
      assertThat(seen.pid()).isEqualTo(ProcessHandle.current().pid());
      assertThat(seen.phase()).isEqualTo("reading");
      assertThat(seen.done()).isEqualTo(3);
    }
    assertThat(RunRecord.read(folder)).isEmpty();
  }

  /** After a crash its process id was given to another program, and indexing never ended. */
  @Test
  void aProcessThatBeganLaterIsNotTheOneThatRan(@TempDir Path folder) throws IOException {
    var self = ProcessHandle.current();
    var began = self.info().startInstant().orElseGet(Instant::now).toEpochMilli();
    var file = folder.resolve("run.properties");
    Files.writeString(file, text(self.pid(), began - 60_000));
    assertThat(RunRecord.read(folder)).isEmpty();
    Files.writeString(file, text(self.pid(), began + 60_000));
    assertThat(RunRecord.read(folder)).isPresent();
  }

  private static String text(long pid, long startedMillis) {
    return "pid=%d\nstarted=%d\nphase=embedding\ndone=1\ntotal=2\n".formatted(pid, startedMillis);
  }
}
