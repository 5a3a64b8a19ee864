package dev.codeintel.repo;

import static dev.codeintel.repo.WorkspaceTest.NOBODY;
import static dev.codeintel.repo.WorkspaceTest.list;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.testkit.Pipes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.ClosedDirectoryStreamException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The one door to the files of a work tree, as Linux has it and as plain Java has it. */
class RootFolderTest {

  private static final String INSIDE = "inside\n";
  private static final String OUTSIDE = "of somebody else\n";

  @TempDir Path temp;
  private Path root;

  static Stream<Named<RootFolder.Opener>> doors() {
    var plain = Named.<RootFolder.Opener>of("plain Java", StreamFolder::at);
    if (DescriptorFolder.AVAILABLE) {
      return Stream.of(Named.of("descriptors", DescriptorFolder::at), plain);
    }
    System.err.println("skipped: descriptors are not tried on this system");
    return Stream.of(plain);
  }

  @BeforeEach
  void makeFiles() throws IOException {
    root = Files.createDirectories(temp.toRealPath().resolve("r"));
    write("r/a/b/f.txt", INSIDE);
    write("r/top.txt", "top\n");
    write("outside/b/f.txt", OUTSIDE);
    write("outside/b/only-outside.txt", OUTSIDE);
  }

  private void write(String path, String text) throws IOException {
    var file = temp.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static String text(RootFolder door, String path) throws IOException {
    try (var file = door.open(path)) {
      return new String(file.read(100), StandardCharsets.UTF_8);
    }
  }

  private static void assertCode(ErrorCode code, Callable<?> call) {
    assertThatThrownBy(call::call)
        .isInstanceOfSatisfying(
            CodeintelException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  @ParameterizedTest
  @MethodSource("doors")
  void regularFilesAreOpenedThroughLinksThatStayInside(RootFolder.Opener opener)
      throws IOException {
    Files.createSymbolicLink(root.resolve("link.txt"), Path.of("a/b/f.txt"));
    Files.createSymbolicLink(root.resolve("absolute"), root.resolve("a"));
    Files.createSymbolicLink(root.resolve("a/up"), Path.of("../absolute/b"));
    var door = new RootFolder(root, opener);
    for (var path : List.of("a/b/f.txt", "link.txt", "absolute/b/f.txt", "a/up/f.txt")) {
      try (var file = door.open(path)) {
        assertThat(file.path()).isEqualTo("a/b/f.txt");
        assertThat(file.attributes().size()).isEqualTo(INSIDE.length());
        assertThat(file.read(3)).hasSize(4);
      }
    }
    assertThat(door.attributes("a/b/f.txt").isRegularFile()).isTrue();
    assertThat(door.attributes("a").isDirectory()).isTrue();
    assertThat(door.attributes("").isDirectory()).isTrue();
    assertThat(door.attributes("link.txt").isSymbolicLink()).isTrue();
    assertThatThrownBy(() -> door.attributes("absolute/b")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> door.openExactly("link.txt"))
        .isInstanceOfSatisfying(OpenFolder.NotRegular.class, e -> assertThat(e.isLink()).isTrue());
    assertThat(door.bytes("link.txt", 100)).isEmpty();
    assertThat(door.bytes("a/none", 100)).isEmpty();
    assertThat(door.bytes("none/none", 100)).isEmpty();
    assertThat(door.bytes("top.txt/none", 100)).isEmpty();
    assertThat(door.bytes("top.txt", 100)).contains("top\n".getBytes(StandardCharsets.UTF_8));
  }

  /** Opening a pipe waits until somebody writes into it, which may be never. */
  @ParameterizedTest
  @MethodSource("doors")
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void nothingButRegularFilesIsOpened(RootFolder.Opener opener) throws IOException {
    Pipes.make(root.resolve("a/pipe"));
    Pipes.make(root.resolve("a/.gitignore"));
    Files.createSymbolicLink(root.resolve("to-pipe"), Path.of("a/pipe"));
    Files.createSymbolicLink(root.resolve("device"), Path.of("/dev/zero"));
    Files.createSymbolicLink(root.resolve("self"), Path.of("/proc/self/fd/0"));
    Files.createSymbolicLink(root.resolve("loop"), Path.of("loop"));
    var door = new RootFolder(root, opener);
    for (var path : List.of("a/pipe", "to-pipe", "a", "", "a/b/")) {
      assertCode(ErrorCode.NOT_A_FILE, () -> door.open(path));
    }
    for (var path : List.of("a/pipe/x", "to-pipe/x", "loop", "loop/x", "none", "top.txt/x")) {
      assertCode(ErrorCode.PATH_NOT_FOUND, () -> door.open(path));
    }
    // Written as UTF-8, half a character is a question mark.
    write("r/?", "of another name\n");
    assertCode(ErrorCode.PATH_NOT_FOUND, () -> door.open("\ud800"));
    assertCode(ErrorCode.PATH_OUTSIDE_REPOSITORY, () -> door.open("device"));
    assertThatThrownBy(() -> door.open("self")).isInstanceOf(CodeintelException.class);
    assertThatThrownBy(() -> door.folder("a/pipe")).isInstanceOf(NotDirectoryException.class);
    assertThatThrownBy(() -> door.folder("none")).isInstanceOf(NoSuchFileException.class);
    assertThat(RuleFile.text(door, "a/.gitignore")).isEmpty();
    try (var workspace = Workspace.open(root, NOBODY)) {
      assertThat(list(workspace).skipped())
          .containsEntry(SkipReason.SPECIAL, 2)
          .containsEntry(SkipReason.SYMLINK, 4);
    }
  }

  @ParameterizedTest
  @MethodSource("doors")
  void entriesAreThoseOfTheFolderThatWasOpened(RootFolder.Opener opener) throws IOException {
    try (var top = opener.at(root);
        var a = top.folder("a")) {
      Files.move(root.resolve("a"), temp.resolve("moved"));
      Files.createSymbolicLink(root.resolve("a"), temp.resolve("outside"));
      try (var b = a.folder("b")) {
        var names = new TreeSet<String>();
        b.forEachEntry(entry -> names.add(entry.getFileName().toString()));
        assertThat(names).containsExactly("f.txt");
        assertThat(b.attributes("f.txt").size()).isEqualTo(INSIDE.length());
      }
      assertThatThrownBy(() -> top.folder("a")).isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> opener.at(root.resolve("a"))).isInstanceOf(IOException.class);
  }

  /** The root itself, or a folder above it, is a link of a sudden. */
  @ParameterizedTest
  @MethodSource("doors")
  void aRootThatBecameALinkIsClosed(RootFolder.Opener opener) throws IOException {
    write("elsewhere/r/a/b/f.txt", OUTSIDE);
    write("above/r/a/b/f.txt", INSIDE);
    var deep = temp.toRealPath().resolve("above/r");
    for (var known : List.of(true, false)) {
      var door = new RootFolder(root, opener);
      var doorBelow = new RootFolder(deep, opener);
      if (known) {
        assertThat(text(door, "a/b/f.txt")).isEqualTo(INSIDE);
        assertThat(text(doorBelow, "a/b/f.txt")).isEqualTo(INSIDE);
      }
      Files.move(root, temp.resolve("aside"));
      Files.move(temp.resolve("above"), temp.resolve("aside-above"));
      Files.createSymbolicLink(root, temp.resolve("outside"));
      Files.createSymbolicLink(temp.resolve("above"), temp.resolve("elsewhere"));
      for (var closed : List.of(door, doorBelow)) {
        assertThatThrownBy(() -> closed.open("a/b/f.txt")).isInstanceOf(CodeintelException.class);
        assertThatThrownBy(() -> closed.open("b/f.txt")).isInstanceOf(CodeintelException.class);
        assertThatThrownBy(() -> closed.folder("")).isInstanceOf(IOException.class);
      }
      Files.delete(root);
      Files.delete(temp.resolve("above"));
      Files.move(temp.resolve("aside"), root);
      Files.move(temp.resolve("aside-above"), temp.resolve("above"));
      assertThat(text(door, "a/b/f.txt")).isEqualTo(INSIDE);
    }
  }

  /** Somebody clones afresh into the same place while a server runs. */
  @ParameterizedTest
  @MethodSource("doors")
  void anotherRealFolderInThePlaceOfTheRootCounts(RootFolder.Opener opener) throws IOException {
    var door = new RootFolder(root, opener);
    assertThat(text(door, "a/b/f.txt")).isEqualTo(INSIDE);
    Files.move(root, temp.resolve("old"));
    write("r/a/b/f.txt", "fresh\n");
    assertThat(text(door, "a/b/f.txt")).isEqualTo("fresh\n");
  }

  /** A folder that was closed twice closed a file that had come to have its number. */
  @Test
  void aFolderMayBeClosedTwiceAndIsOfNoUseThen() throws IOException {
    var here = Files.createDirectories(temp.resolve("here"));
    Files.writeString(here.resolve("f.txt"), "text");
    var folder = OpenFolder.at(here);
    folder.close();
    try (var other = OpenFolder.at(here)) { // likely under the number that is free now
      folder.close();
      try (var file = other.file("f.txt", "f.txt")) {
        assertThat(file.read(10)).hasSize(4);
      }
      assertThatThrownBy(() -> folder.file("f.txt", "f.txt"))
          .isInstanceOfAny(IOException.class, ClosedDirectoryStreamException.class);
      assertThatThrownBy(folder::attributes)
          .isInstanceOfAny(IOException.class, ClosedDirectoryStreamException.class);
    }
  }

  /** An empty listing would have emptied the index. */
  @Test
  void aRootThatIsGoneIsAnErrorAndNoEmptyListing() throws IOException {
    try (var workspace = Workspace.open(root, NOBODY)) {
      Files.move(root, temp.resolve("gone"));
      assertCode(ErrorCode.NOT_A_DIRECTORY, () -> list(workspace));
      Files.createSymbolicLink(root, temp.resolve("outside"));
      assertCode(ErrorCode.NOT_A_DIRECTORY, () -> list(workspace));
    }
  }

  @Test
  void namesThatSomeFileSystemTakesForGitAreClosed() {
    for (var name :
        List.of(
            ".git",
            ".GIT",
            ".gIt",
            "git~1",
            "GIT~1",
            ".git ",
            ".git...",
            ".git. .",
            ".git::$DATA",
            ".git:x",
            ".g\u200Cit",
            "\uFEFF.git",
            ".gi\u206At",
            ".git\u200D",
            ".G\u202EIT")) {
      assertThat(GitName.isGit(name)).as(name).isTrue();
      assertCode(ErrorCode.PATH_OUTSIDE_REPOSITORY, () -> RootFolder.checked("a/" + name));
      assertCode(ErrorCode.PATH_OUTSIDE_REPOSITORY, () -> RootFolder.checked(name + "/config"));
    }
    for (var name :
        List.of(
            ".gitignore",
            ".github",
            "git",
            "git~2",
            ".git~1",
            "x.git",
            ".gi",
            ".",
            "",
            "\u200C",
            "..git")) {
      assertThat(GitName.isGit(name)).as(name).isFalse();
    }
  }

  // ---- swaps while others read

  private static final int READERS = 2;
  private static final int SWAPS = 100;

  /** What a swap does, and what it undoes. */
  private interface Step {
    void run() throws IOException;
  }

  /**
   * Swaps something in a loop while others read.
   *
   * @param read one look; what it returns is what it saw
   * @return all that was seen
   */
  private Set<String> seenWhile(Step there, Step back, int reads, Callable<List<String>> read)
      throws Exception {
    Set<String> seen = ConcurrentHashMap.newKeySet();
    var done = new AtomicBoolean();
    var swaps = new AtomicInteger();
    var looks = new AtomicInteger();
    try (var threads =
        Executors.newFixedThreadPool(READERS + 1, Thread.ofPlatform().daemon().factory())) {
      var swapping =
          threads.submit(
              () -> {
                while (!done.get()) {
                  there.run();
                  Thread.onSpinWait();
                  back.run();
                  swaps.incrementAndGet();
                  // One more look than there are readers: one at least found all in its place.
                  for (var before = looks.get(); !done.get() && looks.get() <= before + READERS; ) {
                    Thread.yield();
                  }
                }
                return null;
              });
      var readers = new ArrayList<java.util.concurrent.Future<?>>();
      for (var i = 0; i < READERS; i++) {
        readers.add(
            threads.submit(
                () -> {
                  while (looks.get() < reads || swaps.get() < SWAPS) {
                    seen.addAll(read.call());
                    looks.incrementAndGet();
                  }
                  return null;
                }));
      }
      try {
        for (var reader : readers) {
          reader.get(30, TimeUnit.SECONDS); // a reader that hangs fails here
        }
      } finally {
        done.set(true);
      }
      swapping.get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError("a look ended in something else than an answer", e.getCause());
    }
    assertThat(swaps.get()).isGreaterThanOrEqualTo(SWAPS);
    return seen;
  }

  private static Optional<String> read(Callable<String> reading) throws Exception {
    try {
      return Optional.of(reading.call());
    } catch (CodeintelException e) {
      assertThat(e.code())
          .isIn(
              ErrorCode.PATH_NOT_FOUND,
              ErrorCode.PATH_OUTSIDE_REPOSITORY,
              ErrorCode.NOT_A_FILE,
              ErrorCode.NOT_A_DIRECTORY);
      return Optional.empty();
    }
  }

  private Step swapFor(Path place, Step other) {
    return () -> {
      Files.move(place, temp.resolve("aside"));
      other.run();
    };
  }

  private Step swapBack(Path place) {
    return () -> {
      Files.delete(place);
      Files.move(temp.resolve("aside"), place);
    };
  }

  /** Between the check of a path and the opening of a file its folder became a link. */
  @ParameterizedTest
  @MethodSource("doors")
  void aFolderSwappedForALinkLetsNobodyOut(RootFolder.Opener opener) throws Exception {
    var door = new RootFolder(root, opener);
    var folder = root.resolve("a");
    var seen =
        seenWhile(
            swapFor(folder, () -> Files.createSymbolicLink(folder, temp.resolve("outside"))),
            swapBack(folder),
            300,
            () -> read(() -> text(door, "a/b/f.txt")).stream().toList());
    assertThat(seen).containsExactly(INSIDE);
  }

  @ParameterizedTest
  @MethodSource("doors")
  void aFileSwappedForALinkLetsNobodyOut(RootFolder.Opener opener) throws Exception {
    var door = new RootFolder(root, opener);
    var file = root.resolve("a/b/f.txt");
    var seen =
        seenWhile(
            swapFor(file, () -> Files.createSymbolicLink(file, temp.resolve("outside/b/f.txt"))),
            swapBack(file),
            300,
            () -> read(() -> text(door, "a/b/f.txt")).stream().toList());
    assertThat(seen).containsExactly(INSIDE);
  }

  /** Everything of a workspace that reads, the listing with its rules too. */
  @Test
  void noReaderOfAWorkspaceGetsOut() throws Exception {
    write("outside/b/.gitignore", "f.txt\n");
    var folder = root.resolve("a");
    try (var workspace = Workspace.open(root, NOBODY)) {
      var seen =
          seenWhile(
              swapFor(folder, () -> Files.createSymbolicLink(folder, temp.resolve("outside"))),
              swapBack(folder),
              300,
              () -> {
                var found = new ArrayList<String>();
                read(() -> workspace.read("a/b/f.txt").text()).ifPresent(found::add);
                read(() ->
                        new String(
                            workspace
                                .readClean("a/b/f.txt", _ -> Optional.empty(), CancelToken.create())
                                .clean(),
                            StandardCharsets.UTF_8))
                    .ifPresent(found::add);
                workspace.look("a/b/f.txt").ifPresent(file -> found.add("size " + file.size()));
                list(workspace).files().forEach(file -> found.add(file.path() + file.size()));
                workspace.look("a/b/only-outside.txt").ifPresent(file -> found.add("outside"));
                return found;
              });
      assertThat(seen)
          .containsExactlyInAnyOrder(
              INSIDE, "size " + INSIDE.length(), "a/b/f.txt" + INSIDE.length(), "top.txt4");
    }
  }

  /** A pipe came between the look and the opening, and held the indexer for good. */
  @Test
  void aPipeSwappedInHoldsNobody() throws Exception {
    if (!DescriptorFolder.AVAILABLE) {
      System.err.println("skipped: plain Java cannot open without waiting");
      return;
    }
    Pipes.make(temp.resolve("pipe"));
    Pipes.make(temp.resolve("pipe-for-folder"));
    var file = root.resolve("a/b/f.txt");
    var folder = root.resolve("a");
    var pipe = temp.resolve("pipe");
    Step there =
        () -> {
          Files.move(file, temp.resolve("aside"));
          Files.move(pipe, file);
          Files.move(file, pipe);
          Files.move(temp.resolve("aside"), file);
          Files.move(folder, temp.resolve("aside"));
          Files.move(temp.resolve("pipe-for-folder"), folder);
        };
    Step back =
        () -> {
          Files.move(folder, temp.resolve("pipe-for-folder"));
          Files.move(temp.resolve("aside"), folder);
        };
    try (var workspace = Workspace.open(root, NOBODY)) {
      var seen =
          seenWhile(
              there,
              back,
              300,
              () -> {
                list(workspace);
                return read(() -> workspace.read("a/b/f.txt").text()).stream().toList();
              });
      assertThat(seen).containsExactly(INSIDE);
    }
  }
}
