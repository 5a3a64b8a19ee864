package dev.codeintel.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.MemoryBudget;
import dev.codeintel.ops.MemoryShare;
import dev.codeintel.testkit.Jar;
import dev.codeintel.tool.FakeBackend;
import dev.codeintel.tool.FakeTools;
import dev.codeintel.tool.OpenFile;
import dev.codeintel.tool.RepositoryFiles;
import dev.codeintel.tool.Toolbox;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** 250 clients that each asked for a file of 1 MB filled a heap of 200 MB; batches filled 2 GB. */
@Timeout(60)
class LargeAnswersTest {

  private static final int ALL = 64 << 20;
  private static final int FILE_BYTES = 200_000;

  private static final String LARGE_FILE =
      "{'jsonrpc':'2.0','id':'large','method':'resources/read','params':{'uri':'file:///large.txt'}}";
  private static final String LARGE_CALL =
      call("open_file", "'path':'small.txt','max_tokens':20000");
  private static final String SMALL_CALL = call("open_file", "'path':'small.txt'");
  private static final String SMALL_FILE = LARGE_FILE.replace("large", "small");

  @TempDir Path folder;

  private final MemoryBudget small = new MemoryBudget(Limits.SMALL_ANSWER_BYTES_MAX);
  private final MemoryBudget memory = new MemoryBudget(ALL);
  private Toolbox toolbox;
  private Session session;

  @BeforeEach
  void open() throws IOException {
    Files.writeString(folder.resolve("large.txt"), "0123456789".repeat(FILE_BYTES / 10));
    Files.writeString(folder.resolve("small.txt"), "small\n");
    toolbox =
        new Toolbox(List.of(new OpenFile(), FakeTools.failing()), () -> new FakeBackend(folder));
    session = session(Duration.ofSeconds(60));
  }

  private Session session(Duration queryTimeout) {
    var opened =
        new Dispatcher(Methods.of(toolbox), queryTimeout, new AnswerMemory(small, memory)).open();
    opened.receive(
        json(
            "{'jsonrpc':'2.0','id':0,'method':'initialize','params':{'protocolVersion':'2025-03-26','capabilities':{},'clientInfo':{'name':'t','version':'1'}}}"));
    return opened;
  }

  private static byte[] json(String text) {
    return text.replace('\'', '"').getBytes(UTF_8);
  }

  private static String call(String tool, String arguments) {
    return "{'jsonrpc':'2.0','id':'%s','method':'tools/call','params':{'name':'%s','arguments':{%s}}}"
        .formatted(tool + arguments.length(), tool, arguments);
  }

  private Reply.Later later(String request) {
    return (Reply.Later) session.receive(json(request));
  }

  private String answer(String request) {
    var sent = new ArrayList<String>();
    try (var work = later(request)) {
      work.run(message -> sent.add(new String(message, UTF_8)));
    }
    assertThat(sent).hasSize(1);
    return sent.getFirst();
  }

  private MemoryShare taken(long bytes) {
    var share = memory.share();
    share.take(bytes, CancelToken.withDeadline(Duration.ofNanos(-1)));
    return share;
  }

  private boolean isLeft(long bytes) {
    return isLeft(memory, bytes);
  }

  private static boolean isLeft(MemoryBudget budget, long bytes) {
    try (var share = budget.share()) {
      share.take(bytes, CancelToken.withDeadline(Duration.ofNanos(-1)));
      return true;
    } catch (CodeintelException e) {
      return false;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {LARGE_FILE, "call"})
  void aLargeAnswerWaitsForMemoryAndASmallOneDoesNot(String request) throws Exception {
    var large = request.equals("call") ? LARGE_CALL : request;
    var all = taken(ALL);
    var sent = Collections.synchronizedList(new ArrayList<byte[]>());
    var work = later(large);
    var thread = Thread.startVirtualThread(() -> work.run(sent::add));
    for (var small : List.of(SMALL_CALL, SMALL_FILE)) {
      assertThat(answer(small)).contains("small").doesNotContain("error");
    }
    assertThat(sent).isEmpty();
    all.close();
    thread.join();
    assertThat(sent).hasSize(1);
    assertThat(isLeft(ALL)).as("while nobody has written it").isFalse();
    assertThat(isLeft(ALL - 2 * sent.getFirst().length)).as("beside the answer").isTrue();
    work.close();
    assertThat(isLeft(ALL)).isTrue();
  }

  /** Whoever waited for longer than a query may take was told nothing. */
  @Test
  void whoeverWaitsForTooLongIsToldSo() {
    session = session(Duration.ofMillis(1));
    try (var _ = taken(ALL)) {
      assertThat(answer(LARGE_FILE)).contains("\"code\":-32603", "timeout: ");
      assertThat(answer(LARGE_CALL)).contains("\"isError\":true", "\"code\":\"timeout\"");
    }
    assertThat(isLeft(ALL)).isTrue();
  }

  /** Whoever left kept its place, and those behind it waited. */
  @Test
  void whoeverIsCancelledWhileItWaitsTakesNothing() throws Exception {
    try (var _ = taken(ALL)) {
      var work = later(LARGE_CALL);
      var sent = new ArrayList<byte[]>();
      var thread = Thread.startVirtualThread(() -> work.run(sent::add));
      work.cancel();
      thread.join();
      assertThat(sent).isEmpty();
      work.close();
    }
    assertThat(isLeft(ALL)).isTrue();
  }

  @Test
  void aCallThatFailsGivesAllBack() {
    for (var how : List.of("known", "unknown", "deep")) {
      assertThat(answer(call("fail", "'how':'%s','max_tokens':20000".formatted(how))))
          .contains("\"isError\":true");
      assertThat(isLeft(ALL)).isTrue();
    }
    assertThat(answer(LARGE_FILE.replace("large.txt", "nope.txt"))).contains("-32602");
    assertThat(isLeft(ALL)).isTrue();
  }

  /** Two batches that each had some would have waited for each other's. */
  @Test
  void whatFindsNoMemoryBesideItsBatchIsRefused() throws Exception {
    var need = (long) FILE_BYTES * Limits.RESOURCE_COPIES_MAX;
    var batch = "[%s,%s,%s]".formatted(LARGE_FILE, LARGE_FILE.replace("'large'", "2"), SMALL_FILE);
    try (var _ = taken(ALL - need)) {
      var answers = (List<?>) Json.read(answer(batch).getBytes(UTF_8));
      assertThat(answers).hasSize(3);
      assertThat(answers.get(0).toString()).contains("0123456789");
      assertThat(answers.get(1).toString()).contains("error", "busy: ", "by itself");
      assertThat(answers.get(2).toString()).contains("small");
    }
    assertThat(answer(batch)).doesNotContain("error");
    assertThat(isLeft(ALL)).isTrue();
  }

  /** A file that is not there came first, was counted, and those behind it did not wait. */
  @Test
  void whatTakesNothingKeepsNobodyOfItsBatchFromWaiting() throws Exception {
    var nope = LARGE_FILE.replace("'large'", "1").replace("large.txt", "nope.txt");
    var all = taken(ALL);
    var sent = Collections.synchronizedList(new ArrayList<byte[]>());
    try (var work = later("[%s,%s]".formatted(nope, LARGE_FILE))) {
      var thread = Thread.startVirtualThread(() -> work.run(sent::add));
      Jar.await(
          "it waits or ends",
          () -> thread.getState() == Thread.State.TIMED_WAITING || !thread.isAlive());
      all.close();
      thread.join();
      assertThat(new String(sent.getFirst(), UTF_8)).contains("-32602", "0123456789");
    }
    assertThat(isLeft(ALL)).isTrue();
  }

  /** A request of 5 kB led to 1.3 MB that nobody had to read. */
  @Test
  void listsThatAreAskedForManyTimesAreGivenAFewTimes() throws Exception {
    var list = "{'jsonrpc':'2.0','id':'%d','method':'tools/list'}";
    var requests = new ArrayList<String>();
    for (var i = 0; i < Limits.BATCH_MESSAGES_MAX; i++) {
      requests.add(list.formatted(i));
    }
    var answer = answer(requests.toString());
    var answers = (List<?>) Json.read(answer.getBytes(UTF_8));
    assertThat(answers).hasSize(Limits.BATCH_MESSAGES_MAX);
    assertThat(answers.getFirst().toString()).contains("id=0", "result=", "open_file");
    assertThat(answers.getLast().toString()).contains("id=99", "error=", "by itself");
    assertThat(answer.length())
        .isBetween(Limits.BATCH_QUICK_BYTES_MAX / 2, 2 * Limits.BATCH_QUICK_BYTES_MAX);
  }

  /** An address of 4 MB was said back, and nobody had to read that. */
  @Test
  void whatIsSaidBackHasABound() {
    var request = LARGE_FILE.replace("large.txt", "x".repeat(Limits.URI_CHARS_MAX));
    var refused = (Reply.Now) session.receive(json(request));
    assertThat(new String(refused.message(), UTF_8))
        .contains("-32602", "at most 40,000")
        .hasSizeLessThan(500);
  }

  /** 600 answers of 500 kB that nobody read filled a heap of 200 MB: none was large. */
  @Test
  void smallAnswersCountToo() {
    var all = Limits.SMALL_ANSWER_BYTES_MAX;
    var nope = LARGE_FILE.replace("large.txt", "x".repeat(30_000));
    for (var request : List.of(SMALL_CALL, SMALL_FILE, nope)) {
      try (var work = later(request)) {
        var sent = new ArrayList<byte[]>();
        work.run(sent::add);
        assertThat(isLeft(small, all - 2L * sent.getFirst().length)).isTrue();
        assertThat(isLeft(small, all - 2L * sent.getFirst().length + 1)).isFalse();
      }
      assertThat(isLeft(small, all)).isTrue();
      assertThat(isLeft(ALL)).isTrue();
    }
  }

  /** The answers of an array that failed at once were not counted. */
  @Test
  void allOfABatchIsCounted() {
    var nope = LARGE_FILE.replace("large.txt", "x".repeat(30_000));
    var batch = "[%s,%s,{'jsonrpc':'2.0','id':3,'method':'tools/list'}]";
    try (var work = later(batch.formatted(nope.replace("'large'", "1"), nope))) {
      var sent = new ArrayList<byte[]>();
      work.run(sent::add);
      assertThat(sent.getFirst().length).isGreaterThan(60_000);
      assertThat(isLeft(ALL - sent.getFirst().length)).isFalse();
    }
    assertThat(isLeft(ALL)).isTrue();
  }

  /** It was opened before it waited, and then read to an end that had moved. */
  @Test
  void aFileThatGrewWhileItsReaderWaitedIsNotRead() {
    var files = new RepositoryFiles(toolbox);
    var grows =
        new MemoryShare(
            _ -> {
              append("small.txt", "and more\n");
              return memory;
            });
    assertThatThrownBy(() -> files.read("small.txt", grows, CancelToken.create()))
        .isInstanceOfSatisfying(
            CodeintelException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BUSY));
    grows.close();
    assertThat(files.read("small.txt", memory.share(), CancelToken.create()))
        .asString(UTF_8)
        .isEqualTo("small\nand more\n");
  }

  private void append(String file, String text) {
    try {
      Files.writeString(folder.resolve(file), text, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A client over stdio waited for ever, and could never use the id again. */
  @Test
  void whatFailedOutsideItsJobIsAnswered() throws Exception {
    var sent = new ArrayList<byte[]>();
    try (var work = later(LARGE_FILE);
        var batch = later("[%s,%s]".formatted(LARGE_FILE.replace("'large'", "2"), SMALL_CALL))) {
      work.fail(sent::add);
      work.fail(sent::add);
      batch.fail(sent::add);
    }
    assertThat(sent).hasSize(2);
    assertThat(new String(sent.getFirst(), UTF_8)).contains("-32603", "\"id\":\"large\"");
    var answers = (List<?>) Json.read(sent.getLast());
    assertThat(answers).hasSize(2).allSatisfy(one -> assertThat(one.toString()).contains("-32603"));
    assertThat(answer(LARGE_FILE)).contains("0123456789");
    assertThat(answer(SMALL_CALL)).contains("small");
  }
}
