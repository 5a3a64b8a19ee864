package dev.codeintel.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.testkit.Pipes;
import dev.codeintel.testkit.Seeded;
import dev.codeintel.tool.FakeBackend;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Paths that a hostile or clumsy client may send: each is answered with what lies inside, or
 * refused with a reason.
 */
class AdversarialPathsTest {

  private static final String SECRET = "of somebody else";
  private static final String INSIDE = "inside";

  private static final Set<ErrorCode> REFUSALS =
      Set.of(
          ErrorCode.INVALID_ARGUMENT,
          ErrorCode.PATH_NOT_FOUND,
          ErrorCode.PATH_OUTSIDE_REPOSITORY,
          ErrorCode.NOT_A_FILE,
          ErrorCode.NOT_A_DIRECTORY,
          ErrorCode.BINARY_FILE,
          ErrorCode.FILE_TOO_LARGE);

  @TempDir Path temp;

  private Path root;
  private Path outside;

  private void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private void link(String at, String to) throws IOException {
    Files.createDirectories(root.resolve(at).getParent());
    Files.createSymbolicLink(root.resolve(at), Path.of(to));
  }

  private void makeTree() throws IOException {
    root = temp.toRealPath().resolve("r");
    outside = temp.toRealPath().resolve("outside");
    write(outside.resolve("secret.txt"), SECRET);
    write(outside.resolve("deep/secret.txt"), SECRET);
    write(temp.resolve("r-sibling/secret.txt"), SECRET);
    write(root.resolve("src/a.txt"), INSIDE);
    write(root.resolve("src/deep/b.txt"), INSIDE);
    write(root.resolve("%2e%2e/a.txt"), INSIDE);
    write(root.resolve("...", "a.txt"), INSIDE);
    write(root.resolve("con"), INSIDE);
    write(root.resolve(".git/config"), SECRET);
    write(root.resolve(".git/HEAD"), SECRET);
    write(root.resolve("hidden/plan.txt"), SECRET);
    write(root.resolve(".codeintelignore"), "hidden/\n");
    link("out", "../outside");
    link("out-file", "../outside/secret.txt");
    link("absolute", outside.toString());
    link("src/out", "../../outside/deep");
    link("src/deep/up", "../../..");
    link("sibling", "../r-sibling");
    link("chain1", "chain2");
    link("chain2", "src/chain3");
    link("src/chain3", "../out/secret.txt");
    link("through", "out/deep/../secret.txt");
    link("back", "../outside/../r/src/a.txt");
    link("in", "src/deep");
    link("in-absolute", root.resolve("src/a.txt").toString());
    link("loop", "loop");
    link("loop1", "loop2");
    link("loop2", "loop1");
    link("self", ".");
    link("git", ".git");
    link("git-file", ".git/config");
    link("src/git", "../.git/HEAD");
    link("to-hidden", "hidden/plan.txt");
    link("hidden-folder", "hidden");
    link("proc-root", "/proc/self/root");
    link("proc-cwd", "/proc/self/cwd");
    link("proc-fd", "/proc/self/fd/0");
    link("proc-environ", "/proc/self/environ");
    link("zero", "/dev/zero");
    link("tty", "/dev/tty");
    link("dangling", "nowhere");
    Pipes.make(root.resolve("pipe"));
    Pipes.make(root.resolve("src/pipe"));
    link("to-pipe", "pipe");
  }

  /** Written by hand: every trick that is known to have worked on somebody. */
  private List<String> known() {
    return List.of(
        "..",
        "../",
        "../outside",
        "../outside/secret.txt",
        "./../outside/secret.txt",
        "src/..",
        "src/../..",
        "src/../../outside/secret.txt",
        "src/deep/../../../outside/secret.txt",
        ".",
        "./",
        "./.",
        "././.",
        "",
        "/",
        "//",
        "///etc/passwd",
        "/etc/passwd",
        "//etc/passwd",
        "~",
        "~/x",
        "~root/.bashrc",
        "$HOME/x",
        "${HOME}",
        "%HOME%",
        "C:",
        "C:/",
        "C:\\",
        "c:/windows/win.ini",
        "C:x",
        "\\\\server\\share",
        "//server/share",
        "\\etc\\passwd",
        "..\\outside\\secret.txt",
        "src\\..\\..\\outside",
        "src/..\\../outside",
        "file:///etc/passwd",
        "file:src/a.txt",
        "%2e%2e/outside/secret.txt",
        "%2e%2e%2foutside%2fsecret.txt",
        "..%2foutside",
        "%252e%252e/outside",
        "..%c0%afoutside",
        "%c0%ae%c0%ae/outside",
        "..;/outside",
        "..%00/outside",
        "src/a.txt%00.png",
        "src/a.txt\0",
        "\0",
        "a\0b",
        "../\0",
        "\uff0e\uff0e/outside/secret.txt",
        "\u2024\u2024/outside",
        "..\u2215outside",
        "..\uff0foutside",
        "..\u2044outside",
        ".\u200b./outside",
        "..\u00ad/outside",
        "\u202e/..",
        "....//outside",
        "....//....//outside/secret.txt",
        ".../...//outside",
        "..../outside",
        ". ./outside",
        ".. /outside",
        " ../outside",
        "../ outside",
        "..\n/outside",
        "..\t",
        "src/a.txt\n",
        "src/a.txt ",
        "src/a.txt/",
        "src/a.txt//",
        "src/a.txt/.",
        "src/a.txt/..",
        "src/a.txt/../a.txt",
        "src//a.txt",
        "src/./a.txt",
        "/src/a.txt",
        ".git",
        ".git/",
        ".git/config",
        ".GIT/config",
        ".Git/HEAD",
        "./.git/config",
        "src/../.git/config",
        "src/.git",
        ".git /config",
        ".git./config",
        ".git::$INDEX_ALLOCATION/config",
        ".git:x",
        "git~1/config",
        "GIT~1",
        ".g\u200cit/config",
        ".gi\u200dt/HEAD",
        "\ufeff.git/config",
        ".git\u2060/config",
        ".g\u0131t/config",
        ".g\u0130t/config",
        ".\uff47it/config",
        ".git\\config",
        ".git%2fconfig",
        "git",
        "git/config",
        "git-file",
        "src/git",
        "self/.git/config",
        "self/git/config",
        "self/self/self/.git/HEAD",
        "out",
        "out/",
        "out/secret.txt",
        "out/deep/secret.txt",
        "out-file",
        "absolute",
        "absolute/secret.txt",
        "src/out",
        "src/out/secret.txt",
        "src/deep/up",
        "src/deep/up/outside/secret.txt",
        "src/deep/up/r/src/a.txt",
        "sibling/secret.txt",
        "sibling",
        "chain1",
        "chain2",
        "src/chain3",
        "through",
        "self/out/secret.txt",
        "self/self/out-file",
        "in/../../outside",
        "in/up/outside/secret.txt",
        "loop",
        "loop/x",
        "loop1",
        "loop2/x/y",
        "dangling",
        "dangling/x",
        "to-hidden",
        "hidden/plan.txt",
        "hidden-folder/plan.txt",
        "hidden",
        "self/hidden/plan.txt",
        "proc-root",
        "proc-root/etc/passwd",
        "proc-cwd/pom.xml",
        "proc-cwd",
        "proc-fd",
        "proc-environ",
        "zero",
        "tty",
        "pipe",
        "pipe/",
        "pipe/x",
        "src/pipe",
        "src/pipe/../a.txt",
        "to-pipe",
        "to-pipe/x",
        "socket",
        "socket/x",
        "con",
        "CON",
        "nul",
        "NUL",
        "aux.txt",
        "com1",
        "lpt1:",
        "prn",
        "CONIN$",
        "src/a.txt:stream",
        "src/a.txt::$DATA",
        "src/A.TXT",
        "*",
        "**",
        "src/*",
        "?",
        "[a-z]",
        "{a,b}",
        "src/{a,b}.txt",
        "|id",
        ";id",
        "`id`",
        "$(id)",
        "-rf",
        "--help",
        "-",
        "HEAD:src/a.txt",
        ":/x",
        "@{u}",
        "src/a.txt@{1}",
        "\ud800",
        "\udc00/x",
        "src/\ud83d",
        "\uffff",
        "\u0007",
        "\u001b[2J",
        "x".repeat(255),
        "x".repeat(256),
        "x".repeat(Limits.PATH_CHARS_MAX),
        "x".repeat(Limits.PATH_CHARS_MAX + 1),
        "a/".repeat(2_000) + "b",
        "../".repeat(1_000) + "etc/passwd",
        "self/".repeat(39) + "src/a.txt",
        "self/".repeat(200) + "out-file",
        "./".repeat(1_000) + "src/a.txt",
        "\u00e4".repeat(200),
        "\ud83d\ude00".repeat(100),
        "src/a.txt" + "/..".repeat(50));
  }

  /** Parts of paths put together at random. */
  private static String random(Random random) {
    var parts =
        List.of(
            "..",
            ".",
            "",
            "src",
            "deep",
            "out",
            "self",
            "git",
            ".git",
            ".GIT",
            "up",
            "in",
            "absolute",
            "a.txt",
            "secret.txt",
            "outside",
            "r",
            "pipe",
            "loop",
            "hidden",
            "proc-root",
            "etc",
            "passwd",
            "%2e%2e",
            "...",
            "\\..",
            "chain1",
            ".git.",
            "x",
            "b.txt");
    var joints = List.of("/", "/", "/", "/", "/", "//", "\\", "/./", "/../");
    var path = new StringBuilder(random.nextInt(10) == 0 ? "/" : "");
    for (var i = 1 + random.nextInt(7); i > 0; i--) {
      path.append(parts.get(random.nextInt(parts.size())));
      path.append(i > 1 ? joints.get(random.nextInt(joints.size())) : "");
    }
    return path.toString();
  }

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void noPathLeadsOutside() throws IOException {
    makeTree();
    var random = Seeded.random();
    var paths = new LinkedHashSet<>(known());
    assertThat(paths).hasSizeGreaterThan(200);
    while (paths.size() < 1_000) {
      paths.add(random(random));
    }
    try (var socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        var backend = new FakeBackend(root)) {
      socket.bind(UnixDomainSocketAddress.of(root.resolve("socket")));
      var client = new ToolClient(backend);
      var inside = new TreeSet<>(listed(client.values("list_paths", Map.of())));
      assertThat(inside)
          .contains("src/a.txt", "out")
          .doesNotContain("pipe", "socket", ".git/config");
      var opened = new ArrayList<String>();
      for (var path : paths) {
        if (opens(client, path)) {
          opened.add(path);
        }
        lists(client, path, inside);
        reads(backend, path);
      }
      // Links that stay inside work, and so do odd names.
      assertThat(opened)
          .contains(
              "src/a.txt/",
              "con",
              "self/".repeat(39) + "src/a.txt",
              "./".repeat(1_000) + "src/a.txt");
      for (var path :
          List.of(
              "back",
              "in-absolute",
              "in/b.txt",
              "%2e%2e/a.txt",
              ".../a.txt",
              "self/self/src/a.txt")) {
        assertThat(opens(client, path)).as(path).isTrue();
      }
    }
  }

  private static boolean opens(ToolClient client, String path) {
    var result = client.call("open_file", Map.of("path", path));
    if (refused(result, path)) {
      return false;
    }
    var content = (String) ToolClient.child(result, "structuredContent").get("content");
    assertThat(content).as(path).isIn(INSIDE, "hidden/\n");
    return true;
  }

  private static void lists(ToolClient client, String path, Set<String> inside) {
    var result = client.call("list_paths", Map.of("path", path));
    if (!refused(result, path)) {
      assertThat(listed(ToolClient.child(result, "structuredContent"))).as(path).isSubsetOf(inside);
    }
  }

  private static void reads(FakeBackend backend, String path) {
    try {
      assertThat(backend.workspace().read(path).text())
          .as(path)
          .isIn(INSIDE, "hidden/\n", hidden(path));
    } catch (CodeintelException e) {
      assertThat(REFUSALS).as(path + ": " + e.getMessage()).contains(e.code());
    }
    backend
        .workspace()
        .look(inside(path))
        .ifPresent(file -> assertThat(file.size()).as(path).isLessThanOrEqualTo(20));
  }

  /** What a workspace reads is for its caller to hide. */
  private static String hidden(String path) {
    return path.contains("hidden") ? SECRET : INSIDE;
  }

  private static String inside(String path) {
    try {
      return dev.codeintel.repo.Workspace.checked(path);
    } catch (CodeintelException e) {
      return "src/a.txt";
    }
  }

  private static boolean refused(Map<String, Object> result, String path) {
    if (!result.containsKey("isError")) {
      return false;
    }
    var error = ToolClient.child(ToolClient.child(result, "structuredContent"), "error");
    assertThat(REFUSALS.stream().map(ErrorCode::text))
        .as(path + ": " + error)
        .contains((String) error.get("code"));
    assertThat(error.toString()).doesNotContain(SECRET);
    return true;
  }

  private static List<String> listed(Map<String, Object> page) {
    return ((List<?>) page.get("items"))
        .stream().map(item -> (String) ((Map<?, ?>) item).get("path")).toList();
  }
}
