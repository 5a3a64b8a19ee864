package dev.codeintel.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.repo.Workspace;
import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.Seeded;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenamesTest {

  private static final List<String> NAMES = List.of("a.txt", "b.txt", "c.txt");

  @TempDir Path folder;

  /** A history that follows another file than git does tells a story nobody can check. */
  @Test
  void takesTheSourceThatGitTakes() throws IOException {
    var random = Seeded.random();
    var repo = GitRepo.init(folder);
    var followed = 0;
    var renamed = 0;
    for (var round = 0; round < 30; round++) {
      var cast = Cast.of(random, repo);
      repo.git("rm", "-rq", "--ignore-unmatch", ".");
      var before = cast.writeParent();
      var after = cast.writeChild();
      var ours = sources(repo, before, after, cast.target());
      var followedByGit = followedByGit(repo, after, cast.target());
      var blamedByGit = blamedByGit(repo, before, after, cast.target());
      assertThat(ours).as("round %d", round).isEqualTo(List.of(blamedByGit, followedByGit));
      followed += followedByGit.isPresent() ? 1 : 0;
      renamed += blamedByGit.isPresent() ? 1 : 0;
    }
    assertThat(followed).isGreaterThan(8);
    assertThat(renamed).isBetween(4, followed); // or the two rules were not told apart
  }

  /**
   * Folders in folders with huge trees, all held while the innermost was looked at, and names of
   * megabytes filled the heap.
   */
  @Test
  void hugeTreesInEachOtherAreNotHeldAtOnce() throws IOException {
    var repo = GitRepo.init(folder);
    try (var workspace = Workspace.open(repo.root());
        var inserter = workspace.repository().get().newObjectInserter();
        var objects = new Objects(workspace.repository().get(), CancelToken.create())) {
      var levels = 50;
      var tree = inserter.insert(Constants.OBJ_TREE, new byte[0]);
      var empty = tree;
      for (var level = 0; level < levels; level++) {
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(entry("40000 a", tree));
        bytes.writeBytes(entry("100644 " + "b".repeat(2 << 20), empty));
        tree = inserter.insert(Constants.OBJ_TREE, bytes.toByteArray());
      }
      inserter.flush();
      var target = new TreeEntry(FileMode.REGULAR_FILE.getBits(), ObjectId.zeroId());

      var sources = new RenameSources(objects, GitPath.of("x"), target, false).find(tree, empty);

      assertThat(objects.reads()).isBetween(30L, 2L + 33); // 64 MiB, two at a time
      assertThat(sources.all()).isEmpty(); // names that no disk can have
    }
  }

  private static byte[] entry(String modeAndName, ObjectId id) {
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes((modeAndName + "\0").getBytes(StandardCharsets.UTF_8));
    var raw = new byte[Constants.OBJECT_ID_LENGTH];
    id.copyRawTo(raw, 0);
    bytes.writeBytes(raw);
    return bytes.toByteArray();
  }

  /** Half a million files asked for on disk, one after the other, for nobody. */
  @Test
  void theLookForWhatIsGoneHeedsTheToken() throws IOException {
    var repo = GitRepo.init(folder);
    for (var file = 0; file < 20; file++) {
      repo.write("f" + file, file + "\n");
    }
    repo.commitAll("files");
    var cancel = CancelToken.create();
    var asked = new ArrayList<GitPath>();
    try (var workspace = Workspace.open(repo.root());
        var objects = new Objects(workspace.repository().get(), cancel)) {
      var head = objects.commit(ObjectId.fromString(repo.head()));
      assertThatThrownBy(
              () ->
                  Renames.sourceInHead(
                      objects,
                      head,
                      GitPath.of("new"),
                      new byte[0],
                      path -> {
                        cancel.cancel();
                        return asked.add(path);
                      }))
          .isInstanceOf(CodeintelException.class);
      assertThat(asked).hasSize(1);
    }
  }

  /** A link became the past of a file whose content was its target's path. */
  @Test
  void aLinkIsNoSourceOfAFile() throws IOException {
    var repo = GitRepo.init(folder);
    Files.createSymbolicLink(folder.resolve("link"), Path.of("nowhere"));
    var before = repo.commitAll("link");
    Files.delete(folder.resolve("link"));
    var after = repo.write("file", "nowhere").commitAll("file");
    assertThat(sources(repo, before, after, "file"))
        .containsExactly(Optional.empty(), Optional.empty());
  }

  /** An equal link that moved was lost, because only files were looked at. */
  @Test
  void anEqualLinkIsTheSourceOfALink() throws IOException {
    var repo = GitRepo.init(folder);
    Files.createSymbolicLink(folder.resolve("link"), Path.of("nowhere"));
    var before = repo.commitAll("link");
    Files.delete(folder.resolve("link"));
    Files.createSymbolicLink(folder.resolve("moved"), Path.of("nowhere"));
    var after = repo.commitAll("moved");
    assertThat(followedByGit(repo, after, "moved")).contains("link");
    assertThat(sources(repo, before, after, "moved"))
        .containsExactly(Optional.of("link"), Optional.of("link"));
  }

  /** A search through many files went on after its caller had left. */
  @Test
  void stopsWhenCancelled() throws IOException {
    var repo = GitRepo.init(folder);
    var before = repo.write("a", "1\n2\n").commitAll("a");
    repo.git("mv", "a", "b");
    var after = repo.commitAll("b");
    var cancel = CancelToken.create();
    try (var workspace = Workspace.open(folder);
        var objects = new Objects(workspace.repository().get(), cancel)) {
      var parent = objects.commit(ObjectId.fromString(before));
      var child = objects.commit(ObjectId.fromString(after));
      cancel.cancel();
      assertThatThrownBy(() -> Renames.source(objects, parent, child, GitPath.of("b")))
          .isInstanceOf(CodeintelException.class);
    }
  }

  private static List<Optional<String>> sources(
      GitRepo repo, String before, String after, String path) throws IOException {
    try (var workspace = Workspace.open(repo.root());
        var objects = new Objects(workspace.repository().get(), CancelToken.create())) {
      var parent = objects.commit(ObjectId.fromString(before));
      var child = objects.commit(ObjectId.fromString(after));
      var where = GitPath.of(path);
      return List.of(
          Renames.source(objects, parent, child, where).map(GitPath::toString),
          Renames.sourceOrModel(objects, parent, child, where).map(GitPath::toString));
    }
  }

  /** The first line of {@code R075 old new} of the newest commit. */
  private static Optional<String> followedByGit(GitRepo repo, String commit, String path) {
    var log = repo.git("log", "-1", "--follow", "--format=", "--name-status", commit, "--", path);
    var fields = log.strip().split("\t");
    return fields.length == 3 ? Optional.of(fields[1]) : Optional.empty();
  }

  /** From the line {@code previous}, or where blame left the child, from the file's name there. */
  private static Optional<String> blamedByGit(
      GitRepo repo, String before, String after, String path) {
    var current = "";
    for (var line : repo.git("blame", "--porcelain", after, "--", path).split("\n")) {
      if (line.matches("[0-9a-f]{40} .*")) {
        current = line.substring(0, 40);
      }
      if (line.startsWith("previous " + before) && current.equals(after)) {
        return Optional.of(line.substring("previous ".length() + 41));
      }
      if (line.startsWith("filename ") && current.equals(before)) {
        return Optional.of(line.substring("filename ".length()));
      }
    }
    return Optional.empty();
  }

  /** A parent with many files that look alike, and a child in which one more appears. */
  private record Cast(Random random, GitRepo repo, List<String> target0, String target) {

    static Cast of(Random random, GitRepo repo) {
      var lines = new ArrayList<String>();
      var count = 1 + random.nextInt(30);
      for (var at = 0; at < count; at++) {
        lines.add(random.nextInt(1_000_000) + "x".repeat(random.nextInt(100)));
      }
      return new Cast(random, repo, lines, "new/" + NAMES.get(random.nextInt(NAMES.size())));
    }

    String writeParent() {
      var count = 1 + random.nextInt(14);
      for (var at = 0; at < count; at++) {
        var name = "d%d/%s".formatted(random.nextInt(6), NAMES.get(random.nextInt(NAMES.size())));
        repo.write(name, random.nextInt(8) == 0 ? text(target0) : text(mixed()));
      }
      repo.write("other", "other").write("d9/zero", "");
      return repo.commitAll("parent");
    }

    String writeChild() {
      for (var at = 0; at < 6; at++) {
        if (random.nextInt(3) != 0) {
          repo.git(
              "rm", "-rq", "--ignore-unmatch", "d" + at + (random.nextBoolean() ? "/a.txt" : ""));
        }
      }
      if (random.nextInt(3) == 0) {
        repo.write("other", text(mixed()));
      }
      var what = random.nextInt(4) == 0 ? text(target0) : text(mixed());
      return repo.write(target, random.nextInt(20) == 0 ? new byte[0] : what).commitAll("child");
    }

    private List<String> mixed() {
      var lines = new ArrayList<String>();
      var kept = random.nextInt(4) == 0 ? 0.5 : 0.4 + random.nextInt(6) / 10.0;
      for (var at = 0; at < target0.size(); at++) {
        lines.add(
            at < kept * target0.size() ? target0.get(at) : "other " + random.nextInt(1_000_000));
      }
      if (random.nextInt(4) == 0) {
        Collections.shuffle(lines, random);
      }
      return lines;
    }

    private byte[] text(List<String> lines) {
      var end = random.nextInt(8) == 0 ? "\r\n" : "\n";
      var text = String.join(end, lines) + (random.nextInt(4) == 0 ? "" : end);
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }
}
