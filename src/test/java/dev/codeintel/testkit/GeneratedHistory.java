package dev.codeintel.testkit;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A repository with a long history, made up from a seed and fed to {@code git fast-import}: some
 * thousand commits a second. Files look like code, with many equal lines; commits edit, insert,
 * remove and move blocks of lines, add and delete files, rename and reformat them; side branches
 * are merged, and where both sides changed a file the merge takes something of both.
 */
public final class GeneratedHistory {

  private static final int FORK_COMMITS_MAX = 20;
  private static final int BRANCH_COMMITS_MAX = 4;
  private static final long FIRST_SECOND = 1_500_000_000L;
  private static final String[] WORDS = {
    "alpha", "beta", "count", "delta", "entry", "field", "group", "head", "index", "jump", "key",
    "limit", "merge", "node", "offset", "path", "queue", "range", "state", "tree", "unit", "value"
  };

  /**
   * How much of what; commits and merges are exact, renames and reformats the most there are.
   *
   * @param commits on all branches, merges among them
   * @param merges of side branches of one to four commits; at most a sixth of the commits
   * @param renames commits that move a file, half of them with an edit
   * @param reformats commits that indent a whole file anew
   * @param files at the start, of 20 to {@code lines} lines
   * @param lines of the longest file at the start
   */
  public record Shape(int commits, int merges, int renames, int reformats, int files, int lines) {

    /** Five thousand commits with everything in them. */
    public static final Shape LONG = new Shape(5_000, 300, 150, 60, 40, 200);

    /** The same with other numbers of commits, merges, renames and reformats. */
    public static Shape ofCommits(int commits) {
      return new Shape(commits, commits / 17, commits / 33, commits / 83, 20, 120);
    }
  }

  /** The files of one commit; shared between commits, never changed. */
  private record State(int mark, Map<String, List<String>> files) {}

  private enum Kind {
    EDIT,
    RENAME,
    REFORMAT
  }

  private final Random random;
  private final Shape shape;
  private final OutputStream out;
  private final Deque<State> recent = new ArrayDeque<>();

  private int commits;
  private int merges;
  private int renames;
  private int reformats;
  private int names;

  private GeneratedHistory(Random random, Shape shape, OutputStream out) {
    this.random = random;
    this.shape = shape;
    this.out = out;
  }

  /**
   * Makes a repository whose branch {@code main} holds the history, checked out.
   *
   * @param folder empty, or missing
   */
  public static GitRepo in(Path folder, Random random, Shape shape) {
    var repo = GitRepo.init(folder);
    try {
      var input = Files.createTempFile("history", ".fast-import");
      try {
        try (var out = new BufferedOutputStream(Files.newOutputStream(input))) {
          new GeneratedHistory(random, shape, out).write();
        }
        repo.gitReading(input, "fast-import", "--quiet", "--done");
      } finally {
        Files.delete(input);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    repo.git("reset", "-q", "--hard");
    return repo;
  }

  /** The files at HEAD by how many commits touch each. */
  public static List<String> leastTouchedFirst(GitRepo repo) {
    var touches = new TreeMap<String, Integer>();
    for (var path : repo.git("ls-tree", "-r", "-z", "--name-only", "HEAD").split("\0")) {
      touches.put(path, 0);
    }
    for (var path : repo.git("log", "-z", "--name-only", "--format=").split("\0")) {
      touches.computeIfPresent(path, (_, count) -> count + 1);
    }
    return touches.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .toList();
  }

  private void write() throws IOException {
    var files = new TreeMap<String, List<String>>();
    for (var i = 0; i < shape.files; i++) {
      files.put(newPath(), lines(20 + random.nextInt(Math.max(1, shape.lines - 20))));
    }
    var main = commit("refs/heads/main", 0, 0, new State(0, Map.of()), files);
    while (commits < shape.commits) {
      recent.addLast(main);
      if (recent.size() > FORK_COMMITS_MAX) {
        recent.removeFirst();
      }
      main = mergeIsDue() ? merge(main) : step("refs/heads/main", main, nextKind());
    }
    print("done\n");
  }

  private boolean mergeIsDue() {
    var left = shape.commits - commits;
    var mergesLeft = shape.merges - merges;
    return mergesLeft > 0
        && left >= 2
        && random.nextInt(left) < mergesLeft * (1 + BRANCH_COMMITS_MAX / 2 + 1);
  }

  private Kind nextKind() {
    var left = shape.commits - commits;
    if (renames < shape.renames && random.nextInt(left) < 2 * (shape.renames - renames)) {
      return Kind.RENAME;
    }
    return reformats < shape.reformats && random.nextInt(left) < 2 * (shape.reformats - reformats)
        ? Kind.REFORMAT
        : Kind.EDIT;
  }

  /** A branch from a while ago, and the merge of it. */
  private State merge(State main) throws IOException {
    var fork = recent.stream().skip(random.nextInt(recent.size())).findFirst().orElseThrow();
    var left = shape.commits - commits - 1 - 2 * (shape.merges - merges - 1);
    var steps = Math.max(1, Math.min(left, 1 + random.nextInt(BRANCH_COMMITS_MAX)));
    var side = fork;
    for (var i = 0; i < steps; i++) {
      side = step("refs/heads/side", side, Kind.EDIT);
    }
    merges++;
    var files = merged(fork.files, main.files, side.files);
    return commit("refs/heads/main", main.mark, side.mark, main, files);
  }

  private Map<String, List<String>> merged(
      Map<String, List<String>> base,
      Map<String, List<String>> ours,
      Map<String, List<String>> theirs) {
    var files = new TreeMap<>(ours);
    theirs.forEach(
        (path, text) -> {
          var before = base.get(path);
          var own = ours.get(path);
          if (before == null || own == before) {
            files.put(path, text);
          } else if (own != null && text != before) {
            files.put(path, splice(own, text));
          }
        });
    return files;
  }

  private List<String> splice(List<String> ours, List<String> theirs) {
    var cut = random.nextInt(Math.min(ours.size(), theirs.size()) + 1);
    var text = new ArrayList<>(ours.subList(0, cut));
    text.addAll(theirs.subList(cut, theirs.size()));
    if (random.nextInt(5) == 0) {
      text.add(line()); // what neither side had
    }
    return text;
  }

  private State step(String ref, State from, Kind kind) throws IOException {
    var files = new TreeMap<>(from.files);
    switch (kind) {
      case RENAME -> {
        renames++;
        var path = anyOf(files);
        var text = files.remove(path);
        files.put(newPath(), random.nextBoolean() ? text : edited(text));
      }
      case REFORMAT -> {
        reformats++;
        var path = anyOf(files);
        files.put(path, files.get(path).stream().map(GeneratedHistory::reindented).toList());
      }
      case EDIT -> edit(files);
    }
    return commit(ref, from.mark, 0, from, files);
  }

  private void edit(Map<String, List<String>> files) {
    if (random.nextInt(25) == 0) {
      files.put(newPath(), lines(5 + random.nextInt(60)));
    } else if (files.size() > shape.files && random.nextInt(25) == 0) {
      files.remove(anyOf(files));
    }
    for (var i = random.nextInt(3); i >= 0; i--) {
      var path = anyOf(files);
      files.put(path, edited(files.get(path)));
    }
  }

  private List<String> edited(List<String> before) {
    var text = new ArrayList<>(before);
    for (var i = random.nextInt(3); i >= 0; i--) {
      var at = random.nextInt(text.size() + 1);
      var end = Math.min(text.size(), at + 1 + random.nextInt(6));
      var block = new ArrayList<>(text.subList(at, end));
      switch (random.nextInt(8)) {
        case 0, 1, 2 -> {
          for (var k = at; k < end; k++) {
            text.set(k, line());
          }
        }
        case 3 -> text.addAll(at, lines(1 + random.nextInt(6)));
        case 4, 5 -> text.subList(at, end).clear();
        case 6 -> {
          text.subList(at, end).clear();
          text.addAll(random.nextInt(text.size() + 1), block);
        }
        default -> text.addAll(random.nextInt(text.size() + 1), block);
      }
    }
    text.add(random.nextInt(text.size() + 1), line()); // so that no edit changes nothing
    return text;
  }

  private static String reindented(String line) {
    var text = line.stripLeading();
    var indent = line.length() - text.length();
    return (indent % 4 == 0 ? "\t".repeat(indent / 4) : "    ".repeat(indent)) + text;
  }

  private List<String> lines(int count) {
    var text = new ArrayList<String>(count);
    for (var i = 0; i < count; i++) {
      text.add(line());
    }
    return text;
  }

  private String line() {
    var indent = "  ".repeat(random.nextInt(4));
    return switch (random.nextInt(10)) {
      case 0, 1 -> "";
      case 2 -> indent + "}";
      case 3 -> indent + "return " + word() + ";";
      case 4 -> indent + "if (" + word() + ") {";
      default ->
          indent
              + word()
              + " "
              + word()
              + random.nextInt(100)
              + " = "
              + word()
              + "("
              + random.nextInt(1_000)
              + ");";
    };
  }

  private String word() {
    return WORDS[random.nextInt(WORDS.length)];
  }

  private String newPath() {
    names++;
    var folder = "src/" + word() + (random.nextBoolean() ? "/" + word() : "");
    return folder + "/" + word() + names + (names % 8 == 3 ? "-\u00fcber" : "") + ".java";
  }

  private String anyOf(Map<String, List<String>> files) {
    return files.keySet().stream().skip(random.nextInt(files.size())).findFirst().orElseThrow();
  }

  /**
   * @param first mark of the first parent, 0 for none
   * @param second mark of the second parent, 0 for none
   * @param before what the first parent has
   */
  private State commit(
      String ref, int first, int second, State before, Map<String, List<String>> files)
      throws IOException {
    commits++;
    var seconds = FIRST_SECOND + commits * 600L + random.nextInt(900); // some clocks are behind
    var who =
        "Author %d <author%<d@example.org> %d +0%d00".formatted(commits % 7, seconds, commits % 9);
    print("commit " + ref + "\nmark :" + commits + "\nauthor " + who);
    print("\ncommitter " + who + "\n");
    data(("Commit " + commits + "\n").getBytes(StandardCharsets.UTF_8));
    if (first != 0) {
      print("from :" + first + "\n");
    }
    if (second != 0) {
      print("merge :" + second + "\n");
    }
    for (var path : before.files.keySet()) {
      if (!files.containsKey(path)) {
        print("D " + path + "\n");
      }
    }
    for (var file : files.entrySet()) {
      if (before.files.get(file.getKey()) != file.getValue()) {
        print("M 100644 inline " + file.getKey() + "\n");
        data(bytes(file.getValue()));
      }
    }
    print("\n");
    return new State(commits, files);
  }

  private static byte[] bytes(List<String> lines) throws IOException {
    var bytes = new ByteArrayOutputStream();
    for (var line : lines) {
      bytes.write(line.getBytes(StandardCharsets.UTF_8));
      bytes.write('\n');
    }
    return bytes.toByteArray();
  }

  private void data(byte[] bytes) throws IOException {
    print("data " + bytes.length + "\n");
    out.write(bytes);
    print("\n");
  }

  private void print(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }
}
