package dev.codeintel.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeCacheTest {

  private static final String SOUND = "/dev/codeintel/ops/sound/SHA256SUMS";

  @TempDir Path folder;
  private Path root;

  @BeforeEach
  void rootThatIsNotThereYet() {
    root = folder.resolve("cache/codeintel");
  }

  /** What another start of the same jar runs. */
  public static final class Extracting {
    public static void main(String[] arguments) {
      new NativeCache(Path.of(arguments[0])).extract("test", SOUND);
    }
  }

  @Test
  void extractsOnceIntoAPrivateFolderNamedByDigest() throws IOException {
    var extracted = new NativeCache(root).extract("test", SOUND);
    assertSound(extracted);
    assertThat(extracted.getParent()).isEqualTo(root);
    assertThat(extracted.getFileName().toString()).matches("test-[0-9a-f]{16}");
    for (var made : List.of(root, extracted)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
          .as(made.toString())
          .isEqualTo("rwx------");
    }
    var before = Files.getLastModifiedTime(extracted.resolve("liba.so"));
    assertThat(new NativeCache(root).extract("test", SOUND)).isEqualTo(extracted);
    assertThat(Files.getLastModifiedTime(extracted.resolve("liba.so"))).isEqualTo(before);
  }

  /** A full disk left half a library, and every later start crashed on it. */
  @Test
  void aTruncatedOrLostFileIsExtractedAgain() throws IOException {
    var extracted = new NativeCache(root).extract("test", SOUND);
    Files.write(extracted.resolve("liba.so"), new byte[10], StandardOpenOption.TRUNCATE_EXISTING);
    assertSound(new NativeCache(root).extract("test", SOUND));
    Files.delete(extracted.resolve("libb.so.1"));
    assertSound(new NativeCache(root).extract("test", SOUND));
    Files.delete(extracted.resolve("sizes"));
    assertSound(new NativeCache(root).extract("test", SOUND));
    assertNothingIsLeftBehind();
  }

  /** A damaged jar was loaded into the process. */
  @Test
  void aFileThatIsNotWhatItsDigestNamesIsRefused() throws IOException {
    assertThatThrownBy(
            () -> new NativeCache(root).extract("test", "/dev/codeintel/ops/damaged/SHA256SUMS"))
        .isInstanceOf(CodeintelException.class)
        .hasMessageContaining("damaged/libc.so is not the file its digest names")
        .hasMessageContaining(root.toString());
    assertThatThrownBy(
            () -> new NativeCache(root).extract("test", "/dev/codeintel/ops/damaged/MISSING"))
        .hasMessageContaining("nowhere.so is missing from the jar");
    try (var files = Files.list(root)) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactly(".lock");
    }
  }

  @Test
  void aFolderThatCannotBeMadeIsNamedWithTheRemedy() throws IOException {
    Files.writeString(folder.resolve("cache"), "a file, where a folder should be");
    assertThatThrownBy(() -> new NativeCache(root).extract("test", SOUND))
        .isInstanceOf(CodeintelException.class)
        .hasMessageContaining(root.toString())
        .hasMessageContaining("XDG_CACHE_HOME");
  }

  /** Several clients start their servers at the same moment; one found the other's half. */
  @Test
  void threadsThatExtractAtOnceAllGetTheWholeFolder() throws Exception {
    for (var round = 0; round < 20; round++) {
      if (round > 0) { // a repair is the harder race: there is something to take away
        Files.delete(new NativeCache(root).extract("test", SOUND).resolve("liba.so"));
      }
      var start = new CyclicBarrier(8);
      var extractions = new ArrayList<Callable<Path>>();
      for (var i = 0; i < 8; i++) {
        extractions.add(
            () -> {
              start.await();
              var extracted = new NativeCache(root).extract("test", SOUND);
              assertSound(extracted);
              return extracted;
            });
      }
      try (var threads = Executors.newFixedThreadPool(8)) {
        for (var done : threads.invokeAll(extractions)) {
          assertSound(done.get());
        }
      }
    }
    assertNothingIsLeftBehind();
  }

  @Test
  void processesThatExtractAtOnceAllSucceed() throws Exception {
    var command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            "target/classes:target/test-classes",
            Extracting.class.getName(),
            root.toString());
    var processes = new ArrayList<Process>();
    for (var i = 0; i < 4; i++) {
      processes.add(
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("process" + i).toFile())
              .start());
    }
    for (var i = 0; i < 4; i++) {
      assertThat(processes.get(i).waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(processes.get(i).exitValue())
          .as(Files.readString(folder.resolve("process" + i)))
          .isZero();
    }
    assertSound(new NativeCache(root).extract("test", SOUND));
    assertNothingIsLeftBehind();
  }

  private static void assertSound(Path extracted) {
    assertThat(extracted.resolve("liba.so")).hasSize(42 * 200);
    assertThat(extracted.resolve("libb.so.1")).hasContent("second\n");
  }

  private void assertNothingIsLeftBehind() throws IOException {
    try (var files = Files.list(root)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.startsWith(".partial"));
    }
  }
}
