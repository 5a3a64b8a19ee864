package dev.codeintel.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.mcp.Question;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A client over one connection, which does one thing after the other at random, thinks in between,
 * and checks all that it is told.
 */
final class LoadClient implements Runnable {

  /** How long a client thinks, and at least how many times as long as it waited before. */
  static final int THINK_MILLIS_MEAN = 300;

  static final int THINK_WAITS = 3;

  private static final int HANG_UP_MILLIS_MAX = 100;
  private static final String CALL = "tools/call";
  private static final String GONE = "path-not-found";
  private static final String WRONG = "invalid-argument";
  private static final String FIXED = LoadTree.FIXED;
  private static final int LINES = LoadTree.FIXED_LINES;
  private static final List<String> MODES =
      "none".equals(System.getenv("EMBEDDER"))
          ? List.of("lexical", "hybrid")
          : List.of("lexical", "semantic", "hybrid");

  /** What every server answers in the same way. */
  private static final List<Question.Asked> PLAIN =
      List.of(
          new Question.Asked("initialize", Map.of("protocolVersion", "2025-06-18", "capabilities", Map.of())),
          new Question.Asked("ping", Map.of()),
          new Question.Asked("server/discover", Map.of()),
          new Question.Asked("tools/list", Map.of()),
          new Question.Asked("resources/list", Map.of()),
          new Question.Asked("resources/templates/list", Map.of()),
          new Question.Asked("prompts/list", Map.of()),
          new Question.Asked("prompts/get", Map.of("name", "code_review", "arguments", Map.of("area", "src"))));

  private record Mistake(Question.Asked asked, String code) {}

  private static final List<Mistake> MISTAKES =
      List.of(
          new Mistake(tool("open_file", Map.of()), WRONG),
          new Mistake(tool("open_file", Map.of("path", "../secret")), "path-outside-repository"),
          new Mistake(tool("open_file", Map.of("path", LoadTree.FOLDER)), "not-a-file"),
          new Mistake(tool("open_file", Map.of("path", FIXED, "start_line", 1_000_000)), WRONG),
          new Mistake(tool("open_file", Map.of("path", "no/such/file")), GONE),
          new Mistake(tool("blame_range", Map.of("path", FIXED, "revision", "no-such")), "revision-not-found"),
          new Mistake(tool("semantic_search", Map.of("query", "")), WRONG),
          new Mistake(tool("semantic_search", Map.of("query", "x", "limit", 101)), WRONG),
          new Mistake(tool("search_text", Map.of("query", "(", "regex", true)), WRONG),
          new Mistake(tool("search_text", Map.of("query", "x", "no_such", 1)), WRONG),
          new Mistake(tool("list_paths", Map.of("cursor", "bogus")), WRONG),
          new Mistake(tool("list_paths", Map.of("scope_id", "bogus")), "scope-not-found"),
          new Mistake(tool("list_paths", Map.of("path", FIXED)), "not-a-directory"),
          new Mistake(tool("no_such_tool", Map.of()), "-32602"),
          new Mistake(new Question.Asked("resources/read", Map.of("uri", "file:///no/such/file")), "-32602"),
          new Mistake(new Question.Asked("completion/complete", Map.of()), "-32602"),
          new Mistake(new Question.Asked("no/such/method", Map.of()), "-32601"));

  private interface Action {
    void take() throws IOException;
  }

  private record Step(int weight, Action action) {}

  private final List<Step> steps =
      List.of(
          new Step(20, this::search),
          new Step(14, this::findText),
          new Step(14, this::open),
          new Step(3, () -> list(Map.of())),
          new Step(7, this::blame),
          new Step(7, this::history),
          new Step(5, this::scope),
          new Step(4, this::status),
          new Step(1, this::reindex),
          new Step(4, this::resource),
          new Step(4, this::complete),
          new Step(4, () -> ask(any(PLAIN))),
          new Step(2, this::page),
          new Step(6, this::mistake),
          new Step(1, this::garbage),
          new Step(4, this::hangUp),
          new Step(2, this::leave),
          new Step(2, this::comeToListenOrGo));

  private final int port;
  private final LoadTree tree;
  private final LoadTally tally;
  private final CountDownLatch stop;
  private final Random random;
  private Optional<RawHttp> connection = Optional.empty();
  private Optional<RawHttp> stream = Optional.empty();

  LoadClient(int port, LoadTree tree, LoadTally tally, CountDownLatch stop, long seed) {
    this.port = port;
    this.tree = tree;
    this.tally = tally;
    this.stop = stop;
    this.random = new Random(seed);
  }

  @Override
  public void run() {
    try {
      var waited = 0L;
      while (!stop.await(thought(waited), TimeUnit.MILLISECONDS)) {
        var started = System.nanoTime();
        step();
        waited = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
      }
      stream.ifPresent(LoadClient::close);
      leave();
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a client", e);
    }
  }

  /** At random; longer after long waits, so that a slow machine is busy but not flooded. */
  private long thought(long waited) {
    return (long) (-Math.log(1 - random.nextDouble()) * Math.max(THINK_MILLIS_MEAN, THINK_WAITS * waited));
  }

  private void step() {
    var left = random.nextInt(steps.stream().mapToInt(Step::weight).sum());
    var chosen = steps.iterator();
    var step = chosen.next();
    for (; left >= step.weight(); step = chosen.next()) {
      left -= step.weight();
    }
    try {
      step.action().take();
    } catch (IOException | RuntimeException | AssertionError e) {
      tally.failed(e.toString());
      leave();
    }
  }

  private void search() throws IOException {
    var limit = 1 + random.nextInt(20);
    var asked = new HashMap<String, Object>(Map.of("query", tree.query(random), "limit", limit, "mode", any(MODES)));
    if (random.nextInt(4) == 0) {
      asked.put("languages", List.of(any(List.of("java", "python", "markdown", "c"))));
    }
    assertThat(values(call("semantic_search", asked), "findings", "path")).hasSizeLessThanOrEqualTo(limit);
    if (random.nextInt(4) == 0) {
      var known = call("semantic_search", Map.of("query", tree.marker, "mode", "lexical"));
      assertThat(values(known, "findings", "path")).containsOnly(FIXED);
    }
  }

  private void findText() throws IOException {
    var word = tree.word(random);
    var expression = any(List.of("%s\\w*\\(", "\\b%s\\b", "(?:%s|[A-Z]{4,})_\\w+", "^\\s*//.*%s")).formatted(word);
    switch (random.nextInt(4)) {
      case 0 -> {
        var found = call("search_text", Map.of("query", tree.marker, "case_sensitive", true));
        assertThat(values(found, "matches", "path")).hasSize(LINES / LoadTree.MARKED_EVERY).containsOnly(FIXED);
      }
      case 1 -> call("search_text", Map.of("query", expression, "regex", true, "max_results", 200));
      default -> call("search_text", Map.of("query", word, "context_lines", random.nextInt(3)));
    }
  }

  private void open() throws IOException {
    var first = 1 + random.nextInt(100);
    var last = first + random.nextInt(100);
    switch (random.nextInt(4)) {
      case 0 -> {
        var content = call("open_file", lines(FIXED, first, last)).get("content");
        assertThat(content).isEqualTo(tree.fixed(first, last));
      }
      case 1 -> {
        var pages = pages("open_file", Map.of("path", FIXED, "max_tokens", 1_000 + random.nextInt(3_000)));
        assertThat(String.join("", pages.stream().map(page -> (String) page.get("content")).toList()))
            .isEqualTo(tree.fixed(1, LINES));
      }
      case 2 -> call("open_file", Map.of("path", tree.moving(random), "revision", revision()), GONE);
      default -> call("open_file", Map.of("path", tree.steady(random).getKey()));
    }
  }

  /** All pages of a list. */
  List<Object> list(Map<String, Object> filter) throws IOException {
    var paths = new ArrayList<>();
    pages("list_paths", filter).forEach(page -> paths.addAll(values(page, "items", "path")));
    assertThat(new HashSet<>(paths)).as("none twice").hasSameSizeAs(paths).contains(FIXED);
    return paths;
  }

  private void blame() throws IOException {
    var first = 1 + random.nextInt(LINES - 20);
    var file = tree.steady(random);
    switch (random.nextInt(4)) {
      case 0 -> {
        var lines = call("blame_range", lines(FIXED, first, first + 9));
        assertThat(values(lines, "blame", "full_commit")).hasSize(10).containsOnly(tree.fixedCommit);
      }
      case 1 -> call("blame_range", Map.of("path", tree.moving(random), "revision", revision()), GONE);
      default -> {
        var end = 1 + random.nextInt(file.getValue());
        call("blame_range", lines(file.getKey(), Math.max(1, end - 20), end));
      }
    }
  }

  private Map<String, Object> lines(String path, int first, int last) {
    return Map.of("path", path, "start_line", first, "end_line", last, "revision", revision());
  }

  private String revision() {
    return random.nextBoolean() ? "WORKTREE" : "HEAD";
  }

  private void history() throws IOException {
    switch (random.nextInt(4)) {
      case 0 ->
          assertThat(values(call("file_history", Map.of("path", FIXED)), "commits", "full_sha"))
              .containsExactly(tree.fixedCommit);
      case 1 -> call("file_history", Map.of("path", tree.moving(random)), GONE);
      default -> call("file_history", Map.of("path", tree.steady(random).getKey(), "follow", random.nextBoolean()));
    }
  }

  /** Kept behind a handle, or for a conversation as clients of the former server have it. */
  private void scope() throws IOException {
    var scope = Map.<String, Object>of("scope", Map.of("include_globs", List.of(FIXED, "no/" + random.nextInt())));
    if (random.nextBoolean()) {
      assertThat(list(Map.of("scope_id", call("set_scope", scope).get("scope_id")))).containsExactly(FIXED);
    } else {
      var session = "X-Session-ID: %d\n".formatted(random.nextLong());
      ask(Question.conversing(random, tool("set_scope", scope)), session);
      assertThat(ask(Question.conversing(random, tool("list_paths", Map.of())), session)).containsEntry("total", 1L);
    }
  }

  private void status() throws IOException {
    var status = call("index_status", Map.of());
    assertThat(status.get("state")).isIn("ready", "indexing");
    assertThat(((Number) status.get("embedded_share")).doubleValue()).isBetween(0.0, 1.0);
  }

  private void reindex() throws IOException {
    var mode = any(List.of("full", "merge", "incremental", "incremental", "incremental"));
    call("reindex", Map.of("mode", mode, "wait", random.nextBoolean()));
  }

  private void resource() throws IOException {
    var read = ask(new Question.Asked("resources/read", Map.of("uri", "file:///" + FIXED)));
    assertThat(values(read, "contents", "text")).containsExactly(tree.fixed(1, LINES));
  }

  private void complete() throws IOException {
    var begun = FIXED.substring(0, LoadTree.FOLDER.length() + 1 + random.nextInt(5));
    var params =
        Map.of(
            "ref", Map.of("type", "ref/resource", "uri", "file:///{path}"),
            "argument", Map.of("name", "path", "value", begun));
    var completion = (Map<?, ?>) ask(new Question.Asked("completion/complete", Map.copyOf(params))).get("completion");
    assertThat((List<?>) completion.get("values")).as(begun).anyMatch(FIXED::equals);
  }

  private void page() throws IOException {
    var path = any(List.of("/", "/healthz", "/readyz", "/metrics"));
    assertThat(connection().ask("GET", path, "Host: localhost\n").answer().status()).as(path).isEqualTo(200);
  }

  private void mistake() throws IOException {
    var mistake = any(MISTAKES);
    var question = Question.of(random, mistake.asked());
    assertThat(answered(question, "").code()).as(question.toString()).isEqualTo(mistake.code());
  }

  private void garbage() throws IOException {
    var answer = connection().post("{\"jsonrpc\":").answer();
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body()).contains("-32700");
  }

  /** In the middle of a request, while it is worked on, or before its answer was read. */
  private void hangUp() throws IOException {
    var asked =
        any(
            List.of(
                tool("search_text", Map.of("query", "[a-z]+_[0-9]+", "regex", true, "max_results", 1_000)),
                tool("semantic_search", Map.of("query", tree.query(random), "limit", 100)),
                tool("blame_range", Map.of("path", tree.steady(random).getKey())),
                tool("reindex", Map.of("wait", true))));
    switch (random.nextInt(3)) {
      case 0 -> connection().ask("POST", "/mcp", RawHttp.JSON_HEADERS + "Content-Length: 99\n").send("{\"jsonrpc\"");
      case 1 -> {
        send(Question.of(random, asked), "");
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(HANG_UP_MILLIS_MAX)));
      }
      default -> send(Question.of(random, asked), "").head();
    }
    connection().reset();
    connection = Optional.empty();
  }

  /** Closes its connection; the next request opens another. */
  void leave() {
    connection.ifPresent(LoadClient::close);
    connection = Optional.empty();
  }

  private void comeToListenOrGo() throws IOException {
    if (stream.isEmpty()) {
      stream = Optional.of(listen());
    } else {
      close(stream.get());
      stream = Optional.empty();
    }
  }

  /** Opens a stream of events that stays open. */
  RawHttp listen() throws IOException {
    var asked = new Question.Asked("subscriptions/listen", Map.of("notifications", Map.of()));
    var question = Question.of(random, asked);
    var listening = new RawHttp(port).post(RawHttp.JSON_HEADERS + question.headers(), question.body());
    assertThat(listening.head().status()).isEqualTo(200);
    assertThat(listening.event()).contains("notifications/subscriptions/acknowledged");
    return listening;
  }

  private List<Map<String, Object>> pages(String tool, Map<String, Object> arguments) throws IOException {
    var pages = new ArrayList<>(List.of(call(tool, arguments)));
    var next = new HashMap<>(arguments);
    while (pages.getLast().get("next_cursor") instanceof String cursor) {
      next.put("cursor", cursor);
      next.putIfAbsent("max_tokens", 20_000);
      pages.add(call(tool, next));
    }
    return pages;
  }

  private static Question.Asked tool(String name, Map<String, Object> arguments) {
    return new Question.Asked(CALL, Map.of("name", name, "arguments", arguments));
  }

  private Map<String, Object> call(String tool, Map<String, Object> arguments, String... alsoFine) throws IOException {
    return ask(Question.of(random, tool(tool, arguments)), "", alsoFine);
  }

  private Map<String, Object> ask(Question.Asked asked) throws IOException {
    return ask(Question.of(random, asked), "");
  }

  private Map<String, Object> ask(Question question, String header, String... alsoFine) throws IOException {
    var answered = answered(question, header);
    if (!answered.code().equals(Question.OK)) {
      assertThat(alsoFine).as("%s: %s", question, answered).contains(answered.code());
    }
    return answered.values();
  }

  private Question.Answered answered(Question question, String header) throws IOException {
    var started = System.nanoTime();
    var answer = send(question, header).answer();
    var nanos = System.nanoTime() - started;
    var answered = question.read(answer.status(), answer.headers(), answer.body());
    tally.answered(question.name(), nanos, answered.code());
    return answered;
  }

  private RawHttp send(Question question, String header) throws IOException {
    return connection().post(RawHttp.JSON_HEADERS + question.headers() + header, question.body());
  }

  private RawHttp connection() throws IOException {
    if (connection.isEmpty()) {
      connection = Optional.of(new RawHttp(port));
    }
    return connection.get();
  }

  private <T> T any(List<T> some) {
    return some.get(random.nextInt(some.size()));
  }

  /** What stands under a key of each object of a list. */
  private static List<Object> values(Map<String, Object> answer, String list, String key) {
    return ((List<?>) answer.get(list)).stream().<Object>map(each -> ((Map<?, ?>) each).get(key)).toList();
  }

  private static void close(RawHttp client) {
    try {
      client.close();
    } catch (IOException e) {
      throw new IllegalStateException("a socket that cannot be closed", e);
    }
  }
}
