package dev.codeintel.faiss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.testkit.TestFaiss;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaissLibraryTest {

  private static final List<String> ALLOWED = List.of("--enable-native-access=ALL-UNNAMED");

  @TempDir private Path folder;

  @Test
  void theLibraryOfTheJarIsUsable() {
    var library = TestFaiss.library();
    assertThat(library.isAvailable()).isTrue();
    assertThat(library.reason()).isEmpty();
    var facts = library.facts().orElseThrow();
    assertThat(facts.version()).startsWith("1.11");
    assertThat(facts.simdLevel()).isIn("sse2", "avx2", "avx512");
    assertThat(facts.blasCore()).isNotBlank();
    assertThat(facts.threads()).isPositive();
    assertThat(facts.gpuBuild()).isFalse();
    assertThat(facts.gpus()).isEmpty();
    assertThat(FaissLibrary.load(Optional.empty(), folder)).isSameAs(library);
  }

  /** Two libraries in one process would answer each other's calls. */
  @Test
  void aSecondLibraryIsRefused() {
    TestFaiss.library();
    var second = FaissLibrary.load(Optional.of(folder.resolve("libfaiss_c.so")), folder);
    assertThat(second.isAvailable()).isFalse();
    assertThat(second.reason()).contains("would mix");
  }

  @Test
  void anUnavailableLibraryMakesNoIndex() {
    var none = FaissLibrary.unavailable("Vectors are switched off.");
    assertThatIllegalStateException()
        .isThrownBy(() -> FaissIndex.create(none, 8, "IDMap,Flat"))
        .withMessage("Vectors are switched off.");
  }

  @Test
  void otherPlatformsAreNamed() {
    FaissLibrary.requirePlatform("Linux", "amd64");
    for (var platform : List.of(List.of("Windows 11", "amd64"), List.of("Mac OS X", "aarch64"))) {
      assertThatThrownBy(() -> FaissLibrary.requirePlatform(platform.get(0), platform.get(1)))
          .hasMessageContaining(platform.get(0) + " on " + platform.get(1));
    }
  }

  /** A wrong file ended the start with a stack trace instead of a server without vectors. */
  @Test
  void aFileThatIsNoLibraryGivesAReason() throws Exception {
    var file = Files.writeString(folder.resolve("libfaiss_c.so"), "not a library");
    assertThat(start(List.of(), Map.of(), file).output())
        .startsWith("unavailable: The FAISS library cannot be loaded: ")
        .contains(file.toString(), "Semantic search is off", "CODEINTEL_FAISS_LIBRARY");
  }

  /** A function that was missing showed up as an Error in the middle of a search. */
  @Test
  void aLibraryThatLacksFunctionsIsRefusedAtLoad() throws Exception {
    var other = TestFaiss.library().facts().orElseThrow().file().resolveSibling("libgomp.so.1");
    assertThat(start(List.of(), Map.of(), other).output())
        .startsWith("unavailable: " + other + " lacks faiss_CustomIOReader_free, ")
        .contains("FAISS 1.11");
  }

  /** Without native access the first touch of the bindings is an Error of a class initialiser. */
  @Test
  void withoutNativeAccessThereIsAReason() throws Exception {
    assertThat(start(List.of("--illegal-native-access=deny"), Map.of()).output())
        .startsWith("unavailable: The FAISS library cannot be loaded: ")
        .contains("native access");
  }

  /** OpenMP reads it while it is loaded; set later it does nothing. The user's value wins. */
  @Test
  void waitingThreadsDoNotSpin() throws Exception {
    assertThat(start(ALLOWED, Map.of()).output()).isEqualTo("available, PASSIVE");
    assertThat(start(ALLOWED, Map.of("OMP_WAIT_POLICY", "ACTIVE")).output())
        .isEqualTo("available, ACTIVE");
  }

  /** One process read the file that another was still writing. */
  @Test
  void parallelStartsExtractOneWholeLibrary() throws Exception {
    var starts = new ArrayList<Start>();
    for (var i = 0; i < 4; i++) {
      starts.add(start(ALLOWED, Map.of()));
    }
    for (var start : starts) {
      assertThat(start.output()).isEqualTo("available, PASSIVE");
    }
    try (var files = Files.list(folder.resolve("cache"))) {
      var all = files.filter(file -> !file.endsWith(".lock")).toList();
      assertThat(all).hasSize(1);
      try (var libraries = Files.list(all.getFirst())) {
        assertThat(libraries.map(file -> file.getFileName().toString()))
            .contains("libfaiss_c.so", "libfaissblas.so", "libgomp.so.1");
      }
    }
  }

  private record Start(Process process, Path log) {

    String output() throws IOException, InterruptedException {
      assertThat(process.waitFor()).as(Files.readString(log)).isZero();
      return Files.readString(log).strip();
    }
  }

  /** Loads in a virtual machine of its own: one can load only one library. */
  private Start start(List<String> options, Map<String, String> environment, Path... chosen)
      throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(
        List.of("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Load.class.getName(), folder.resolve("cache").toString()));
    Arrays.stream(chosen).map(Path::toString).forEach(command::add);
    var log = Files.createTempFile(folder, "start", ".log");
    var builder = new ProcessBuilder(command).redirectOutput(log.toFile());
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().remove("OMP_WAIT_POLICY");
    builder.environment().putAll(environment);
    return new Start(builder.start(), log);
  }

  /** What the other virtual machine runs. */
  static final class Load {

    private Load() {}

    public static void main(String[] arguments) throws Throwable {
      var chosen = Arrays.stream(arguments).skip(1).map(Path::of).findFirst();
      var library = FaissLibrary.load(chosen, Path.of(arguments[0]));
      System.out.println(
          library.isAvailable()
              ? "available, " + environment("OMP_WAIT_POLICY")
              : "unavailable: " + library.reason());
    }

    /** As C code sees it: System.getenv is a copy from before. */
    private static String environment(String name) throws Throwable {
      var linker = Linker.nativeLinker();
      var getenv =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("getenv"),
              FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
      try (var arena = Arena.ofConfined()) {
        return Native.text((MemorySegment) getenv.invokeExact(arena.allocateFrom(name)));
      }
    }
  }
}
