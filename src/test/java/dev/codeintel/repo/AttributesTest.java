package dev.codeintel.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.Seeded;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class AttributesTest {

  private static final List<String> ASKED =
      List.of("text", "crlf", "eol", "working-tree-encoding", "ident", "filter");

  private static final String[] STATES = {
    "text",
    "-text",
    "!text",
    "text=auto",
    "text=set",
    "crlf",
    "-crlf",
    "crlf=input",
    "!crlf",
    "eol=lf",
    "eol=crlf",
    "-eol",
    "binary",
    "-binary",
    "!binary",
    "binary=x",
    "ident",
    "-ident",
    "!ident",
    "filter=lfs",
    "filter",
    "filter=",
    "!filter",
    "filter=a=b",
    "-filter=x",
    "working-tree-encoding=UTF-16",
    "working-tree-encoding=\u00E4",
    "one",
    "-one",
    "!one",
    "one=1",
    "two",
    "-two",
    "diff=x",
    "other"
  };

  private static final String[] MALFORMED = {"=x", "--x", "-", "!", "bad;name", "-!x", "\u00E4=1"};

  @TempDir Path temp;

  /** Line ends and encodings were guessed, so that whole files were blamed on nobody. */
  @Test
  void whatGitSaysOfAPathWeSayToo() throws IOException {
    var random = Seeded.random();
    var repo = GitRepo.init(temp.resolve("r"));
    var user = temp.resolve("user");
    var info = repo.root().resolve(".git/info/attributes");
    Files.createDirectories(info.getParent());
    var ours = new Attributes(new RootFolder(repo.root()), Optional.of(user), Optional.of(info));
    var specified = 0;
    for (var round = 0; round < 25; round++) {
      Files.write(user, rules(random));
      Files.write(info, rules(random));
      var paths = new TreeSet<String>();
      var folders = new TreeSet<String>();
      folders.add("");
      for (var i = 0; i < 60; i++) {
        var path = IgnoreRulesTest.randomPath(random);
        paths.add(path);
        for (var slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
          folders.add(path.substring(0, slash + 1));
        }
      }
      var written = new ArrayList<Path>();
      for (var folder : folders) {
        if (folder.isEmpty() || random.nextInt(3) == 0) {
          repo.write(folder + ".gitattributes", rules(random));
          written.add(repo.root().resolve(folder + ".gitattributes"));
        }
      }
      var expected = check(repo, user, paths);
      var actual = new TreeMap<String, Map<String, String>>();
      for (var path : paths) {
        actual.put(path, said(ours, path));
        specified += actual.get(path).size();
      }
      assertThat(actual).isEqualTo(expected);
      for (var file : written) {
        Files.delete(file);
      }
    }
    assertThat(specified).isGreaterThan(200); // or the rules said nothing
  }

  @Test
  void gitPassesOverLongLines() {
    var repo = GitRepo.init(temp.resolve("r"));
    var rules = new StringBuilder();
    var paths = new TreeSet<String>();
    for (var length = 2_040; length < 2_056; length++) {
      paths.add("l" + length);
      var line = "l" + length + " text";
      rules.append(line).append(" ".repeat(length - line.length())).append("\n");
    }
    repo.write(".gitattributes", rules.toString());
    var ours = new Attributes(new RootFolder(repo.root()), Optional.empty(), Optional.empty());
    var expected = check(repo, temp.resolve("none"), paths);
    assertThat(expected).containsValue(Map.of()).containsValue(Map.of("text", "set"));
    for (var path : paths) {
      assertThat(said(ours, path)).as(path).isEqualTo(expected.get(path));
    }
  }

  private static Map<String, Map<String, String>> check(
      GitRepo repo, Path user, TreeSet<String> paths) {
    var command = new ArrayList<>(List.of("-c", "core.attributesFile=" + user));
    command.addAll(List.of("check-attr", "-z", "--stdin"));
    command.addAll(ASKED);
    var input = String.join("\0", paths) + "\0";
    var output =
        repo.gitWith(input.getBytes(StandardCharsets.UTF_8), command.toArray(String[]::new))
            .split("\0", -1);
    var byPath = new TreeMap<String, Map<String, String>>();
    for (var i = 0; i + 2 < output.length; i += 3) {
      var said = byPath.computeIfAbsent(output[i], path -> new TreeMap<>());
      if (!output[i + 2].equals("unspecified")) {
        said.put(output[i + 1], output[i + 2]);
      }
    }
    return byPath;
  }

  private static Map<String, String> said(Attributes attributes, String path) {
    var said = new TreeMap<String, String>();
    attributes
        .of(path, CancelToken.create())
        .forEach(
            (name, state) ->
                said.put(
                    name,
                    switch (state.kind()) {
                      case SET -> "set";
                      case UNSET -> "unset";
                      default ->
                          new String(
                              state.value().getBytes(StandardCharsets.ISO_8859_1),
                              StandardCharsets.UTF_8);
                    }));
    return said;
  }

  private static byte[] rules(Random random) {
    var rules = new StringBuilder(random.nextInt(6) == 0 ? "\uFEFF" : "");
    for (var i = random.nextInt(9); i > 0; i--) {
      rules.append(random.nextInt(8) == 0 ? " " : random.nextInt(9) == 0 ? "\t" : "");
      switch (random.nextInt(12)) {
        case 0 -> rules.append("[attr]").append(random.nextBoolean() ? "one" : "two");
        case 1 -> rules.append(pick(random, "[attr]binary", "[attr]text", "[attr] one", "[attr]"));
        case 2 ->
            rules.append(pick(random, "\"[attr]two\"", "\"[attr] two x\"", "# no", "[attr]-x"));
        case 3, 4 -> rules.append(quoted(random));
        default -> rules.append(pattern(random));
      }
      for (var states = random.nextInt(5); states > 0; states--) {
        rules.append(pick(random, " ", " ", "\t", "  ", " \r"));
        rules.append(pick(random, random.nextInt(40) == 0 ? MALFORMED : STATES));
      }
      rules.append(random.nextInt(30) == 0 ? "\0 text" : "");
      rules.append(random.nextInt(6) == 0 ? "\r\n" : random.nextInt(8) == 0 ? "\n\n" : "\n");
    }
    if (random.nextInt(6) == 0 && rules.length() > 1) {
      rules.setLength(rules.length() - 1);
    }
    return rules.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String pattern(Random random) {
    var pattern = new StringBuilder();
    pattern.append(random.nextInt(30) == 0 ? "!" : "").append(random.nextInt(8) == 0 ? "/" : "");
    for (var depth = random.nextInt(3) / (1 + random.nextInt(2)); depth >= 0; depth--) {
      pattern.append(pick(random, IgnoreRulesTest.PARTS)).append(depth > 0 ? "/" : "");
    }
    return pattern.append(random.nextInt(12) == 0 ? "/" : "").toString();
  }

  private static String quoted(Random random) {
    return pick(
        random,
        "\"x y\"",
        "\"*.c\"text",
        "\"a b \"",
        "\"\\303\\244\"",
        "\"\\303\\244*\"",
        "\"foo\\056c\"",
        "\"\\\\!n\"",
        "\"a\\\\*b\"",
        "\"a\\000b\"",
        "\"foo",
        "\"fo\\o\"",
        "\"fo\\40\"",
        "\"\\t\"",
        "\"\"",
        "\"\\\"\"");
  }

  private static String pick(Random random, String... from) {
    return from[random.nextInt(from.length)];
  }

  /** JGit's matcher, made of regular expressions, was busy for 33 s with one such pattern. */
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // else it never ends
  void hostileFilesTakeNoTimeAndLittleMemory() throws IOException {
    var patterns = "*a*a*a*a*a*b filter=x\n".repeat((int) Limits.IGNORE_FILE_BYTES_MAX / 22);
    var names = new StringBuilder("* a0\n");
    for (var i = 0; names.length() < Limits.IGNORE_FILE_BYTES_MAX - 40; i++) {
      names.append("[attr]a").append(i).append(" a").append(i + 1).append('\n'); // no deep calls
    }
    var root = Files.createDirectories(temp.resolve("r"));
    var folder = root;
    for (var depth = 0; depth < 5; depth++) {
      Files.writeString(folder.resolve(".gitattributes"), depth == 0 ? names : patterns);
      folder = Files.createDirectories(folder.resolve("a".repeat(250)));
    }
    var attributes = new Attributes(new RootFolder(root), Optional.empty(), Optional.empty());
    var path = root.relativize(folder.resolve("a".repeat(250))).toString();
    assertThat(attributes.of(path, CancelToken.create())).isEmpty();
    var cancel = CancelToken.create();
    cancel.cancel();
    assertThatThrownBy(() -> attributes.of(path, cancel)).isInstanceOf(CodeintelException.class);
  }

  @Test
  void linksPipesAndFilesOfTheSystemSayNothing() throws Exception {
    var root = Files.createDirectories(temp.resolve("r/sub")).getParent();
    var outside = Files.writeString(temp.resolve("outside"), "* text\n");
    Files.createSymbolicLink(root.resolve(".gitattributes"), outside);
    var pipe = root.resolve("sub/.gitattributes");
    assertThat(new ProcessBuilder("mkfifo", "" + pipe).start().waitFor()).isZero();
    var attributes =
        new Attributes(new RootFolder(root), Optional.of(temp), Optional.of(Path.of("/dev/zero")));
    assertThat(attributes.of("sub/a.txt", CancelToken.create())).isEmpty();
  }
}
