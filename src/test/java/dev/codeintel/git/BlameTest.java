package dev.codeintel.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.repo.Workspace;
import dev.codeintel.testkit.GitBlame;
import dev.codeintel.testkit.GitRepo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.OptionalInt;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each line with the commit that {@code git blame} names. */
class BlameTest {

  private static final String TEXT = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n";

  @TempDir Path folder;

  private GitRepo repo;
  private Workspace workspace;
  private Git git;

  @BeforeEach
  void open() {
    repo = GitRepo.init(folder.resolve("repo"));
    reopen();
  }

  /** Another process: nothing is known but what is on disk. */
  private void reopen() {
    close();
    workspace = Workspace.open(repo.root());
    git = new Git(workspace, folder.resolve("data"));
  }

  @AfterEach
  void close() {
    if (git != null) {
      git.close();
      workspace.close();
    }
  }

  private Blame blame(String path, String revision) {
    return git.blame(
        path,
        OptionalInt.empty(),
        OptionalInt.empty(),
        Integer.MAX_VALUE,
        revision,
        CancelToken.create());
  }

  private Blame blame(String path, int first, int last, String revision) {
    return git.blame(
        path,
        OptionalInt.of(first),
        OptionalInt.of(last),
        Integer.MAX_VALUE,
        revision,
        CancelToken.create());
  }

  private static List<GitBlame.Line> lines(Blame blame) {
    return blame.lines().stream()
        .map(
            line ->
                new GitBlame.Line(
                    line.commit().map(Commit::id).orElse("0".repeat(40)),
                    line.path(),
                    line.originalLine()))
        .toList();
  }

  /** Whole, in parts, on disk and again from what was kept: always what git says. */
  private void assertLikeGit(String path) {
    var expected = GitBlame.of(repo, "HEAD", "--", path);
    assertThat(lines(blame(path, "HEAD"))).isEqualTo(expected);
    assertThat(lines(blame(path, Git.WORKTREE))).isEqualTo(GitBlame.of(repo, "--", path));
    reopen();
    for (var line = 1; line <= expected.size(); line += 3) {
      var end = Math.min(line + 1, expected.size());
      assertThat(lines(blame(path, line, end, "HEAD"))).isEqualTo(expected.subList(line - 1, end));
    }
    assertThat(lines(blame(path, "HEAD"))).isEqualTo(expected);
  }

  @Test
  void linesComeInTheirOrderWithAllThatIsAskedFor() {
    var first = repo.write("a.txt", TEXT).commitAll("first\nline\n\nbody");
    var second =
        repo.write("a.txt", TEXT.replace("three", "3").replace("nine", "9")).commitAll("2nd");

    var blame = blame("a.txt", 2, 4, "HEAD");

    assertThat(blame.revision()).isEqualTo(second);
    assertThat(blame.totalLines()).isEqualTo(10);
    assertThat(blame.notes()).isEmpty();
    assertThat(blame.lines()).extracting(BlamedLine::line).containsExactly(2, 3, 4);
    assertThat(blame.lines())
        .extracting(line -> line.commit().get().id())
        .containsExactly(first, second, first);
    assertThat(blame.lines().getFirst().commit())
        .contains(
            new Commit(
                first,
                "Ada Author",
                "ada@example.org",
                OffsetDateTime.parse("2024-01-01T00:00:00Z"),
                "first line"));
    assertLikeGit("a.txt");
  }

  @Test
  void renamesAreFollowedEvenWithChanges() {
    repo.write("src/Old.java", TEXT).write("other.txt", "x\n").commitAll("first");
    repo.git("mv", "src/Old.java", "New.java");
    repo.write("New.java", TEXT.replace("five", "5")).commitAll("rename");
    repo.write("New.java", TEXT.replace("five", "5").replace("one", "1")).commitAll("edit");

    assertLikeGit("New.java");
    assertThat(blame("New.java", 2, 2, "HEAD").lines().getFirst().path()).isEqualTo("src/Old.java");
  }

  @Test
  void mergesAreSearchedInTheOrderOfTheirParents() {
    repo.write("a.txt", TEXT).commitAll("base");
    for (var branch : List.of("one", "five", "nine")) {
      repo.git("checkout", "-q", "-b", branch, "main");
      repo.write("a.txt", TEXT.replace(branch, branch.toUpperCase())).commitAll(branch);
    }
    repo.git("checkout", "-q", "main");
    repo.write("b.txt", "b\n").commitAll("meanwhile");
    repo.git("merge", "-q", "-m", "octopus", "one", "five", "nine");
    assertLikeGit("a.txt");

    repo.git("checkout", "-q", "-b", "side", "HEAD~1");
    repo.write("a.txt", TEXT.replace("seven", "side")).commitAll("side");
    repo.git("checkout", "-q", "main");
    repo.git("merge", "-q", "--no-commit", "side");
    repo.write("a.txt", read("a.txt") + "evil\n").commitAll("evil merge");
    assertLikeGit("a.txt");
  }

  private String read(String path) {
    try {
      return Files.readString(repo.root().resolve(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        "no end",
        "a\nb",
        "\r\n\r\n",
        "a\r\nb\r\n",
        "\u00e4\n\u2028\n",
        "x\n\n\n\nx\n"
      })
  void textsOfEveryEnd(String text) {
    repo.write("a.txt", "x\n" + text).commitAll("first");
    repo.write("a.txt", text).commitAll("second");
    repo.write("a.txt", text + "more\n").commitAll("third");
    assertLikeGit("a.txt");
    repo.write("a.txt", text).commitAll("back");
    assertLikeGit("a.txt");
  }

  @Test
  void namesOutsideAsciiAndSpaces() {
    var path = "d\u00efr/\u65e5\u672c \u8a9e.txt";
    repo.write(path, TEXT).commitAll("first");
    repo.write(path, TEXT.replace("two", "2")).commitAll("second");
    assertLikeGit(path);
  }

  /** Blame of HEAD while open_file shows the disk: line numbers disagreed on dirty files. */
  @Test
  void theFileOnDiskIsBlamedAsItLies() {
    var first = repo.write("a.txt", TEXT).commitAll("first");
    repo.write("a.txt", "new\n" + TEXT.replace("five", "5"));

    var blame = blame("a.txt", Git.WORKTREE);

    assertThat(blame.revision()).isEqualTo("WORKTREE");
    assertThat(blame.totalLines()).isEqualTo(11);
    assertThat(blame.lines())
        .filteredOn(line -> line.commit().isEmpty())
        .extracting(BlamedLine::line)
        .containsExactly(1, 6);
    assertThat(blame.lines().get(1).commit().get().id()).isEqualTo(first);
    assertThat(lines(blame)).isEqualTo(GitBlame.of(repo, "--", "a.txt"));
    assertThat(lines(blame("a.txt", 5, 7, Git.WORKTREE))).isEqualTo(lines(blame).subList(4, 7));
  }

  @Test
  void aMergeInProgressHasTwoParents() {
    repo.write("a.txt", TEXT).commitAll("base");
    repo.git("checkout", "-q", "-b", "side");
    repo.write("a.txt", TEXT.replace("two", "2")).commitAll("side");
    repo.git("checkout", "-q", "main");
    repo.write("a.txt", TEXT.replace("nine", "9")).commitAll("main");
    repo.git("merge", "-q", "--no-commit", "side");

    assertThat(lines(blame("a.txt", Git.WORKTREE))).isEqualTo(GitBlame.of(repo, "--", "a.txt"));
    assertThat(blame("a.txt", Git.WORKTREE).lines()).allMatch(line -> line.commit().isPresent());
  }

  /** What the other side changed in a file that we renamed counted as not committed. */
  @Test
  void aMergeInProgressFollowsRenamesToEachOfItsParents() {
    repo.write("a.txt", TEXT).commitAll("base");
    repo.git("checkout", "-q", "-b", "side");
    repo.write("a.txt", TEXT.replace("nine", "9")).commitAll("side");
    repo.git("checkout", "-q", "main");
    repo.git("mv", "a.txt", "b.txt");
    repo.write("b.txt", TEXT.replace("two", "2")).commitAll("rename");
    repo.git("merge", "-q", "--no-commit", "side");

    assertThat(lines(blame("b.txt", Git.WORKTREE))).isEqualTo(GitBlame.of(repo, "--", "b.txt"));
    assertThat(blame("b.txt", Git.WORKTREE).lines()).allMatch(line -> line.commit().isPresent());
  }

  /** A link that became a file is new, whatever else was removed beside it. */
  @Test
  void aFileInThePlaceOfALinkWasNotRenamed() throws Exception {
    repo.write("old.txt", TEXT);
    Files.createSymbolicLink(repo.root().resolve("a.txt"), Path.of("old.txt"));
    repo.commitAll("first");
    repo.git("rm", "-q", "old.txt", "a.txt");
    repo.write("a.txt", TEXT);
    repo.git("add", "a.txt");

    assertThat(lines(blame("a.txt", Git.WORKTREE))).isEqualTo(GitBlame.of(repo, "--", "a.txt"));
    repo.commitAll("second");
    assertLikeGit("a.txt");
  }

  @Test
  void lineEndsOnDiskAreThoseThatGitWouldStore() {
    repo.git("config", "core.autocrlf", "true");
    repo.write("a.txt", TEXT.replace("\n", "\r\n")).commitAll("first");
    repo.write("a.txt", TEXT.replace("six", "6").replace("\n", "\r\n"));

    assertThat(lines(blame("a.txt", Git.WORKTREE))).isEqualTo(GitBlame.of(repo, "--", "a.txt"));
    assertThat(blame("a.txt", Git.WORKTREE).lines())
        .filteredOn(line -> line.commit().isEmpty())
        .hasSize(1);
  }

  /** Through a link to a file that git stores with CR LF, all lines were not committed yet. */
  @Test
  void aLinkHasTheLineEndsOfWhatItLeadsTo() throws Exception {
    repo.write("a.txt", TEXT.replace("\n", "\r\n")).commitAll("first");
    Files.createSymbolicLink(repo.root().resolve("link.txt"), Path.of("a.txt"));
    repo.git("config", "core.autocrlf", "true");
    assertThat(lines(blame("link.txt", Git.WORKTREE)))
        .isEqualTo(lines(blame("a.txt", Git.WORKTREE)))
        .isEqualTo(GitBlame.of(repo, "--", "a.txt"))
        .allMatch(line -> line.commit().equals(repo.head()));
  }

  /** UTF-16 has the byte of a line feed inside of other letters, and behind each line end. */
  @Test
  void utf16IsBlamedByItsOwnLines() {
    var text = "\ufeffone\nt\u010awo\nthree\n";
    var first = repo.write("a.txt", text.getBytes(StandardCharsets.UTF_16LE)).commitAll("first");
    var second =
        repo.write("a.txt", text.replace("three", "3").getBytes(StandardCharsets.UTF_16LE))
            .commitAll("second");

    for (var revision : List.of("HEAD", Git.WORKTREE)) {
      assertThat(blame("a.txt", revision).lines())
          .extracting(line -> line.commit().get().id())
          .containsExactly(first, first, second);
    }
  }

  @Test
  void newFilesAreNotCommittedYet() {
    repo.write("a.txt", TEXT).commitAll("first");
    repo.write("b.txt", "one\ntwo\n");

    var blame = blame("b.txt", Git.WORKTREE);

    assertThat(blame.lines()).hasSize(2).allMatch(line -> line.commit().isEmpty());
    assertThat(blame.notes()).containsExactly("git does not track this file.");
  }

  @Test
  void aFileThatWasMovedButNotCommittedKeepsItsHistory() {
    repo.write("a.txt", TEXT).commitAll("first");
    repo.git("mv", "a.txt", "b.txt");
    repo.write("b.txt", TEXT.replace("two", "2"));

    assertThat(lines(blame("b.txt", Git.WORKTREE))).isEqualTo(GitBlame.of(repo, "--", "b.txt"));
    assertThat(blame("b.txt", 1, 1, Git.WORKTREE).lines().getFirst().path()).isEqualTo("a.txt");
  }

  /** git-new-workdir makes such; all lines were not committed yet. */
  @Test
  void aHeadAndRefsBehindLinksAreFound() throws Exception {
    var head = repo.write("a.txt", TEXT).commitAll("first");
    repo.git("pack-refs", "--all");
    var dotGit = repo.root().resolve(".git");
    for (var name : List.of("packed-refs", "HEAD")) {
      var shared = dotGit.resolve("shared-" + name);
      Files.move(dotGit.resolve(name), shared);
      Files.createSymbolicLink(
          dotGit.resolve(name), name.equals("HEAD") ? Path.of("refs/heads/main") : shared);
      reopen();
      assertThat(lines(blame("a.txt", Git.WORKTREE)))
          .isEqualTo(GitBlame.of(repo, "--", "a.txt"))
          .allMatch(line -> line.commit().equals(head));
      repo.write(".git/refs/heads/main", head + "\n"); // where the link at HEAD will lead
    }
  }

  /** After a power failure all lines were not committed yet, or those of an older commit. */
  @Test
  void aBranchWhoseFileIsEmptyIsAnError() throws Exception {
    var head = repo.write("a.txt", TEXT).commitAll("first");
    for (var packed : List.of(false, true)) {
      if (packed) {
        repo.git("pack-refs", "--all");
      }
      Files.writeString(repo.root().resolve(".git/refs/heads/main"), "");
      reopen();
      for (var revision : List.of(Git.WORKTREE, "HEAD", "main")) {
        assertFails(
            ErrorCode.GIT_OPERATION_FAILED,
            "refs/heads/main is empty",
            () -> blame("a.txt", revision));
      }
      Files.writeString(repo.root().resolve(".git/refs/heads/main"), head + "\n");
    }
  }

  @Test
  void aRepositoryWithoutACommit() {
    repo.write("a.txt", "one\n");

    assertThat(blame("a.txt", Git.WORKTREE).lines()).allMatch(line -> line.commit().isEmpty());
    assertFails(ErrorCode.REVISION_NOT_FOUND, "HEAD", () -> blame("a.txt", "HEAD"));
  }

  @Test
  void ignoredRevisionsAreLookedThrough() {
    repo.write("a.txt", "int one = 1;\nint two = 2;\nint three = 3;\n").commitAll("first");
    var reformat =
        repo.write("a.txt", "  int one   = 1;\n  int two   = 2;\n  int three = 3;\n  // new\n")
            .commitAll("reformat");
    repo.write(".git-blame-ignore-revs", "# a comment\n" + reformat + "\n").commitAll("ignore it");
    assertThat(lines(blame("a.txt", "HEAD"))).extracting(GitBlame.Line::commit).contains(reformat);

    repo.git("config", "blame.ignoreRevsFile", ".git-blame-ignore-revs");

    assertLikeGit("a.txt");
    assertThat(lines(blame("a.txt", 1, 3, "HEAD")))
        .extracting(GitBlame.Line::commit)
        .doesNotContain(reformat);
    assertThat(lines(blame("a.txt", 4, 4, "HEAD")))
        .extracting(GitBlame.Line::commit)
        .containsExactly(reformat);
  }

  @Test
  void aLinkedWorkTreeSharesTheHistory() throws Exception {
    repo.write("a.txt", TEXT).commitAll("first");
    repo.git("worktree", "add", "-q", "../linked", "-b", "linked");
    var linked = GitRepo.at(folder.resolve("linked").toRealPath());
    linked.write("a.txt", TEXT.replace("two", "2"));
    try (var other = Workspace.open(linked.root().resolve("."));
        var there = new Git(other, folder.resolve("data"))) {
      assertThat(
              lines(
                  there.blame(
                      "a.txt",
                      OptionalInt.empty(),
                      OptionalInt.empty(),
                      Integer.MAX_VALUE,
                      Git.WORKTREE,
                      CancelToken.create())))
          .isEqualTo(GitBlame.of(linked, "--", "a.txt"));
    }
  }

  @Test
  void aShallowCloneSaysThatItEnds() {
    repo.write("a.txt", TEXT).commitAll("first");
    repo.write("a.txt", TEXT.replace("two", "2")).commitAll("second");
    repo.write("a.txt", TEXT.replace("two", "II")).commitAll("third");
    repo.git("clone", "-q", "--depth", "2", "file://" + repo.root(), "../shallow");
    repo = GitRepo.at(folder.resolve("shallow"));
    reopen();

    assertLikeGit("a.txt");
    assertThat(blame("a.txt", 1, 1, "HEAD").notes())
        .singleElement()
        .asString()
        .contains("shallow", "git fetch --unshallow");
    assertThat(blame("a.txt", 2, 2, "HEAD").notes()).isEmpty();

    repo.git("fetch", "-q", "--unshallow");
    assertLikeGit("a.txt");
    assertThat(blame("a.txt", "HEAD").notes()).isEmpty();
  }

  /**
   * The rest of the history came while somebody asked; his answer was kept as that of the whole.
   */
  @Test
  void whatACutHistorySaysIsNotKeptForTheWholeOne() throws Exception {
    repo.write("a.txt", TEXT).commitAll("first");
    repo.write("a.txt", TEXT.replace("two", "2")).commitAll("second");
    repo.git("clone", "-q", "--depth", "1", "file://" + repo.root(), "../shallow");
    repo = GitRepo.at(folder.resolve("shallow"));
    reopen();
    var store = new BlameStore(folder.resolve("data"), workspace.repositoryId());
    try (var objects = new Objects(workspace.repository().orElseThrow(), CancelToken.create())) {
      repo.git("fetch", "-q", "--unshallow");
      var head = objects.commit(ObjectId.fromString(repo.head()));
      var cut = new BlameQuestion(workspace, objects, store, AskedLines.ALL).at(head, "a.txt");
      assertThat(cut.notes()).isNotEmpty();
    }

    assertLikeGit("a.txt");
  }

  /**
   * The command that was named fetched nothing from before a rename: it could be run again and
   * again, and the answer stayed the same.
   */
  @Test
  void whatAPartialCloneLeftOutIsFetchedByTheCommandThatIsNamed() {
    repo.write("a.txt", TEXT).commitAll("first");
    repo.write("a.txt", TEXT.replace("two", "2")).commitAll("second");
    repo.git("mv", "a.txt", "it's new.txt");
    repo.write("it's new.txt", TEXT.replace("three", "3")).commitAll("rename");
    repo.write("b.txt", "b\n").commitAll("another");
    repo.write("b.txt", "c\n").commitAll("and its change");
    repo.git("config", "uploadpack.allowFilter", "true");
    repo.git("clone", "-q", "--filter=blob:none", "file://" + repo.root(), "../partial");
    repo = GitRepo.at(folder.resolve("partial"));
    reopen();

    assertFails(
        ErrorCode.HISTORY_NOT_LOCAL,
        "git log --follow HEAD -- 'it'\\''s new.txt'",
        () -> follow("it's new.txt"));
    repo.git("log", "--follow", "HEAD", "--", "it's new.txt");
    assertThat(follow("it's new.txt").entries()).hasSize(3);
    assertFails(
        ErrorCode.HISTORY_NOT_LOCAL,
        "git blame HEAD -- 'it'\\''s new.txt'",
        () -> blame("it's new.txt", "HEAD"));
    repo.git("blame", "HEAD", "--", "it's new.txt");
    assertLikeGit("it's new.txt");
    assertFails(
        ErrorCode.HISTORY_NOT_LOCAL,
        "git show HEAD~1:b.txt",
        () -> git.read("b.txt", "HEAD~1", CancelToken.create()));
  }

  private FileHistory follow(String path) {
    return git.history(path, true, "HEAD", 0, 10, CancelToken.create());
  }

  /**
   * Blame said that replacements are not applied; history gave other commits than git in silence.
   */
  @Test
  void replacementsThatAreNotAppliedAreSaid() {
    repo.write("a.txt", TEXT).commitAll("first");
    var other = repo.write("a.txt", TEXT.replace("two", "2")).commitAll("second");
    repo.write("a.txt", TEXT.replace("two", "II")).commitAll("third");
    assertThat(follow("a.txt").notes()).isEmpty();
    repo.git("replace", other, other + "~1");

    assertThat(follow("a.txt").notes()).isEqualTo(blame("a.txt", "HEAD").notes()).hasSize(1);
    assertThat(follow("a.txt").entries()).hasSize(3);
  }

  @Test
  void whatIsNoFileWithLinesIsRefused() {
    repo.write("folder/a.txt", TEXT).write("b.bin", new byte[] {1, 0, 2}).commitAll("first");
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", repo.root() + "", "sub");
    repo.commitAll("submodule");

    for (var revision : List.of("HEAD", Git.WORKTREE)) {
      assertFails(ErrorCode.NOT_A_FILE, "folder", () -> blame("folder", revision));
      assertFails(ErrorCode.NOT_A_FILE, "sub", () -> blame("sub", revision));
      assertFails(ErrorCode.BINARY_FILE, "b.bin", () -> blame("b.bin", revision));
      assertFails(ErrorCode.PATH_NOT_FOUND, "c.txt", () -> blame("c.txt", revision));
      assertFails(ErrorCode.PATH_OUTSIDE_REPOSITORY, "..", () -> blame("../a.txt", revision));
      assertFails(ErrorCode.PATH_OUTSIDE_REPOSITORY, ".git", () -> blame(".git/HEAD", revision));
    }
    // Of a commit it was said not to exist; its history was empty, as if nobody had committed it.
    for (var inSubmodule :
        List.<Runnable>of(
            () -> blame("sub/folder/a.txt", Git.WORKTREE),
            () -> blame("sub/folder/a.txt", "HEAD"),
            () -> git.read("sub/folder/a.txt", "HEAD", CancelToken.create()),
            () -> follow("sub/folder/a.txt"))) {
      assertFails(ErrorCode.GIT_OPERATION_FAILED, "submodule sub", inSubmodule);
    }
  }

  @Test
  void aLinkIsFollowedOnDiskAndRefusedInACommit() throws Exception {
    repo.write("a.txt", TEXT).commitAll("first");
    Files.createSymbolicLink(repo.root().resolve("link"), Path.of("a.txt"));
    repo.commitAll("link");

    assertThat(lines(blame("link", Git.WORKTREE))).isEqualTo(GitBlame.of(repo, "--", "a.txt"));
    assertFails(ErrorCode.NOT_A_FILE, "symbolic link", () -> blame("link", "HEAD"));
  }

  /** End past the last line was silently clipped. */
  @ParameterizedTest
  @CsvSource({"0, 3, start_line", "11, 11, start_line", "5, 4, end_line", "5, 11, end_line"})
  void linesThatAreNotThereAreRefused(int first, int last, String argument) {
    repo.write("a.txt", TEXT).commitAll("first");
    for (var revision : List.of("HEAD", Git.WORKTREE)) {
      assertFails(
          ErrorCode.INVALID_ARGUMENT, argument, () -> blame("a.txt", first, last, revision));
      assertFails(
          ErrorCode.INVALID_ARGUMENT, "10 lines", () -> blame("a.txt", first, last, revision));
    }
  }

  /** An answer has room for so many lines; the error named the last of those, not the one given. */
  @Test
  void noMoreLinesAreLookedAtThanAreWanted() {
    repo.write("a.txt", TEXT).commitAll("first");
    for (var revision : List.of("HEAD", Git.WORKTREE)) {
      assertThat(part(1, 10, 3, revision)).containsExactly(1, 2, 3);
      assertThat(part(9, 10, 3, revision)).containsExactly(9, 10);
      assertFails(ErrorCode.INVALID_ARGUMENT, "end_line is 900;", () -> part(1, 900, 20, revision));
    }
  }

  private List<Integer> part(int first, int last, int most, String revision) {
    return git
        .blame(
            "a.txt",
            OptionalInt.of(first),
            OptionalInt.of(last),
            most,
            revision,
            CancelToken.create())
        .lines()
        .stream()
        .map(BlamedLine::line)
        .toList();
  }

  @Test
  void anLfsFileHasNoLinesInGit() {
    var pointer =
        "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 12\n"
            .formatted("ab".repeat(32));
    repo.write(".gitattributes", "*.dat -filter\n").write("a.dat", pointer).commitAll("pointer");
    repo.write(".gitattributes", "*.dat filter=lfs\n");
    assertThat(blame("a.dat", Git.WORKTREE).lines()).hasSize(3);

    repo.write("a.dat", "large\ncontent\n");

    assertFails(ErrorCode.GIT_OPERATION_FAILED, "LFS", () -> blame("a.dat", Git.WORKTREE));
  }

  @Test
  void outsideGitThereIsNoHistory() throws Exception {
    Files.writeString(Files.createDirectories(folder.resolve("plain")).resolve("a.txt"), TEXT);
    try (var plain = Workspace.open(folder.resolve("plain"));
        var there = new Git(plain, folder.resolve("data"))) {
      assertFails(
          ErrorCode.GIT_OPERATION_FAILED,
          "not in a git repository",
          () ->
              there.blame(
                  "a.txt",
                  OptionalInt.empty(),
                  OptionalInt.empty(),
                  Integer.MAX_VALUE,
                  Git.WORKTREE,
                  CancelToken.create()));
    }
  }

  @Test
  void whatIsTooLargeIsRefused() {
    repo.write("a.txt", "0123456789abcde\n".repeat(Limits.BLOB_BYTES_MAX / 16 + 1))
        .commitAll("1st");
    repo.write("a.txt", TEXT).commitAll("second");

    assertFails(ErrorCode.FILE_TOO_LARGE, "a.txt", () -> blame("a.txt", "HEAD~1"));
    assertFails(
        ErrorCode.FILE_TOO_LARGE, "a.txt", () -> git.read("a.txt", "HEAD~1", CancelToken.create()));
    for (var time : List.of("first", "again")) {
      var blame = blame("a.txt", "HEAD");
      assertThat(blame.lines()).allMatch(line -> line.commit().get().id().equals(repo.head()));
      assertThat(blame.notes()).as(time).singleElement().asString().contains("16,777,216 bytes");
    }
  }

  /** Eight million lines in some old version filled the heap of a small server. */
  @Test
  void whatHasTooManyLinesIsNotCompared() {
    var lines = "\n".repeat(Limits.BLOB_LINES_MAX);
    repo.write("a.txt", lines + "\n").commitAll("first");
    repo.write("a.txt", TEXT).commitAll("second");
    var head = repo.head();

    assertFails(ErrorCode.FILE_TOO_LARGE, "1,000,000 lines", () -> blame("a.txt", "HEAD~1"));
    var blame = blame("a.txt", "HEAD");
    assertThat(blame.lines()).allMatch(line -> line.commit().get().id().equals(head));
    assertThat(blame.notes()).singleElement().asString().contains("1,000,000 lines");
    repo.write("a.txt", lines + "\n");
    assertFails(ErrorCode.FILE_TOO_LARGE, "1,000,000 lines", () -> blame("a.txt", Git.WORKTREE));
    repo.write("a.txt", lines);
    assertThat(blame("a.txt", 3, 4, Git.WORKTREE).totalLines()).isEqualTo(Limits.BLOB_LINES_MAX);
  }

  /** The looks of all lines of two long versions were held at once, and filled the heap. */
  @Test
  void inLongVersionsNoLinesAreGuessed() {
    var longLine = "x".repeat(Limits.GUESSED_BYTES_MAX / 2) + "\n";
    repo.write("a.txt", "int one = 1;\n" + longLine).commitAll("first");
    var ignored = repo.write("a.txt", "  int one   = 1;\n" + longLine).commitAll("reformat");
    repo.write("ignored", ignored + "\n");
    repo.git("config", "blame.ignoreRevsFile", "ignored");

    var blame = blame("a.txt", 1, 1, "HEAD");

    assertThat(lines(blame)).extracting(GitBlame.Line::commit).containsExactly(ignored);
    assertThat(blame.notes()).singleElement().asString().contains("changed too much");
  }

  @Test
  void splitAndSparseIndexesChangeNothing() {
    repo.write("a.txt", TEXT).write("in/b.txt", TEXT).write("out/c.txt", TEXT).commitAll("first");
    repo.git("update-index", "--split-index");
    repo.write("a.txt", TEXT.replace("two", "2"));
    assertThat(lines(blame("a.txt", Git.WORKTREE))).isEqualTo(GitBlame.of(repo, "--", "a.txt"));
    repo.git("update-index", "--no-split-index");
    repo.git("sparse-checkout", "set", "--cone", "--sparse-index", "in");
    reopen();
    assertLikeGit("in/b.txt");
    assertThat(lines(blame("out/c.txt", "HEAD")))
        .isEqualTo(GitBlame.of(repo, "HEAD", "--", "out/c.txt"));
    assertThat(git.history("out", true, "HEAD", 0, 10, CancelToken.create()).entries()).hasSize(1);
  }

  @Test
  void sha256AndBareRepositoriesAreRefusedInWords() {
    repo.git("init", "-q", "--object-format=sha256", "../sha256");
    repo.git("init", "-q", "--bare", "../bare.git");
    repo = GitRepo.at(folder.resolve("sha256")).write("a.txt", TEXT);
    repo.commitAll("first");
    reopen();
    assertFails(ErrorCode.GIT_OPERATION_FAILED, "SHA-256", () -> blame("a.txt", Git.WORKTREE));
    assertFails(ErrorCode.GIT_OPERATION_FAILED, "SHA-256", () -> blame("a.txt", "HEAD"));

    repo = GitRepo.at(folder.resolve("bare.git"));
    reopen();
    assertFails(
        ErrorCode.GIT_OPERATION_FAILED, "is a bare git repository", () -> blame("a.txt", "HEAD"));
  }

  @Test
  void aCancelledQuestionStops() {
    repo.write("a.txt", TEXT).commitAll("first");
    var cancelled = CancelToken.create();
    cancelled.cancel();
    assertFails(
        ErrorCode.CANCELLED,
        "cancelled",
        () ->
            git.blame(
                "a.txt",
                OptionalInt.empty(),
                OptionalInt.empty(),
                Integer.MAX_VALUE,
                "HEAD",
                cancelled));
  }

  private static void assertFails(ErrorCode code, String words, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(CodeintelException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(words);
  }
}
