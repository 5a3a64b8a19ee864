package dev.codeintel.transport;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.codeintel.config.Settings;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.LogLevel;
import dev.codeintel.ops.Progress;
import dev.codeintel.repo.Workspace;
import dev.codeintel.testkit.FakeVllm;
import dev.codeintel.testkit.HttpPeer;
import dev.codeintel.testkit.WordsEmbedder;
import dev.codeintel.tool.Arguments;
import dev.codeintel.tool.Call;
import dev.codeintel.tool.CodeIntel;
import dev.codeintel.tool.Toolbox;
import dev.codeintel.tool.Tools;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Times calls of tools over HTTP: of one client and of many, beside another server and beside the same calls in this
 * process; searches by words, with an embedding server that takes its time, and with the model in the process; and many
 * calls while many connections are idle.
 *
 * <p>Arguments: the launcher, a folder that holds a clone in {@code repository} and takes all else, a file for the
 * results, a file for the servers' log, and the command of the other server.
 */
public final class HttpSpeed {

  private static final int ROUNDS = 3;
  private static final Duration ROUND = Duration.ofSeconds(3);
  private static final Duration WARM_UP = Duration.ofSeconds(6);
  private static final int MANY = 100;
  private static final int CALLS_A_SECOND = 500;
  private static final int CROWD = 1_000;
  private static final int IDLE = 10_000;
  private static final long REMOTE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final int MODEL_FILES = 30;
  private static final int MODEL_FILE_BYTES_MAX = 8_000;

  /** What a process has open beside its connections, and more. */
  private static final int FILES_BESIDE = 500;

  private static final String ONE = ", 1 client";
  private static final String ALL = ", %d clients".formatted(MANY);
  private static final String AT_RATE = ", %d a second".formatted(CALLS_A_SECOND);

  private static final String FILE = "codeintel-speed.txt";
  private static final String LAST_LINE = "The last line of a small file.";
  private static final String TEXT = "One line of a small file, and more.\n".repeat(25) + LAST_LINE;
  private static final Map<String, Object> OPEN_FILE = Map.of("path", FILE);

  private interface AskOf {
    SpeedRun.Ask of(SpeedClient client);
  }

  /** Something to measure for some time. */
  private interface Case {
    SpeedRun run(Duration time) throws Exception;
  }

  private final String launcher;
  private final Path folder;
  private final Path root;
  private final Path log;
  private final SpeedTable table = new SpeedTable();

  private HttpSpeed(String launcher, Path folder, Path log) {
    this.launcher = launcher;
    this.folder = folder;
    this.root = folder.resolve("repository");
    this.log = log;
  }

  public static void main(String[] arguments) throws Exception {
    Log.configure(LogLevel.ERROR, false, System.err);
    Runtime.getRuntime().addShutdownHook(new Thread(HttpSpeed::endChildren));
    var log = Path.of(arguments[3]);
    Files.deleteIfExists(log);
    var speed = new HttpSpeed(arguments[0], Path.of(arguments[1]), log);
    speed.run(List.of(arguments).subList(4, arguments.length));
    speed.table.write(Path.of(arguments[2]), Map.of("round_seconds", ROUND.toSeconds()));
    System.out.print(speed.table);
  }

  /** Also after Ctrl-C. */
  private static void endChildren() {
    var children = ProcessHandle.current().descendants().toList();
    children.forEach(ProcessHandle::destroy);
    children.forEach(child -> child.onExit().join());
  }

  private void run(List<String> peer) throws Exception {
    Files.writeString(root.resolve(FILE), TEXT);
    try (var model = new FakeVllm()) {
      var environment = environment(Map.of("VLLM_URL", model.url()));
      model.always((request, reply) -> reply.send(200, vectors(request)));
      index(root, environment);
      model.always(
          (request, reply) -> {
            LockSupport.parkNanos(REMOTE_NANOS);
            reply.send(200, vectors(request));
          });
      try (var server = serve(root, environment);
          var other = SpeedServer.listening(peer, environment, log)) {
        compare(server, other, Settings.load(Optional.empty(), environment));
      }
      try (var server = serve(root, environment)) {
        search(server);
      }
      try (var server = serve(root, environment)) {
        crowd(server);
      }
    }
    searchByModel();
  }

  /** Of whatever texts: it is nobody's test here. */
  private static String vectors(HttpPeer.Request request) {
    var items = new ArrayList<String>();
    for (var text : FakeVllm.texts(request)) {
      items.add(FakeVllm.item(items.size(), FakeVllm.base64(WordsEmbedder.vector(text))));
    }
    return FakeVllm.body(items.toArray(String[]::new));
  }

  private Map<String, String> environment(Map<String, String> more) {
    var environment = new HashMap<>(more);
    environment.put("PATH", System.getenv("PATH"));
    environment.put("HOME", folder.resolve("home").toString());
    environment.put("XDG_CACHE_HOME", System.getenv("XDG_CACHE_HOME"));
    environment.put("CODEINTEL_JAVA_HOME", System.getProperty("java.home"));
    environment.put("LOG_LEVEL", "warning");
    return environment;
  }

  private void index(Path tree, Map<String, String> environment) throws Exception {
    SpeedServer.finish(List.of(launcher, "index", "--quiet", "--repo", tree.toString()), environment, log);
  }

  private SpeedServer serve(Path tree, Map<String, String> environment) throws IOException {
    var command = List.of(launcher, "serve", "--port", "0", "--repo", tree.toString());
    return SpeedServer.greeting(command, environment, log);
  }

  /** Calls of so many clients, whose connections are new: servers close those that were idle. */
  private static Case calls(SpeedServer server, int count, AskOf ask, SpeedRun.Way way) {
    return time -> {
      var run = way.run(clients(server, count, ask), time, server::processorNanos);
      server.hangUp();
      return run;
    };
  }

  private static List<SpeedRun.Ask> clients(SpeedServer server, int count, AskOf ask) throws IOException {
    var clients = new ArrayList<SpeedRun.Ask>();
    for (var i = 0; i < count; i++) {
      clients.add(ask.of(server.client()));
    }
    return clients;
  }

  private static void oneAndAll(String what, SpeedServer server, AskOf ask, Map<String, Case> cases) {
    cases.put(what + ONE, calls(server, 1, ask, SpeedRun::backToBack));
    cases.put(what + ALL, calls(server, MANY, ask, SpeedRun::backToBack));
  }

  /** Goes around the cases, so that all see the same machine. */
  private void measure(Map<String, Case> cases) throws Exception {
    for (var each : cases.entrySet()) {
      System.err.println(each.getKey() + " ...");
      each.getValue().run(WARM_UP);
    }
    for (var round = 0; round < ROUNDS; round++) {
      for (var each : cases.entrySet()) {
        table.add(each.getKey(), each.getValue().run(ROUND));
      }
    }
  }

  private void compare(SpeedServer server, SpeedServer other, Settings settings) throws Exception {
    var call = SpeedClient.call("open_file", OPEN_FILE);
    var echo = SpeedClient.call("echo", Map.of("message", TEXT));
    AskOf opening = client -> () -> check(client.ask(call));
    AskOf echoing = client -> () -> check(client.ask(echo));
    var atRate = SpeedRun.atRate(CALLS_A_SECOND);
    try (var toolbox = new Toolbox(Tools.all(), () -> new CodeIntel(settings, () -> Workspace.open(root)))) {
      var here = Collections.<SpeedRun.Ask>nCopies(MANY, () -> check(inProcess(toolbox)));
      var cases = new LinkedHashMap<String, Case>();
      oneAndAll("open_file", server, opening, cases);
      oneAndAll("other server, echo", other, echoing, cases);
      cases.put("open_file" + AT_RATE, calls(server, MANY, opening, atRate));
      cases.put("other server, echo" + AT_RATE, calls(other, MANY, echoing, atRate));
      cases.put("in process, open_file" + AT_RATE, time -> atRate.run(here, time, () -> 0));
      measure(cases);
    }
    var overhead =
        table.median("open_file" + AT_RATE, SpeedRun::p50Ms)
            - table.median("in process, open_file" + AT_RATE, SpeedRun::p50Ms);
    table.find("what HTTP adds to a call, p50 ms", overhead, "< 1");
  }

  /** The call without what HTTP, the protocol and JSON add to it. */
  private static String inProcess(Toolbox toolbox) {
    var tool = toolbox.find("open_file").orElseThrow();
    var arguments = Arguments.check(tool.definition(), OPEN_FILE);
    var call = new Call(CancelToken.create(), Progress.NONE, Optional.empty());
    var result = toolbox.call(tool, arguments, call);
    return result.at(result.largest()).text();
  }

  private static void check(String answer) {
    if (!answer.contains(LAST_LINE)) {
      throw new IllegalStateException("not the whole file: " + answer);
    }
  }

  private void search(SpeedServer server) throws Exception {
    var questions = new SpeedQuestions(root);
    AskOf known = client -> questions.known(client, "hybrid");
    var cases = new LinkedHashMap<String, Case>();
    oneAndAll("lexical search", server, client -> questions.known(client, "lexical"), cases);
    oneAndAll("remote model", server, client -> questions.fresh(client, "hybrid"), cases);
    cases.put("known queries" + ALL, calls(server, MANY, known, SpeedRun::backToBack));
    measure(cases);
    table.find("lexical search" + ALL + ", p95 ms", table.median("lexical search" + ALL, SpeedRun::p95Ms), "< 150");
    table.find("known queries" + ALL + ", p95 ms", table.median("known queries" + ALL, SpeedRun::p95Ms), "< 150");
    ratio("lexical search", ">= 1.6");
    ratio("remote model", ">= 5");
  }

  private void ratio(String what, String target) {
    var one = table.median(what + ONE, SpeedRun::callsASecond);
    var all = table.median(what + ALL, SpeedRun::callsASecond);
    table.find("%s, calls a second%s / 1".formatted(what, ALL), all / one, target);
  }

  /** A few files are enough: what the model takes for a query is the same for any index. */
  private void searchByModel() throws Exception {
    var few = Files.createDirectory(folder.resolve("few"));
    try (var workspace = Workspace.open(root)) {
      var files = workspace.list(CancelToken.create(), Progress.NONE).files();
      for (var file : files.stream().filter(file -> file.size() <= MODEL_FILE_BYTES_MAX).limit(MODEL_FILES).toList()) {
        Files.copy(root.resolve(file.path()), few.resolve(file.path().replace('/', '-')));
      }
    }
    var environment = environment(Map.of());
    index(few, environment);
    try (var server = serve(few, environment)) {
      var questions = new SpeedQuestions(few);
      var cases = new LinkedHashMap<String, Case>();
      oneAndAll("model in process", server, client -> questions.fresh(client, "hybrid"), cases);
      measure(cases);
      ratio("model in process", ">= 1.6");
    }
  }

  private void crowd(SpeedServer server) throws Exception {
    var system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    if (system.getMaxFileDescriptorCount() < IDLE + CROWD + FILES_BESIDE) {
      table.skip(
          "%,d idle connections: a process may have %,d files open (ulimit -Hn)"
              .formatted(IDLE, system.getMaxFileDescriptorCount()));
      return;
    }
    System.err.println("crowd ...");
    var questions = new SpeedQuestions(root);
    questions.known(server.client(), "lexical").once(); // opens the index
    table.find("resident MB, no connections", server.residentMb(), "");
    var idle = new ArrayList<SpeedClient>();
    for (var i = 0; i < IDLE; i++) {
      idle.add(server.client());
    }
    table.find("resident MB, %,d idle connections".formatted(IDLE), server.residentMb(), "");
    var failures = new AtomicInteger();
    var call = SpeedClient.call("open_file", OPEN_FILE);
    var crowd = new ArrayList<SpeedRun.Ask>();
    for (var i = 0; i < CROWD; i++) {
      var client = server.client();
      var search = questions.known(client, "lexical");
      crowd.add(counting(failures, i % 2 == 0 ? search : () -> check(client.ask(call))));
    }
    table.add("open_file and lexical search, %,d at once".formatted(CROWD), SpeedRun.once(crowd, server::processorNanos));
    table.find("resident MB, after %,d calls at once beside them".formatted(CROWD), server.residentMb(), "");
    table.find("calls that failed", failures.get(), "0");
    table.find("idle connections that were lost", idle.stream().filter(client -> !client.isAlive()).count(), "0");
  }

  private static SpeedRun.Ask counting(AtomicInteger failures, SpeedRun.Ask ask) {
    return () -> {
      try {
        ask.once();
      } catch (IOException | RuntimeException e) {
        failures.incrementAndGet();
        System.err.println("failure: " + e);
      }
    };
  }
}
