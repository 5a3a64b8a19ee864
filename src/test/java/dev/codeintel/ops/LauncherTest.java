package dev.codeintel.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher script, with a JDK and a Maven that only say how they were called. */
class LauncherTest {

  private static final String JAVA =
      """
      #!/bin/bash
      printf '%s\\n' "OMP_WAIT_POLICY=$OMP_WAIT_POLICY" "$@"
      for argument; do
        case $argument in
          -XX:AOTCacheOutput=*) : >"${argument#*=}"; echo cache >"${argument#*=}" ;;
        esac
      done
      """;

  private static final String MAVEN =
      """
      #!/bin/bash
      if [[ $* == *-version* ]]; then
        echo "Apache Maven 3.9.9 (0000)"
        exit
      fi
      echo built >>"$FAKE/builds"
      if [[ -e $FAKE/broken ]]; then
        echo "Foo.java:[1,2] expected ;"
        exit 1
      fi
      mkdir -p target
      echo jar >target/codeintel.jar
      printf '%064d' 7 >target/codeintel.jar.sha256
      """;

  @TempDir Path folder;
  private Path clone;
  private Path fake;

  private record Ended(int status, List<String> out, String err) {}

  @BeforeEach
  void minimalClone() throws IOException {
    clone = folder.resolve("a clone with blanks");
    fake = folder.resolve("fake");
    for (var inside : List.of("scripts", "src/main/java", "bindings/java", "native-libs")) {
      Files.createDirectories(clone.resolve(inside));
    }
    for (var script : List.of("codeintel", "lib.sh")) {
      Files.copy(Path.of("scripts", script), clone.resolve("scripts").resolve(script));
    }
    Files.writeString(clone.resolve("pom.xml"), "<project/>");
    Files.writeString(clone.resolve("src/main/java/A.java"), "class A {}");
    jdk("25.0.3");
    executable(fake.resolve("bin/mvn"), MAVEN);
  }

  /** Anything the script or its build says on stdout breaks the protocol. */
  @Test
  void buildsOnceFromAnyFolderAndThroughLinksAndKeepsQuietOnStdout() throws Exception {
    var link = Files.createSymbolicLink(folder.resolve("link to it"), launcher());
    var first = run(link, Map.of(), "search", "two words", "--limit=3");
    assertThat(first.err()).contains("building codeintel").doesNotContain("AOT");
    assertThat(first.status()).isZero();
    assertThat(first.out())
        .contains("-XX:AOTCache=" + cacheFile(), "OMP_WAIT_POLICY=PASSIVE")
        .containsSequence(
            "-cp",
            clone.toRealPath().resolve("target/codeintel.jar").toString(),
            "dev.codeintel.Main",
            "search",
            "two words",
            "--limit=3")
        .as("one JVM started, the training one stayed silent")
        .containsOnlyOnce("-cp");
    assertThat(run(link, Map.of(), "status").err()).isEmpty();
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void buildsAgainWhenASourceChangedOrWentAway() throws Exception {
    run(launcher(), Map.of(), "status");
    var later = FileTime.from(Instant.now().plus(Duration.ofMinutes(1)));
    Files.setLastModifiedTime(clone.resolve("src/main/java/A.java"), later);
    run(launcher(), Map.of(), "status");
    assertThat(builds()).as("a changed source").isEqualTo(2);
    Files.delete(clone.resolve("src/main/java/A.java"));
    Files.setLastModifiedTime(clone.resolve("src/main/java"), later);
    run(launcher(), Map.of(), "status");
    assertThat(builds()).as("a source that went away").isEqualTo(3);
  }

  /** A client gave up on a handshake during which the server was being compiled. */
  @Test
  void stdioNeverBuilds() throws Exception {
    for (var command : List.of(List.of("stdio"), List.of("--verbose", "serve", "--stdio"))) {
      var ended = run(launcher(), Map.of(), command.toArray(String[]::new));
      assertThat(ended.status()).isEqualTo(2);
      assertThat(ended.out()).isEmpty();
      assertThat(ended.err()).contains("jar is missing or older", "scripts/codeintel --version");
    }
    assertThat(fake.resolve("builds")).doesNotExist();
  }

  @Test
  void heapIsChosenByCommandAndTheUsersFlagsComeLast() throws Exception {
    run(launcher(), Map.of(), "status");
    assertThat(run(launcher(), Map.of(), "stdio").out()).contains("-Xmx512m");
    assertThat(run(launcher(), Map.of(), "--config", "stdio", "serve").out()).contains("-Xmx2g");
    var own = run(launcher(), Map.of("CODEINTEL_JAVA_OPTS", "-Xmx7g -Da=b"), "stdio").out();
    assertThat(own).containsSubsequence("-Xmx512m", "-Xmx7g", "-Da=b", "-cp");
  }

  /** The JVM's own warnings went to stdout in the middle of the protocol. */
  @Test
  void theJvmSpeaksOnStderr() throws Exception {
    run(launcher(), Map.of(), "status");
    assertThat(run(launcher(), Map.of(), "stdio").out())
        .contains(
            "-Xlog:disable",
            "-Xlog:all=warning:stderr",
            "-XX:+DisplayVMOutputToStderr",
            "-Dcodeintel.vm.stderr=true");
  }

  @Test
  void anOldJdkIsNamedWithTheRemedy() throws Exception {
    jdk("17.0.15");
    var ended = run(launcher(), Map.of(), "status");
    assertThat(ended.status()).isEqualTo(2);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err())
        .contains(
            "CODEINTEL_JAVA_HOME is " + fake.resolve("jdk"), "holds 17.0.15+9;", "JDK 25 or later")
        .contains("openjdk-25-jdk");
  }

  /** The version of a JDK without a release file is asked for. */
  @Test
  void aJdkWithoutReleaseFileIsAsked() throws Exception {
    Files.delete(fake.resolve("jdk/release"));
    executable(fake.resolve("jdk/bin/java"), "#!/bin/sh\necho 'openjdk version \"21.0.2\"' >&2\n");
    assertThat(run(launcher(), Map.of(), "status").err()).contains("21.0.2", "JDK 25 or later");
    executable(fake.resolve("jdk/bin/java"), "#!/bin/sh\necho 'openjdk version \"26-ea\"' >&2\n");
    assertThat(run(launcher(), Map.of(), "status").status()).isZero();
  }

  @Test
  void aFailedBuildIsShownAndTriedAgain() throws Exception {
    Files.createFile(fake.resolve("broken"));
    var ended = run(launcher(), Map.of(), "status");
    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).contains("expected ;", "target/build.log");
    Files.delete(fake.resolve("broken"));
    assertThat(run(launcher(), Map.of(), "status").status()).isZero();
    assertThat(builds()).isEqualTo(2);
  }

  /** Two Mavens in one folder spoiled each other's jar. */
  @Test
  void startsAtTheSameTimeBuildOnce() throws Exception {
    var starts = new ArrayList<Process>();
    for (var i = 0; i < 4; i++) {
      starts.add(start(launcher(), Map.of(), folder.resolve("start" + i), "status"));
    }
    for (var start : starts) {
      assertThat(ended(start)).isZero();
    }
    assertThat(builds()).isEqualTo(1);
  }

  /** A cache of another JDK is refused by the JVM with a warning at each start. */
  @Test
  void anAotCacheOfAnotherJdkIsLeftAlone() throws Exception {
    run(launcher(), Map.of(), "status");
    assertThat(run(launcher(), Map.of(), "stdio").out()).contains("-XX:AOTCache=" + cacheFile());
    jdk("26.0.1");
    assertThat(run(launcher(), Map.of(), "stdio").out())
        .noneMatch(argument -> argument.startsWith("-XX:AOTCache"));
  }

  private Path launcher() {
    return clone.resolve("scripts/codeintel");
  }

  private Path cacheFile() {
    return folder.resolve("cache/codeintel/" + "0".repeat(63) + "7.aot");
  }

  private long builds() throws IOException {
    return Files.readAllLines(fake.resolve("builds")).size();
  }

  private void jdk(String version) throws IOException {
    var home = fake.resolve("jdk");
    executable(home.resolve("bin/java"), JAVA);
    executable(home.resolve("bin/javac"), "#!/bin/sh\n");
    Files.writeString(
        home.resolve("release"),
        "JAVA_RUNTIME_VERSION=\"%s+9\"%nJAVA_VERSION=\"%s\"%n".formatted(version, version));
  }

  private static void executable(Path file, String script) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Ended run(Path script, Map<String, String> environment, String... arguments)
      throws Exception {
    var output = folder.resolve("output");
    var status = ended(start(script, environment, output, arguments));
    return new Ended(
        status, Files.readAllLines(output), Files.readString(folder.resolve("output.err")));
  }

  private static int ended(Process process) throws InterruptedException {
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("the launcher did not end");
    }
    return process.exitValue();
  }

  private Process start(
      Path script, Map<String, String> environment, Path output, String... arguments)
      throws IOException {
    var command = new ArrayList<>(List.of(script.toString()));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).directory(folder.toFile());
    var all = new HashMap<>(environment);
    all.put("PATH", fake.resolve("bin") + ":/usr/bin:/bin");
    all.put("HOME", folder.toString());
    all.put("XDG_CACHE_HOME", folder.resolve("cache").toString());
    all.put("CODEINTEL_JAVA_HOME", fake.resolve("jdk").toString());
    all.put("FAKE", fake.toString());
    builder.environment().clear();
    builder.environment().putAll(all);
    builder.redirectOutput(output.toFile());
    builder.redirectError(Path.of(output + ".err").toFile());
    return builder.start();
  }
}
