package dev.codeintel.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.Progress;
import dev.codeintel.testkit.Seeded;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Folders walked by several threads beside each other. */
@Timeout(60)
class WalkTest {

  private static final UnixOperatingSystemMXBean SYSTEM =
      (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private static final int FOLDERS = 120;

  @TempDir Path root;

  private final List<String> written = new ArrayList<>();

  /** Folders in folders, some of them chains, with files whose order is not that of the walk. */
  @BeforeEach
  void write() throws IOException {
    var random = Seeded.random();
    var folders = new ArrayList<>(List.of(""));
    for (var i = 0; i < FOLDERS; i++) {
      var above = folders.get(random.nextBoolean() ? i : random.nextInt(i + 1));
      folders.add(above.length() > 200 ? "d" + i + "/" : above + "d" + i + "/");
    }
    for (var folder : folders) {
      Files.createDirectories(root.resolve(folder));
      for (var name : List.of("a", "d1-", "d9.txt", "z")) {
        written.add(folder + name);
        Files.writeString(root.resolve(folder + name), name);
      }
    }
    written.sort(PathOrder.INSTANCE);
  }

  private static FileListing walk(Workspace workspace, CancelToken cancel) {
    return workspace.list(cancel, _ -> {});
  }

  @RepeatedTest(2)
  void manyWalksAtOnceFindTheSame() throws Exception {
    try (var workspace = Workspace.open(root);
        var threads = Executors.newFixedThreadPool(8)) {
      var tasks = new ArrayList<Callable<FileListing>>();
      for (var i = 0; i < 24; i++) {
        tasks.add(() -> walk(workspace, CancelToken.create()));
      }
      for (Future<FileListing> listing : threads.invokeAll(tasks)) {
        assertThat(listing.get().files()).extracting(SourceFile::path).isEqualTo(written);
        assertThat(listing.get().skipped()).isEmpty();
      }
    }
  }

  @Test
  void eachFolderIsHeardOfOnce() {
    try (var workspace = Workspace.open(root)) {
      var heard = new ArrayList<String>();
      workspace.list(
          CancelToken.create(),
          files -> {
            synchronized (heard) {
              files.forEach(file -> heard.add(file.path()));
            }
          });
      assertThat(heard).containsExactlyInAnyOrderElementsOf(written);
    }
  }

  /** A folder was closed while others were being opened in it: its number was that of another. */
  @Test
  void aWalkThatEndsEarlyIsAtAnEndEverywhere() {
    try (var workspace = Workspace.open(root)) {
      walk(workspace, CancelToken.create());
      var before = SYSTEM.getOpenFileDescriptorCount();
      for (var folders = 1; folders < FOLDERS; folders += 7) {
        var left = new AtomicInteger(folders);
        var cancel = CancelToken.create();
        assertThatThrownBy(
                () ->
                    workspace.list(
                        cancel,
                        _ -> {
                          if (left.decrementAndGet() == 0) {
                            cancel.cancel();
                          }
                        }))
            .isInstanceOfSatisfying(
                CodeintelException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
        var heard = left.get();
        assertThat(SYSTEM.getOpenFileDescriptorCount()).isLessThanOrEqualTo(before);
        assertThat(left).hasValue(heard);
      }
    }
  }

  @Test
  void whatBreaksOnAnyThreadIsThrown() {
    try (var workspace = Workspace.open(root)) {
      var left = new AtomicInteger(FOLDERS / 2);
      var broken = new IllegalStateException("broken");
      assertThatThrownBy(
              () ->
                  workspace.list(
                      CancelToken.create(),
                      _ -> {
                        if (left.decrementAndGet() == 0) {
                          throw broken;
                        }
                      }))
          .isSameAs(broken);
    }
  }

  @Test
  void aCutIsAtTheSameFileEachTime() {
    try (var workspace = Workspace.open(root)) {
      for (var most : List.of(1, 100, FOLDERS)) {
        var cut = workspace.list(CancelToken.create(), Progress.NONE, most);
        assertThat(cut.files()).extracting(SourceFile::path).isEqualTo(written.subList(0, most));
        assertThat(cut.skipped())
            .containsOnly(Map.entry(SkipReason.TOO_MANY, written.size() - most));
      }
    }
  }
}
