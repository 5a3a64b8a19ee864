package dev.codeintel.repo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.Seeded;
import dev.codeintel.testkit.TreeSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectInserter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CleanTextTest {

  private static final int FILES = 80;

  private static final String[] LINE_ENDS = {
    "",
    "",
    "text",
    "-text",
    "text=auto",
    "text=auto",
    "crlf",
    "-crlf",
    "crlf=input",
    "eol=lf",
    "eol=crlf",
    "text=auto eol=crlf",
    "text=auto eol=lf",
    "text eol=crlf",
    "-text eol=lf",
    "binary",
    "text=x",
    "text=input",
    "text=auto -eol",
    "crlf=auto",
    "text=x crlf"
  };

  private static final String[] ENCODINGS = {
    "UTF-16", "UTF-16LE", "UTF-16BE", "UTF-16LE-BOM", "UTF-16BE-BOM", "utf16", "utf16le", "UTF-32",
    "UTF-32BE", "UTF-8", "utf8", "ISO-8859-1", "latin-1", "windows-1252", "Shift-JIS", "EUC-JP",
    "nonsense", "", "KOI8-R"
  };

  private static final String[] WRITTEN = {
    "UTF-16", "UTF-16LE", "UTF-16BE", "x-UTF-16LE-BOM", "UTF-8", "ISO-8859-1", "UTF-32", "UTF-32BE"
  };

  private static final String[] PARTS = {
    "line\r\n",
    "line\r\n",
    "line\n",
    "\r\n",
    "\n",
    "\u00E4\u20AC",
    "$Id$",
    "$Id: 0123 $",
    "$Id:",
    "$Id: a\nb $",
    "$Id:$Id: x$",
    "$",
    "tab\t",
    "some words ".repeat(30)
  };

  private static final String[] ODD_PARTS = {
    "\r", "\0", "\u0001", "\u001A", "\u007F", "\b\f\u001B"
  };

  @TempDir Path temp;

  /** A file with CR LF on disk and LF in git was blamed on nobody, line by line. */
  @ParameterizedTest
  @ValueSource(strings = {"true", "input", "false", "on", "0", ""})
  void bytesBecomeThoseThatGitStores(String autoCrlf) throws IOException {
    var random = Seeded.random();
    var repo = GitRepo.init(temp.resolve("r"));
    repo.git("config", "core.autocrlf", autoCrlf);
    var stored = new HashMap<String, byte[]>();
    var paths = new ArrayList<String>();
    for (var i = 0; i < FILES; i++) {
      paths.add("f" + i);
      repo.write(paths.get(i), content(random, "UTF-8", true));
    }
    var names = repo.gitWith(lines(paths), "hash-object", "-w", "--no-filters", "--stdin-paths");
    var index = new StringBuilder();
    for (var i = 0; i < FILES; i += 2) {
      index.append("100644 %s\t%s\n".formatted(names.split("\n")[i], paths.get(i)));
      stored.put(paths.get(i), Files.readAllBytes(repo.root().resolve(paths.get(i))));
    }

    // Without a look at the index, with encodings, some of them wrong.
    var rules = new StringBuilder();
    for (var path : paths) {
      var encoding = pick(random, ENCODINGS);
      rules.append("%s %s%s".formatted(path, pick(random, LINE_ENDS), ident(random)));
      rules.append(random.nextInt(3) == 0 ? "\n" : " working-tree-encoding=" + encoding + "\n");
      var written = random.nextInt(3) == 0 ? pick(random, WRITTEN) : javaName(encoding);
      repo.write(path, content(random, written, encoding.startsWith("UTF")));
    }
    repo.write(".gitattributes", rules.toString());
    var expected = repo.gitWith(lines(paths), "hash-object", "--stdin-paths").split("\n");
    assertCleanAs(expected, repo, paths, path -> Optional.empty());

    // With what the index holds.
    rules.setLength(0);
    for (var path : paths) {
      rules.append("%s %s%s\n".formatted(path, pick(random, LINE_ENDS), ident(random)));
      repo.write(path, content(random, "UTF-8", true));
    }
    repo.write(".gitattributes", rules.toString());
    repo.gitWith(index.toString().getBytes(StandardCharsets.UTF_8), "update-index", "--index-info");
    repo.git("add", "-A");
    var added = new HashMap<String, String>();
    for (var line : repo.git("ls-files", "-s").split("\n")) {
      added.put(line.substring(line.indexOf('\t') + 1), line.split(" ")[1]);
    }
    var inIndex = paths.stream().map(added::get).toArray(String[]::new);
    assertCleanAs(inIndex, repo, paths, path -> Optional.ofNullable(stored.get(path)));
  }

  private interface Stored {
    Optional<byte[]> of(String path);
  }

  private static void assertCleanAs(
      String[] expected, GitRepo repo, List<String> paths, Stored stored) throws IOException {
    var wrong = new ArrayList<String>();
    var changed = 0;
    try (var workspace = Workspace.open(repo.root(), WorkspaceTest.NOBODY);
        var hash = new ObjectInserter.Formatter()) {
      for (var i = 0; i < paths.size(); i++) {
        var path = paths.get(i);
        var file = workspace.readClean(path, _ -> stored.of(path), CancelToken.create());
        assertThat(file.onDisk()).isEqualTo(Files.readAllBytes(repo.root().resolve(path)));
        changed += Arrays.equals(file.onDisk(), file.clean()) ? 0 : 1;
        if (!hash.idFor(Constants.OBJ_BLOB, file.clean()).name().equals(expected[i])) {
          wrong.add(
              "%s %s: %s became %s"
                  .formatted(
                      repo.git("check-attr", "-a", path).replace("\n", "; "),
                      stored.of(path).map(CleanTextTest::shown),
                      shown(file.onDisk()),
                      shown(file.clean())));
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(changed).isGreaterThan(FILES / 20); // or nothing was converted
  }

  private static String shown(byte[] bytes) {
    var text = new String(bytes, StandardCharsets.ISO_8859_1);
    return text.replace("\r", "\\r").replace("\n", "\\n").replace("\0", "\\0");
  }

  private static byte[] content(Random random, String charset, boolean stray) throws IOException {
    var text = new StringBuilder();
    for (var parts = random.nextInt(8); parts > 0; parts--) {
      text.append(pick(random, PARTS));
      text.append(random.nextInt(12) == 0 ? pick(random, ODD_PARTS) : "");
    }
    if (random.nextInt(6) == 0) { // near the share of odd bytes that makes a file binary
      text.append("x".repeat(60 + random.nextInt(80))).append("\u0001\r\n");
    }
    var bytes = new ByteArrayOutputStream();
    bytes.write(text.toString().getBytes(Charset.forName(charset)));
    if (stray && random.nextInt(20) == 0) { // tables of other encodings differ in odd corners
      bytes.write(random.nextInt(256));
    }
    return bytes.toByteArray();
  }

  private static String javaName(String encoding) {
    return switch (encoding) {
      case "UTF-16LE-BOM", "UTF-16BE-BOM" -> "UTF-16";
      case "utf16le" -> "UTF-16LE";
      case "latin-1" -> "ISO-8859-1";
      case "nonsense", "" -> "UTF-8";
      default -> encoding;
    };
  }

  private static String ident(Random random) {
    return pick(random, "", "", " ident", " -ident", " ident=x");
  }

  private static byte[] lines(List<String> paths) {
    return (String.join("\n", paths) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static String pick(Random random, String... from) {
    return from[random.nextInt(from.length)];
  }

  /** What git stores is asked for only where it decides: reading it may take long. */
  @Test
  void whatIsStoredIsReadOnlyWhenItDecides() throws IOException {
    var root = Files.createDirectories(temp.resolve("plain"));
    Files.writeString(root.resolve("a.txt"), "a\r\n");
    Files.writeString(root.resolve("b.txt"), "b\n");
    Files.writeString(root.resolve(".gitattributes"), "b.txt text=auto\n*.txt filter=lfs\n");
    Function<String, Optional<byte[]>> never =
        _ -> {
          throw new AssertionError("asked for");
        };
    try (var workspace = Workspace.open(root, WorkspaceTest.NOBODY)) {
      var a = workspace.readClean("a.txt", never, CancelToken.create());
      assertThat(a.clean()).isSameAs(a.onDisk());
      assertThat(a.filter()).contains("lfs");
      assertThat(workspace.readClean("./b.txt", never, CancelToken.create()).path())
          .isEqualTo("b.txt");
    }
  }

  @Test
  void theRepositorysConfigurationIsStrongerThanTheUsers() throws IOException {
    var home = Files.createDirectories(temp.resolve("home"));
    var environment = Map.of("HOME", home.toString());
    Files.writeString(home.resolve(".gitconfig"), "[core]\n\tautocrlf\n");
    Files.createDirectories(home.resolve(".config/git"));
    Files.writeString(home.resolve(".config/git/attributes"), "raw.* -text\n");
    var repo = GitRepo.init(temp.resolve("r")).write("a.txt", "a\r\n").write("raw.txt", "r\r\n");
    Files.createSymbolicLink(repo.root().resolve("link"), Path.of("a.txt"));
    try (var workspace = Workspace.open(repo.root(), environment)) {
      assertThat(clean(workspace, "a.txt")).isEqualTo("a\n");
      assertThat(clean(workspace, "link")).isEqualTo("a\n");
      assertThat(clean(workspace, "raw.txt")).isEqualTo("r\r\n");
      repo.git("config", "core.autocrlf", "false");
      assertThat(clean(workspace, "a.txt")).isEqualTo("a\r\n");
      repo.git("config", "core.autocrlf", "");
      assertThat(clean(workspace, "a.txt")).isEqualTo("a\r\n");
      repo.git("config", "extensions.worktreeConfig", "true");
      repo.git("config", "--worktree", "core.autocrlf", "input");
      assertThat(clean(workspace, "a.txt")).isEqualTo("a\n");
    }
  }

  private static String clean(Workspace workspace, String path) {
    var file = workspace.readClean(path, _ -> Optional.empty(), CancelToken.create());
    return new String(file.clean(), StandardCharsets.UTF_8);
  }

  /** Plain JGit, asked for a work-tree blame, ran the filter of the repository's configuration. */
  @Test
  void noProgramOfTheRepositoryIsRunAndNothingIsWritten() throws IOException {
    var home = Files.createDirectories(temp.resolve("home"));
    var marker = temp.resolve("marker");
    var touch = "\"sh -c 'touch %s; cat'\"".formatted(marker);
    var repo = GitRepo.init(temp.resolve("r")).write("a.c", "int a;\r\n");
    repo.write(".gitattributes", "* filter=x diff=x merge=x text working-tree-encoding=UTF-8\n");
    repo.commitAll("first");
    repo.write(".git/hooks/post-index-change", "#!/bin/sh\ntouch " + marker + "\n");
    var hostile =
        """
        [filter "x"]
          clean = %1$s
          smudge = %1$s
          process = %1$s
          required = true
        [diff "x"]
          textconv = %1$s
          command = %1$s
        [core]
          fsmonitor = %1$s
          hooksPath = .git/hooks
          attributesFile = /dev/zero
        [include]
          path = /dev/zero
        [blame]
          ignoreRevsFile = /dev/zero
          ignoreRevsFile = ../outside
        """
            .formatted(touch);
    var config = repo.root().resolve(".git/config");
    Files.writeString(config, Files.readString(config) + hostile);
    Files.writeString(temp.resolve("outside"), "1".repeat(40) + "\n");
    var before = TreeSnapshot.of(repo.root(), home);
    try (var workspace = Workspace.open(repo.root(), Map.of("HOME", home.toString()))) {
      var file = workspace.readClean("a.c", _ -> Optional.empty(), CancelToken.create());
      assertThat(file.filter()).contains("x");
      assertThat(new String(file.clean(), StandardCharsets.UTF_8)).isEqualTo("int a;\n");
      assertThat(workspace.ignoredRevisions()).isEmpty();
      assertThat(workspace.historyShape()).isEqualTo(HistoryShape.PLAIN);
      assertThat(workspace.tracking("a.c", CancelToken.create())).isEqualTo(Tracking.TRACKED);
      assertThat(workspace.mailmap()).isEmpty();
      assertThat(workspace.mergeHeads()).isEmpty();
    }
    assertThat(TreeSnapshot.of(repo.root(), home)).isEqualTo(before);
    assertThat(marker).doesNotExist();
  }
}
