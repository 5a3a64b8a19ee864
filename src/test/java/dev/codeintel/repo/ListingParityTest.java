package dev.codeintel.repo;

import static dev.codeintel.repo.WorkspaceTest.NOBODY;
import static dev.codeintel.repo.WorkspaceTest.list;
import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.testkit.CommonsCsv;
import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.Pipes;
import dev.codeintel.testkit.Seeded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A listing is what {@code git ls-files -co --exclude-standard} says, less what is deleted, less
 * submodules and other repositories.
 */
class ListingParityTest {

  @TempDir Path temp;

  /** What git says, by git alone and a look at the disk. */
  private static List<String> expected(GitRepo repo, String... configuration) {
    var all = new TreeSet<String>(PathOrder.INSTANCE);
    all.addAll(names(repo, configuration, "ls-files", "-co", "--exclude-standard", "-z"));
    all.removeAll(names(repo, configuration, "ls-files", "-d", "-z"));
    all.removeIf(path -> path.endsWith("/")); // a repository that is no submodule
    all.removeIf(path -> !isFileOrLink(repo.root(), path));
    return List.copyOf(all);
  }

  private static List<String> names(GitRepo repo, String[] configuration, String... command) {
    var arguments = new ArrayList<>(List.of(configuration));
    arguments.addAll(List.of(command));
    return List.of(repo.git(arguments.toArray(String[]::new)).split("\0")).stream()
        .filter(name -> !name.isEmpty())
        .toList();
  }

  /** git looks through links: a file below a folder that became one is tracked, but not there. */
  private static boolean isFileOrLink(Path root, String path) {
    for (var slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      if (Files.isSymbolicLink(root.resolve(path.substring(0, slash)))) {
        return false;
      }
    }
    var file = root.resolve(path);
    return Files.isSymbolicLink(file) || Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
  }

  private static List<String> listed(Path root, Map<String, String> environment) {
    try (var workspace = Workspace.open(root, environment)) {
      return list(workspace).listed().stream().map(SourceFile::path).toList();
    }
  }

  private static void assertSame(GitRepo repo) {
    var ours = listed(repo.root(), NOBODY);
    assertThat(ours).isEqualTo(expected(repo));
  }

  @Test
  void thisProject() {
    GitRepo.requireGit();
    var root = Path.of("").toAbsolutePath();
    if (!Files.exists(root.resolve(".git"))) {
      System.err.println("skipped: this is no clone");
      return;
    }
    var repo = GitRepo.at(root);
    var expected = new ArrayList<>(expected(repo));
    for (var kind : List.of("-c", "-o")) {
      expected.removeAll(
          names(repo, new String[0], "ls-files", kind, "-i", "-X", ".codeintelignore", "-z"));
    }
    assertThat(listed(root, NOBODY)).isEqualTo(expected).hasSizeGreaterThan(300);
  }

  @Test
  void sourcesWithIgnoredAndDeletedAndForcedFiles() throws IOException {
    var repo = CommonsCsv.init(temp.resolve("csv"));
    repo.write(
            ".gitignore", "/build/\n*.class\n!keep.class\n/src/main/java/org/**/CSVPrinter.java\n")
        .write("build/out.txt", "o\n")
        .write("A.class", "c\n")
        .write("keep.class", "c\n")
        .write("src/main/resources/.env", "KEY=1\n")
        .write("src/main/resources/id_rsa", "k\n")
        .write("src/main/java/org/apache/commons/csv/Extra.java", "class Extra {}\n")
        .write("large.bin", new byte[5 << 20]);
    Files.delete(repo.root().resolve("src/main/java/org/apache/commons/csv/QuoteMode.java"));
    repo.write("forced/x.class", "f\n");
    repo.git("add", "-f", "forced/x.class");
    assertSame(repo);
    var ours = listed(repo.root(), NOBODY);
    assertThat(ours)
        .contains(
            "forced/x.class",
            "keep.class",
            "large.bin",
            "src/main/resources/.env",
            "src/main/resources/id_rsa",
            "src/main/java/org/apache/commons/csv/CSVPrinter.java") // tracked before it was ignored
        .doesNotContain("A.class", "build/out.txt")
        .noneMatch(path -> path.endsWith("QuoteMode.java"));

    repo.write(".codeintelignore", "src/main/resources/\n");
    var fewer = new ArrayList<>(expected(repo));
    fewer.removeIf(path -> path.startsWith("src/main/resources/"));
    assertThat(listed(repo.root(), NOBODY)).isEqualTo(fewer);
  }

  /** Everything that trees hold beside plain files. */
  private GitRepo oddTree() throws IOException {
    var inner = GitRepo.init(temp.resolve("inner")).write("i.txt", "i\n");
    inner.commitAll("inner");
    var repo = GitRepo.init(temp.resolve("odd"));
    repo.write("a b/c d.txt", "x\n")
        .write("a.b/x", "x\n")
        .write("a/x", "x\n")
        .write("a-b/x", "x\n")
        .write("\u00fcml\u00e4ut/\u65e5\u672c\u8a9e.txt", "x\n")
        .write("e\u0301.txt", "decomposed\n")
        .write("\u00e9.txt", "composed\n")
        .write("\ud83d\ude00/\uff21.md", "x\n")
        .write("#hash", "x\n")
        .write("!bang", "x\n")
        .write("-dash", "x\n")
        .write("[br]ack*ets?.txt", "x\n")
        .write("quote\"'$`.sh", "x\n")
        .write("trailing space ", "x\n")
        .write("...", "x\n")
        .write(".hidden/.deep/.file", "x\n")
        .write("sub/.gitignore", "*.log\n!important.log\n/only-here\nnested/\n")
        .write("sub/x.log", "x\n")
        .write("sub/important.log", "x\n")
        .write("sub/only-here", "x\n")
        .write("sub/deeper/only-here", "x\n")
        .write("sub/nested/x.txt", "x\n")
        .write("sub/deeper/.gitignore", "!*.log\n")
        .write("sub/deeper/y.log", "x\n")
        .write("tracked/was-file", "x\n")
        .write("tracked/was-folder/x", "x\n")
        .write("tracked/gone", "x\n")
        .write("tracked/link-to-be/x", "x\n")
        .write("excluded.tmp", "x\n")
        .write("global.bak", "x\n");
    Files.createSymbolicLink(repo.root().resolve("link"), Path.of("a/x"));
    Files.createSymbolicLink(repo.root().resolve("link-to-folder"), Path.of("sub"));
    Files.createSymbolicLink(repo.root().resolve("dangling"), Path.of("nowhere"));
    Files.createSymbolicLink(repo.root().resolve("outward"), Path.of("/etc"));
    Files.createSymbolicLink(repo.root().resolve("sub/link.log"), Path.of("x.log"));
    Files.createDirectories(repo.root().resolve(".git/info"));
    repo.write(".git/info/exclude", "*.tmp\n");
    repo.git(
        "-c", "protocol.file.allow=always", "submodule", "-q", "add", "" + inner.root(), "module");
    repo.commitAll("first");
    repo.git("add", "-f", "sub/link.log", "sub/nested/x.txt");
    Files.delete(repo.root().resolve("tracked/was-file"));
    repo.write("tracked/was-file/x", "x\n");
    Files.delete(repo.root().resolve("tracked/was-folder/x"));
    Files.delete(repo.root().resolve("tracked/was-folder"));
    repo.write("tracked/was-folder", "x\n");
    Files.delete(repo.root().resolve("tracked/gone"));
    Files.delete(repo.root().resolve("tracked/link-to-be/x"));
    Files.delete(repo.root().resolve("tracked/link-to-be"));
    Files.createSymbolicLink(repo.root().resolve("tracked/link-to-be"), Path.of("../a"));
    Pipes.make(repo.root().resolve("pipe"));
    repo.write("other/.git/HEAD", "ref: refs/heads/main\n").write("other/x", "x\n");
    Files.createDirectories(repo.root().resolve("other/.git/objects"));
    Files.createDirectories(repo.root().resolve("other/.git/refs"));
    return repo;
  }

  @Test
  void oddNamesNestedRulesLinksAndSubmodules() throws IOException {
    var repo = oddTree();
    assertSame(repo);
    assertThat(listed(repo.root(), NOBODY))
        .contains("link", "link-to-folder", "dangling", "outward", "sub/link.log", ".gitmodules")
        .contains("e\u0301.txt", "\u00e9.txt", "tracked/link-to-be", "tracked/was-folder")
        .doesNotContain("module", "module/i.txt", "pipe", "excluded.tmp", "other/x", "sub/x.log");
  }

  @Test
  void theUsersOwnExcludes() throws IOException {
    var repo = oddTree();
    var home = Files.createDirectories(temp.resolve("home"));
    Files.writeString(home.resolve("my ignores"), "*.bak\n/a/\n");
    var configuration = new String[] {"-c", "core.excludesFile=" + home.resolve("my ignores")};
    Files.writeString(
        home.resolve(".gitconfig"),
        "[core]\n\texcludesFile = \"%s\"\n".formatted(home.resolve("my ignores")));
    repo.git("rm", "-q", "--cached", "global.bak", "a/x");
    var ours = listed(repo.root(), Map.of("HOME", home.toString()));
    assertThat(ours).isEqualTo(expected(repo, configuration)).doesNotContain("global.bak", "a/x");
  }

  /** Rules and names made at random, in an index that has all that was ever added. */
  @RepeatedTest(3)
  void treesAndRulesAtRandom() throws IOException {
    var random = Seeded.random();
    var parts = List.of("a", "b", "a.x", "ab", "A", "x", "build", "\u00e4", ".x", "a b");
    var rules =
        List.of(
            "a", "/a", "a/", "*.x", "!a.x", "**/b", "a/**", "b/*", "!b/a", "[ab]", "?", "build/",
            "\u00e4", "!/x", "x/**/a");
    var repo = GitRepo.init(temp.resolve("random"));
    for (var round = 0; round < 4; round++) {
      for (var i = 0; i < 60; i++) {
        var path = new ArrayList<String>();
        for (var depth = random.nextInt(4); depth >= 0; depth--) {
          path.add(parts.get(random.nextInt(parts.size())));
        }
        var file = repo.root().resolve(String.join("/", path));
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)
            && canHold(repo.root(), file.getParent())) {
          Files.createDirectories(file.getParent());
          if (random.nextInt(10) == 0) {
            Files.createSymbolicLink(file, Path.of(parts.get(random.nextInt(parts.size()))));
          } else {
            Files.writeString(file, "x\n");
          }
        }
      }
      for (var folder : List.of("", "a", "b", "x")) {
        var at = repo.root().resolve(folder);
        if (Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
          var lines = new StringBuilder();
          for (var i = random.nextInt(4); i > 0; i--) {
            lines.append(rules.get(random.nextInt(rules.size()))).append('\n');
          }
          Files.writeString(at.resolve(".gitignore"), lines);
        }
      }
      assertSame(repo);
      repo.git(
          random.nextBoolean() ? new String[] {"add", "-A"} : new String[] {"add", "-fA", "."});
      var tracked = names(repo, new String[0], "ls-files", "-z");
      for (var i = 0; i < 3 && !tracked.isEmpty(); i++) {
        Files.deleteIfExists(repo.root().resolve(tracked.get(random.nextInt(tracked.size()))));
      }
      assertSame(repo);
    }
  }

  private static boolean canHold(Path root, Path folder) {
    for (var at = folder; !at.equals(root); at = at.getParent()) {
      if (Files.exists(at, LinkOption.NOFOLLOW_LINKS)
          && !Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
        return false;
      }
    }
    return true;
  }
}
