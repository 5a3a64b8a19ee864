package dev.codeintel.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.ObjectMapper;

class LogTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @AfterEach
  void backToStderr() {
    Log.configure(LogLevel.INFO, false, System.err);
  }

  /** The order and spelling that people grep for: time, level, event, fields. */
  @Test
  void textLineHasTimeLevelEventAndFields() {
    Log.configure(LogLevel.INFO, false, out);
    Log.info("Git operation completed", "operation", "blame", "duration_ms", 12, "path", "a b.c");
    assertThat(lines())
        .singleElement()
        .asString()
        .matches(
            "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z INFO  Git operation completed"
                + " operation=blame duration_ms=12 path=\"a b.c\"");
  }

  /** A file name with a newline forged a second event. */
  @Test
  void anEventIsOneLineInBothForms() {
    var hostile =
        "a\nERROR forged\r\u0085\u2028\u2029\u001b[31m\u0000\u202e\ud800 end \ud83d\ude00 ü";
    for (var json : new boolean[] {false, true}) {
      out.reset();
      Log.configure(LogLevel.INFO, json, out);
      Log.info("Event " + hostile, "path\n", hostile);
      assertThat(Log.flush(LONG)).isTrue();
      var text = out.toString(StandardCharsets.UTF_8);
      assertThat(text).endsWith("\n").contains("\ud83d\ude00 ü").doesNotContain("\ufffd");
      assertThat(text.strip().codePoints())
          .noneMatch(Character::isISOControl)
          .noneMatch(c -> Character.getType(c) == Character.LINE_SEPARATOR)
          .noneMatch(c -> Character.getType(c) == Character.PARAGRAPH_SEPARATOR)
          .noneMatch(c -> Character.getType(c) == Character.FORMAT);
    }
  }

  @Test
  void jsonLineParsesAndKeepsTypes() {
    Log.configure(LogLevel.INFO, true, out);
    Log.warning("Odd \"one\"", "n", 3, "x", 0.5, "nan", Double.NaN, "ok", true, "none", null);
    Log.info("Names", "time", "mine", "lone");
    var first = json(lines().get(0));
    assertThat(first)
        .contains(
            entry("level", "warning"),
            entry("event", "Odd \"one\""),
            entry("n", 3),
            entry("x", 0.5),
            entry("nan", "NaN"),
            entry("ok", true),
            entry("none", null));
    assertThat(first.get("time").toString()).matches("\\d{4}-.*\\.\\d{3}Z");
    assertThat(json(lines().get(1))).contains(entry("time_", "mine"), entry("lone", ""));
  }

  /** The cause of an internal error was lost: a person had only its id. */
  @Test
  void anErrorNamesItsCausesAndWhere() {
    Log.configure(LogLevel.INFO, false, out);
    Log.error(
        "Call failed", new IllegalStateException("outer", new IOException("disk\nfull")), "id", 7);
    assertThat(lines())
        .singleElement()
        .asString()
        .contains("ERROR Call failed id=7")
        .contains("java.lang.IllegalStateException: outer; caused by java.io.IOException")
        .contains("disk\\nfull")
        .contains("LogTest.java");
  }

  @Test
  void levelsBelowTheLeastAreLeftOut() {
    Log.configure(LogLevel.WARNING, false, out);
    Log.debug("quiet");
    Log.info("quiet");
    Log.warning("loud");
    Log.error("louder", null);
    assertThat(lines()).hasSize(2).noneMatch(line -> line.contains("quiet"));
    assertThat(Log.enabled(LogLevel.INFO)).isFalse();
    assertThat(Log.enabled(LogLevel.ERROR)).isTrue();
  }

  /** A client that never reads stderr stopped the server. */
  @Test
  void aWriterThatBlocksStopsNobodyAndDropsAreCounted() throws Exception {
    var entered = new CountDownLatch(1);
    var mayWrite = new CountDownLatch(1);
    var blocked = new Blocking(entered, mayWrite);
    var writer = new LogWriter(10);
    writer.target(new LogWriter.Target(LogLevel.INFO, LogFormat.TEXT, blocked));
    writer.add(LogEvent.of(LogLevel.INFO, "first", null));
    entered.await();
    for (var i = 0; i < 100; i++) { // returns although nothing is written
      writer.add(LogEvent.of(LogLevel.INFO, "waits " + i, null));
    }
    assertThat(writer.flush(Duration.ofMillis(1))).as("flushed a blocked writer").isFalse();
    mayWrite.countDown();
    assertThat(writer.flush(LONG)).isTrue();
    assertThat(blocked.lines()).hasSize(12);
    assertThat(blocked.lines().get(0)).endsWith("first");
    assertThat(blocked.lines().get(10)).endsWith("waits 9");
    assertThat(blocked.lines().get(11)).contains("WARN ").endsWith("90 log lines were dropped");
  }

  /** A reader that went away ended the writing thread, and later redirection found it dead. */
  @Test
  void aStreamThatFailsIsSurvivedAndItsLinesAreCounted() {
    var writer = new LogWriter(10);
    writer.target(new LogWriter.Target(LogLevel.INFO, LogFormat.TEXT, new Broken()));
    writer.add(LogEvent.of(LogLevel.INFO, "lost", null));
    assertThat(writer.flush(LONG)).isTrue();
    writer.redirect(out);
    writer.add(LogEvent.of(LogLevel.INFO, "kept", null));
    assertThat(writer.flush(LONG)).isTrue();
    writer.add(LogEvent.of(LogLevel.INFO, "after", null));
    assertThat(writer.flush(LONG)).isTrue();
    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .satisfiesExactly(
            line -> assertThat(line).endsWith("kept"),
            line -> assertThat(line).endsWith("1 log lines were dropped"),
            line -> assertThat(line).endsWith("after"));
  }

  /** What was logged while settings were read never appeared. */
  @Test
  void eventsBeforeTheTargetIsKnownWaitForIt() {
    var writer = new LogWriter(10);
    assertThat(writer.wants(LogLevel.DEBUG)).isTrue();
    writer.add(LogEvent.of(LogLevel.DEBUG, "early detail", null));
    writer.add(LogEvent.of(LogLevel.INFO, "early", null));
    writer.target(new LogWriter.Target(LogLevel.INFO, LogFormat.TEXT, out));
    assertThat(writer.flush(LONG)).isTrue();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("early").doesNotContain("detail");
  }

  @Test
  void redirectKeepsLevelAndForm() {
    Log.configure(LogLevel.WARNING, true, System.err);
    Log.redirect(out);
    Log.info("quiet");
    Log.warning("loud");
    assertThat(lines()).singleElement().satisfies(line -> assertThat(json(line)).isNotEmpty());
  }

  /** A value that is changed after the call, or fails to print, must not spoil the line. */
  @Test
  void valuesAreFrozenWhenLogged() {
    Log.configure(LogLevel.INFO, false, out);
    var name = new StringBuilder("before");
    Log.info("Frozen", "name", name, "bad", new Unprintable(), "long", "x".repeat(100_000));
    name.setLength(0);
    assertThat(lines())
        .singleElement()
        .satisfies(line -> assertThat(line).hasSizeLessThan(2 * LogEvent.VALUE_CHARS_MAX))
        .asString()
        .contains("name=before")
        .contains("toString failed")
        .contains("91808 more characters");
  }

  @Test
  void slf4jLinesArrive() {
    Log.configure(LogLevel.INFO, false, out);
    var logger = LoggerFactory.getLogger("org.example.Library");
    logger.debug("quiet");
    logger.trace("quiet");
    logger.warn("Could not read {} of {}", 1, "two", new IOException("gone"));
    assertThat(lines())
        .singleElement()
        .asString()
        .contains("WARN  Could not read 1 of two logger=org.example.Library")
        .contains("java.io.IOException: gone");
  }

  @Test
  void javaUtilLoggingLinesArriveAndNothingElseIsPrinted() throws IOException {
    Log.configure(LogLevel.INFO, false, out);
    try {
      LogJul.install();
      assertThat(Logger.getLogger("").getHandlers()).singleElement().isInstanceOf(LogJul.class);
      var logger = Logger.getLogger("org.example.Other");
      logger.fine("quiet");
      logger.log(java.util.logging.Level.INFO, "Read {0}", "it");
      logger.severe("Broken");
      System.getLogger("org.example.System").log(System.Logger.Level.WARNING, "Systemic");
      assertThat(lines())
          .satisfiesExactly(
              line -> assertThat(line).endsWith("INFO  Read it logger=org.example.Other"),
              line -> assertThat(line).endsWith("ERROR Broken logger=org.example.Other"),
              line -> assertThat(line).endsWith("WARN  Systemic logger=org.example.System"));
    } finally {
      System.clearProperty("java.util.logging.config.class");
      LogManager.getLogManager().readConfiguration();
    }
  }

  /** A program whose libraries log, and which never heard of java.util.logging. */
  public static final class Child {
    public static void main(String[] arguments) {
      Log.configure(LogLevel.INFO, false, System.err);
      Logger.getLogger("org.example.Library").info("Read it");
      Log.info("Last", "n", 1); // written at exit, although nobody flushes
    }
  }

  /** The JDK's own handler was set up before ours: lines of two forms on stderr. */
  @Test
  void javaUtilLoggingIsTakenOverAtItsFirstUse() throws Exception {
    var command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Child.class.getName());
    var child = new ProcessBuilder(command).redirectErrorStream(true).start();
    var printed = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor()).isZero();
    assertThat(printed.lines())
        .satisfiesExactly(
            line -> assertThat(line).endsWith("INFO  Read it logger=org.example.Library"),
            line -> assertThat(line).endsWith("INFO  Last n=1"));
  }

  /** Every start of the server greeted people with a warning about JVM flags. */
  @Test
  void lucenesAdviceOnTheVectorModuleIsOnlyDetail() throws IOException {
    Log.configure(LogLevel.INFO, false, out);
    try {
      LogJul.install();
      var logger =
          Logger.getLogger("org.apache.lucene.internal.vectorization.VectorizationProvider");
      logger.warning("pass --add-modules jdk.incubator.vector");
      logger.severe("broken");
      assertThat(lines()).singleElement().asString().contains("broken");
    } finally {
      System.clearProperty("java.util.logging.config.class");
      LogManager.getLogManager().readConfiguration();
    }
  }

  private List<String> lines() {
    assertThat(Log.flush(LONG)).isTrue();
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> json(String line) {
    return new ObjectMapper().readValue(line, Map.class);
  }

  private static final class Unprintable {
    @Override
    public String toString() {
      throw new IllegalStateException("never prints");
    }
  }

  private static final class Broken extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      throw new IOException("Broken pipe");
    }
  }

  private static final class Blocking extends OutputStream {

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final CountDownLatch entered;
    private final CountDownLatch mayWrite;

    Blocking(CountDownLatch entered, CountDownLatch mayWrite) {
      this.entered = entered;
      this.mayWrite = mayWrite;
    }

    @Override
    public void write(int b) {
      throw new AssertionError("lines are written whole");
    }

    @Override
    public void write(byte[] bytes) throws IOException {
      entered.countDown();
      try {
        mayWrite.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      written.write(bytes);
    }

    List<String> lines() {
      return written.toString(StandardCharsets.UTF_8).lines().toList();
    }
  }
}
