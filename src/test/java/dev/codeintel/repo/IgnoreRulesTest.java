package dev.codeintel.repo;

import static dev.codeintel.repo.WorkspaceTest.NOBODY;
import static dev.codeintel.repo.WorkspaceTest.list;
import static dev.codeintel.repo.WorkspaceTest.paths;
import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.Seeded;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class IgnoreRulesTest {

  private static final String[] NAMES = {
    "a", "b", "c", "foo", "bar", "foo.c", "bar.h", "a.log", "x y", "[x]", "a*b", "#h", "!n", "aab",
    "\u00E4", "\u00E4b", "-", "a b ", "foobar", "Foo", "z.c.log", "ab"
  };

  static final String[] PARTS = {
    "a",
    "b",
    "c",
    "foo",
    "bar",
    "*",
    "**",
    "?",
    "*.c",
    "*.log",
    "foo*",
    "*o*",
    "[ab]",
    "[!a]*",
    "[a-c]*",
    "[[:alpha:]]*",
    "[[:punct:]]*",
    "\\#h",
    "\\!n",
    "a\\*b",
    "x\\ y",
    "[x",
    "a\\",
    "???",
    "\u00E4",
    "?b",
    "[\u00E4]*",
    "**a",
    "a**",
    "***",
    "*?*",
    "foo**",
    "x**",
    "[]a]",
    "[^b]",
    "[a-]",
    "*[.]c",
    "[[:nope:]]",
    "[/]",
    "a[/]b",
    "[\\]x]",
    "aa*b",
    "[b-a]",
    "*\\b"
  };

  @TempDir Path temp;

  /** Whatever git thinks of a rule, we think, too. */
  @RepeatedTest(15)
  void theListingIsThatOfGit() throws IOException {
    var random = Seeded.random();
    var repo = GitRepo.init(temp.resolve("r"));
    for (var i = 0; i < 60; i++) {
      try {
        repo.write(randomPath(random), "x\n");
      } catch (java.io.UncheckedIOException e) {
        assertThat(e).hasMessageContaining(repo.root().toString()); // a file where a folder is
      }
    }
    var folders = new TreeSet<String>();
    folders.add("");
    try (var all = Files.walk(repo.root())) {
      for (var path : (Iterable<Path>) all::iterator) {
        var relative = repo.root().relativize(path).toString();
        if (Files.isDirectory(path) && !relative.startsWith(".git")) {
          folders.add(relative.isEmpty() ? "" : relative + "/");
        }
      }
    }
    for (var folder : folders) {
      if (folder.isEmpty() || random.nextInt(4) == 0) {
        repo.write(folder + ".gitignore", rules(random));
      }
    }
    repo.write(".git/info/exclude", rules(random));
    var excludes = Files.write(temp.resolve("excludes"), rules(random));
    var config = temp.resolve("gitconfig");
    Files.writeString(config, "[core]\n\texcludesFile = %s\n".formatted(excludes));
    for (var i = 0; i < 5; i++) {
      var path = randomPath(random);
      if (Files.isRegularFile(repo.root().resolve(path), LinkOption.NOFOLLOW_LINKS)) {
        repo.git("--literal-pathspecs", "add", "-f", "--", path);
      }
    }
    repo.git("update-index", "--index-version", "" + (2 + random.nextInt(3)));

    var expected = new TreeSet<>(PathOrder.INSTANCE);
    var listed =
        repo.git(
            "-c", "core.excludesFile=" + excludes, "ls-files", "-co", "--exclude-standard", "-z");
    expected.addAll(Arrays.asList(listed.split("\0")));
    expected.remove("");
    try (var workspace = Workspace.open(repo.root(), Map.of("GIT_CONFIG_GLOBAL", "" + config))) {
      assertThat(paths(list(workspace))).containsExactlyElementsOf(expected);
      for (var file : expected) {
        assertThat(workspace.ignoreRules().hidden(file)).isFalse();
      }
    }
  }

  static String randomPath(Random random) {
    var path = new StringBuilder();
    for (var depth = random.nextInt(4); depth >= 0; depth--) {
      path.append(path.isEmpty() ? "" : "/").append(NAMES[random.nextInt(NAMES.length)]);
    }
    return path.toString();
  }

  private static byte[] rules(Random random) {
    var rules = new StringBuilder(random.nextInt(5) == 0 ? "\uFEFF" : "");
    for (var i = random.nextInt(6); i > 0; i--) {
      rules.append(random.nextInt(4) == 0 ? "!" : "").append(random.nextInt(5) == 0 ? "/" : "");
      for (var depth = random.nextInt(3) / (1 + random.nextInt(2)); depth >= 0; depth--) {
        rules.append(PARTS[random.nextInt(PARTS.length)]);
        rules.append(random.nextInt(6) == 0 ? PARTS[random.nextInt(PARTS.length)] : "");
        rules.append(depth > 0 ? "/" : "");
      }
      rules.append(random.nextInt(4) == 0 ? "/" : "").append(random.nextInt(8) == 0 ? "  " : "");
      rules.append(random.nextInt(10) == 0 ? "\t" : "");
      rules.append(random.nextInt(6) == 0 ? "\r\n" : random.nextInt(8) == 0 ? "\n\n" : "\n");
      rules.append(random.nextInt(10) == 0 ? "# comment\n" : "");
    }
    if (random.nextInt(6) == 0 && rules.length() > 1) {
      rules.setLength(rules.length() - 1);
    }
    return rules.toString().getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void codeintelignoreIsTheStrongestAndHidesTrackedFilesToo() {
    var repo = GitRepo.init(temp.resolve("r"));
    repo.write("private/p.txt", "p\n").write("tracked.gen", "t\n").write("src/a.txt", "a\n");
    repo.write("build/out.c", "o\n").write("src/deep/b.txt", "b\n").write("src/deep/c.txt", "c\n");
    repo.commitAll("all of it");
    repo.write(".gitignore", "build/\n*.gen\n").write("src/.gitignore", "!a.txt\n");
    repo.write("new.gen", "n\n").write("build/new.c", "n\n");
    repo.write(".codeintelignore", "private/\n/src/*.txt\nbuild/new.*\n!new.gen\n");
    repo.write("src/deep/.codeintelignore", "c.*\n");
    try (var workspace = Workspace.open(repo.root(), NOBODY)) {
      assertThat(paths(list(workspace)))
          .containsExactly(
              ".codeintelignore",
              ".gitignore",
              "build/out.c",
              "new.gen",
              "src/.gitignore",
              "src/deep/.codeintelignore",
              "src/deep/b.txt",
              "tracked.gen");
      var rules = workspace.ignoreRules();
      assertThat(rules.hidden("private/p.txt")).isTrue();
      assertThat(rules.hidden("private")).isFalse(); // as a file it would not be named
      assertThat(rules.hidden("src/deep/c.txt")).isTrue();
      assertThat(rules.hidden("build/out.c")).isFalse();
      assertThat(rules.ignored("build/out.c", false)).isTrue();
      assertThat(rules.ignored("new.gen", false)).isFalse();
    }
  }

  /** Start hung walking an ignored folder with 1.6 million files. */
  @Test
  void anIgnoredFolderIsNotEntered() throws IOException {
    var folder = Files.createDirectories(temp.resolve("r/node_modules/x"));
    Files.createDirectories(folder.resolve("d/".repeat(200))); // would count as too deep
    Files.writeString(temp.resolve("r/.gitignore"), "node_modules\n");
    try (var workspace = Workspace.open(temp.resolve("r"), NOBODY)) {
      var listing = list(workspace);
      assertThat(paths(listing)).containsExactly(".gitignore");
      assertThat(listing.skipped()).isEmpty();
    }
  }

  /** A pattern of a stranger's ignore file kept a matcher of regular expressions busy for hours. */
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // else it never ends
  void hostilePatternsTakeNoTime() {
    var name = "a".repeat(250);
    var path = (name + "/").repeat(15) + name;
    for (var pattern :
        new String[] {
          "*a".repeat(100) + "b", "/" + "*a".repeat(100) + "b", "**/a*/".repeat(100) + "b"
        }) {
      for (var rule : IgnoreRule.parse(pattern)) {
        assertThat(rule.matches(path, name, false)).isFalse();
      }
    }
  }

  @Test
  void aDamagedOrSplitIndexListsWhatTheRulesLeave() throws IOException {
    var repo = GitRepo.init(temp.resolve("r")).write(".gitignore", "*.o\n").write("a.o", "o\n");
    repo.write("b.c", "b\n");
    repo.git("add", "-f", ".");
    var index = repo.root().resolve(".git/index");
    var whole = Files.readAllBytes(index);
    try (var workspace = Workspace.open(repo.root(), NOBODY)) {
      assertThat(paths(list(workspace))).containsExactly(".gitignore", "a.o", "b.c");
      for (var length = 0; length < whole.length - 20; length += 7) {
        Files.write(index, Arrays.copyOf(whole, length));
        assertThat(paths(list(workspace))).contains(".gitignore", "b.c");
      }
      var random = Seeded.random();
      for (var i = 0; i < 60; i++) {
        var damaged = whole.clone();
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
        Files.write(index, damaged);
        assertThat(paths(list(workspace))).contains(".gitignore", "b.c");
      }
      Files.write(index, whole);
      repo.git("update-index", "--split-index");
      assertThat(paths(list(workspace))).containsExactly(".gitignore", "a.o", "b.c");
      for (var shared : repo.root().resolve(".git").toFile().listFiles()) {
        if (shared.getName().startsWith("sharedindex.")) {
          Files.write(shared.toPath(), Arrays.copyOf(whole, 50));
        }
      }
      assertThat(paths(list(workspace))).containsExactly(".gitignore", "b.c");
    }
  }
}
