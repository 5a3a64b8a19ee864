package dev.codeintel.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.mcp.Question;
import dev.codeintel.mcp.Question.Asked;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A client over one connection: does one thing after the other, thinks in between, checks all that it is told. */
final class LoadClient {

  /** How long a client thinks, and at least how many times as long as it waited before. */
  private static final int THINK_MILLIS_MEAN = 300;

  private static final int THINK_WAITS = 3;

  private static final int HANG_UP_MILLIS_MAX = 100;

  /** A stream that says nothing for so long is dead. */
  private static final long HEARTBEAT_NANOS = HttpOptions.Pace.USUAL.heartbeat().toNanos();

  private static final String GONE = "path-not-found";
  private static final String WRONG = "invalid-argument";
  private static final String FIXED = LoadTree.FIXED;
  private static final int LINES = LoadTree.FIXED_LINES;
  private static final List<String> MODES =
      Stream.of("lexical", "hybrid", "semantic").limit("none".equals(System.getenv("EMBEDDER")) ? 2 : 3).toList();

  private static final List<String> LANGUAGES = List.of("java", "python", "markdown", "c");
  private static final List<String> INDEXING =
      List.of("full", "merge", "incremental", "incremental", "incremental");

  /** What every server answers in the same way. */
  private static final List<Asked> PLAIN =
      List.of(
          new Asked("initialize", Map.of("protocolVersion", "2025-06-18", "capabilities", Map.of())),
          new Asked("ping", Map.of()),
          new Asked("server/discover", Map.of()),
          new Asked("tools/list", Map.of()),
          new Asked("resources/list", Map.of()),
          new Asked("resources/templates/list", Map.of()),
          new Asked("prompts/list", Map.of()),
          new Asked("prompts/get", Map.of("name", "code_review", "arguments", Map.of("area", "src"))));

  private record Mistake(Asked asked, String code) {}

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
          new Mistake(new Asked("resources/read", Map.of("uri", "file:///no/such/file")), "-32602"),
          new Mistake(new Asked("completion/complete", Map.of()), "-32602"),
          new Mistake(new Asked("no/such/method", Map.of()), "-32601"));

  private final int port;
  private final LoadTree tree;
  private final LoadTally tally;
  private final CountDownLatch stop;
  private Random random;
  private Optional<RawHttp> connection = Optional.empty();
  private Optional<RawHttp> stream = Optional.empty();
  private long listeningSince;

  LoadClient(int port, LoadTree tree, LoadTally tally, CountDownLatch stop, long seed) {
    this.port = port;
    this.tree = tree;
    this.tally = tally;
    this.stop = stop;
    this.random = new Random(seed);
  }

  /** What clients do, and how often. */
  private List<LoadTally.Action> actions() {
    return Stream.of(
            often(60, () -> search(Map.of())),
            often(20, () -> search(Map.of("languages", List.of(any(LANGUAGES))))),
            often(20, this::searchTheMarker),
            often(14, this::findTheMarker),
            often(14, this::findAnExpression),
            often(28, () -> call("search_text", Map.of("query", any(tree.words), "context_lines", random.nextInt(3)))),
            often(14, this::openLines),
            often(14, this::openPages),
            often(14, () -> call("open_file", Map.of("path", tree.moving(random), "revision", revision()), GONE)),
            often(14, () -> call("open_file", Map.of("path", any(tree.steady).path()))),
            often(12, () -> list(Map.of())),
            often(7, this::blameTheFixedFile),
            often(7, () -> call("blame_range", Map.of("path", tree.moving(random), "revision", revision()), GONE)),
            often(14, this::blame),
            often(7, this::askForTheFixedHistory),
            often(7, () -> call("file_history", Map.of("path", tree.moving(random)), GONE)),
            often(14, this::history),
            often(10, this::keepAScope),
            often(10, this::keepAScopeOfAConversation),
            often(16, this::status),
            often(4, () -> call("reindex", Map.of("mode", any(INDEXING), "wait", random.nextBoolean()))),
            often(16, this::resource),
            often(16, this::complete),
            often(16, () -> ask(Question.of(random, any(PLAIN)), "")),
            often(8, this::page),
            often(24, this::mistake),
            often(4, this::garbage),
            often(16, this::hangUp),
            often(8, this::leave),
            often(8, this::comeToListenOrGo))
        .flatMap(List::stream)
        .toList();
  }

  private static List<LoadTally.Action> often(int times, LoadTally.Action action) {
    return Collections.nCopies(times, action);
  }

  /** Until all stop. */
  void run() throws Exception {
    var actions = actions();
    var seeds = random;
    var waited = 0L;
    while (!stop.await(thought(seeds, waited), TimeUnit.MILLISECONDS)) {
      random = new Random(seeds.nextLong()); // one each: how much chance an action takes depends on its answers
      var started = System.nanoTime();
      if (!tally.attempt(any(actions))) {
        leave();
      }
      waited = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
    }
    leave();
    if (stream.isPresent()) {
      stream.get().close();
    }
  }

  /** At random; longer after long waits, so that a slow machine is busy but not flooded. */
  private static long thought(Random random, long waited) {
    return (long) (-Math.log(1 - random.nextDouble()) * Math.max(THINK_MILLIS_MEAN, THINK_WAITS * waited));
  }

  private void search(Map<String, Object> filter) throws IOException {
    var limit = 1 + random.nextInt(20);
    var asked = new HashMap<>(filter);
    asked.putAll(Map.of("query", any(tree.queries), "limit", limit, "mode", any(MODES)));
    assertThat(values(call("semantic_search", asked), "findings", "path")).hasSizeLessThanOrEqualTo(limit);
  }

  private void searchTheMarker() throws IOException {
    var found = call("semantic_search", Map.of("query", tree.marker, "mode", "lexical"));
    assertThat(values(found, "findings", "path")).containsOnly(FIXED);
  }

  private void findTheMarker() throws IOException {
    var found = call("search_text", Map.of("query", tree.marker, "case_sensitive", true));
    assertThat(values(found, "matches", "path")).containsOnly(FIXED);
    assertThat(values(found, "matches", "line")).isEqualTo(LoadTree.MARKED_LINES);
  }

  private void findAnExpression() throws IOException {
    var expression = any(List.of("%s\\w*\\(", "\\b%s\\b", "(?:%s|[A-Z]{4,})_\\w+", "^\\s*//.*%s"));
    var query = expression.formatted(any(tree.words));
    call("search_text", Map.of("query", query, "regex", true, "max_results", 200));
  }

  private void openLines() throws IOException {
    var first = 1 + random.nextInt(100);
    var last = first + random.nextInt(100);
    assertThat(call("open_file", lines(FIXED, first, last))).containsEntry("content", tree.fixed(first, last));
  }

  private void openPages() throws IOException {
    var pages = pages("open_file", Map.of("path", FIXED, "max_tokens", 1_000 + random.nextInt(3_000)));
    var content = pages.stream().map(page -> (String) page.get("content")).collect(Collectors.joining());
    assertThat(content).isEqualTo(tree.fixed(1, LINES));
  }

  /** All pages of a list. */
  List<Object> list(Map<String, Object> filter) throws IOException {
    var paths = new ArrayList<>();
    pages("list_paths", filter).forEach(page -> paths.addAll(values(page, "items", "path")));
    assertThat(paths).doesNotHaveDuplicates().contains(FIXED);
    return paths;
  }

  private void blameTheFixedFile() throws IOException {
    var first = 1 + random.nextInt(LINES - 20);
    var blame = call("blame_range", lines(FIXED, first, first + 9));
    assertThat(values(blame, "blame", "full_commit")).hasSize(10).containsOnly(tree.fixedCommit);
  }

  private void blame() throws IOException {
    var file = any(tree.steady);
    var last = 1 + random.nextInt(file.lines());
    call("blame_range", lines(file.path(), Math.max(1, last - 20), last));
  }

  private Map<String, Object> lines(String path, int first, int last) {
    return Map.of("path", path, "start_line", first, "end_line", last, "revision", revision());
  }

  private String revision() {
    return random.nextBoolean() ? "WORKTREE" : "HEAD";
  }

  private void history() throws IOException {
    call("file_history", Map.of("path", any(tree.steady).path(), "follow", random.nextBoolean()));
  }

  private void askForTheFixedHistory() throws IOException {
    var history = call("file_history", Map.of("path", FIXED));
    assertThat(values(history, "commits", "full_sha")).containsExactly(tree.fixedCommit);
  }

  private void keepAScope() throws IOException {
    var handle = call("set_scope", scope()).get("scope_id");
    assertThat(list(Map.of("scope_id", handle))).containsExactly(FIXED);
  }

  /** As clients of the former server do. */
  private void keepAScopeOfAConversation() throws IOException {
    var session = "X-Session-ID: %d\n".formatted(random.nextLong());
    ask(Question.conversing(random, tool("set_scope", scope())), session);
    assertThat(ask(Question.conversing(random, tool("list_paths", Map.of())), session)).containsEntry("total", 1L);
  }

  /** Another one each time, of nothing but the fixed file. */
  private Map<String, Object> scope() {
    return Map.of("scope", Map.of("include_globs", List.of(FIXED, "no/" + random.nextInt())));
  }

  private void status() throws IOException {
    var status = call("index_status", Map.of());
    assertThat(status.get("state")).isIn("ready", "indexing");
    assertThat(((Number) status.get("embedded_share")).doubleValue()).isBetween(0.0, 1.0);
  }

  private void resource() throws IOException {
    var read = ask(Question.of(random, new Asked("resources/read", Map.of("uri", "file:///" + FIXED))), "");
    assertThat(values(read, "contents", "text")).containsExactly(tree.fixed(1, LINES));
  }

  private void complete() throws IOException {
    var begun = FIXED.substring(0, LoadTree.FOLDER.length() + 1 + random.nextInt(5));
    var params =
        Map.<String, Object>of(
            "ref", Map.of("type", "ref/resource", "uri", "file:///{path}"),
            "argument", Map.of("name", "path", "value", begun));
    var answer = ask(Question.of(random, new Asked("completion/complete", params)), "");
    var completion = (Map<?, ?>) answer.get("completion");
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
  private void hangUp() throws IOException, InterruptedException {
    var asked =
        any(
            List.of(
                tool("search_text", Map.of("query", "[a-z]+_[0-9]+", "regex", true, "max_results", 1_000)),
                tool("semantic_search", Map.of("query", any(tree.queries), "limit", 100)),
                tool("blame_range", Map.of("path", any(tree.steady).path())),
                tool("reindex", Map.of("wait", true))));
    switch (random.nextInt(3)) {
      case 0 -> connection().ask("POST", "/mcp", RawHttp.JSON_HEADERS + "Content-Length: 99\n").send("{\"jsonrpc\"");
      case 1 -> {
        send(Question.of(random, asked), "");
        stop.await(random.nextInt(HANG_UP_MILLIS_MAX), TimeUnit.MILLISECONDS);
      }
      default -> assertThat(send(Question.of(random, asked), "").head().status()).isEqualTo(200);
    }
    connection().reset();
    connection = Optional.empty();
  }

  /** Closes its connection; the next request opens another. */
  void leave() throws IOException {
    if (connection.isPresent()) {
      connection.get().close();
      connection = Optional.empty();
    }
  }

  private void comeToListenOrGo() throws IOException {
    if (stream.isEmpty()) {
      listen();
      return;
    }
    try (var left = stream.get()) {
      stream = Optional.empty();
      if (System.nanoTime() - listeningSince > HEARTBEAT_NANOS) {
        assertThat(left.event()).as("what a stream says on which nothing happens").isEqualTo(":");
      }
    }
  }

  /** Opens a stream of events that stays open. */
  RawHttp listen() throws IOException {
    var listening = new RawHttp(port);
    stream = Optional.of(listening);
    listeningSince = System.nanoTime();
    var question = Question.of(random, new Asked("subscriptions/listen", Map.of("notifications", Map.of())));
    listening.post(RawHttp.JSON_HEADERS + question.headers(), question.body());
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

  private static Asked tool(String name, Map<String, Object> arguments) {
    return new Asked("tools/call", Map.of("name", name, "arguments", arguments));
  }

  private Map<String, Object> call(String tool, Map<String, Object> arguments, String... alsoFine) throws IOException {
    return ask(Question.of(random, tool(tool, arguments)), "", alsoFine);
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
    return LoadTree.any(some, random);
  }

  /** What stands under a key of each object of a list. */
  private static List<Object> values(Map<String, Object> answer, String list, String key) {
    return ((List<?>) answer.get(list)).stream().<Object>map(each -> ((Map<?, ?>) each).get(key)).toList();
  }
}
