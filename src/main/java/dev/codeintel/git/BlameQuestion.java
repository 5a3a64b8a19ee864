package dev.codeintel.git;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.repo.SourceText;
import dev.codeintel.repo.Tracking;
import dev.codeintel.repo.WorkTreeFile;
import dev.codeintel.repo.Workspace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.jgit.lib.ObjectId;

/** One question about lines of one file: what to compare, and how to say what was found. */
final class BlameQuestion {

  private static final byte[] LFS_POINTER =
      "version https://git-lfs.github.com/spec/v1\n".getBytes(StandardCharsets.US_ASCII);

  private final Workspace workspace;
  private final Objects objects;
  private final BlameStore blames;
  private final AskedLines asked;
  private final List<String> notes = new ArrayList<>();

  BlameQuestion(Workspace workspace, Objects objects, BlameStore blames, AskedLines asked) {
    this.workspace = workspace;
    this.objects = objects;
    this.blames = blames;
    this.asked = asked;
  }

  /** Blames a file as a commit has it. */
  Blame at(CommitNode commit, String path) throws IOException {
    var file = Origin.require(objects, commit, GitPath.of(path));
    return blame(sources(path).at(file), commit.id().name());
  }

  /**
   * Blames a file as it lies on disk, so that lines are those that open_file shows.
   *
   * @param head the commit that is checked out; empty only before the first one
   */
  Blame inWorkTree(String path, Optional<ObjectId> head) throws IOException {
    var heads = heads(head);
    var file = read(path, heads);
    if (SourceText.of(file.onDisk()).binary()) {
      throw LineSources.binary(path);
    }
    var parents = versions(heads, file);
    refuseWhatAnotherProgramKeeps(file, parents);
    return blame(sources(file.path()).inWorkTree(file.clean(), parents), Git.WORKTREE);
  }

  /** What a commit of the work tree would follow. */
  private List<CommitNode> heads(Optional<ObjectId> head) throws IOException {
    var heads = new ArrayList<CommitNode>();
    if (head.isPresent()) {
      heads.add(objects.commit(head.get()));
      for (var merged : workspace.mergeHeads()) {
        heads.add(objects.commit(ObjectId.fromString(merged)));
      }
    }
    return heads;
  }

  private WorkTreeFile read(String path, List<CommitNode> heads) throws IOException {
    try {
      return workspace.readClean(path, real -> stored(real, heads), objects.cancel());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private Optional<byte[]> stored(String path, List<CommitNode> heads) {
    try {
      for (var head : heads) {
        var file = Origin.find(objects, head, GitPath.of(path));
        if (file.isPresent()) {
          return new Texts(objects).of(file.get().blob()).map(TextLines::bytes);
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<Origin> versions(List<CommitNode> heads, WorkTreeFile file) throws IOException {
    var path = GitPath.of(file.path());
    var versions = new ArrayList<Optional<Origin>>();
    for (var head : heads) {
      Origin.refuseInSubmodule(objects, head, path);
      versions.add(Origin.find(objects, head, path));
    }
    if (!heads.isEmpty()
        && versions.stream().allMatch(Optional::isEmpty)
        && workspace.tracking(file.path(), objects.cancel()) == Tracking.UNTRACKED) {
      notes.add("git does not track this file.");
      return List.of();
    }
    for (var i = 0; i < heads.size(); i++) {
      if (versions.get(i).isEmpty()) {
        versions.set(i, underAnotherName(heads.get(i), path, file.clean()));
      }
    }
    return versions.stream().flatMap(Optional::stream).toList();
  }

  private Optional<Origin> underAnotherName(CommitNode head, GitPath path, byte[] content)
      throws IOException {
    if (Parents.hasAnotherKind(objects, head, path)) {
      return Optional.empty();
    }
    var source = Renames.sourceInHead(objects, head, path, content, this::isThere);
    return source.isEmpty() ? Optional.empty() : Origin.find(objects, head, source.get());
  }

  private boolean isThere(GitPath path) {
    return workspace.has(path.toString());
  }

  private void refuseWhatAnotherProgramKeeps(WorkTreeFile file, List<Origin> versions)
      throws IOException {
    if (file.filter().isEmpty()) {
      return;
    }
    for (var version : versions) {
      var lines = new Texts(objects).of(version.blob());
      if (lines.isPresent() && isPointer(lines.get().bytes()) && !isPointer(file.onDisk())) {
        throw new CodeintelException(
            ErrorCode.GIT_OPERATION_FAILED,
            "git keeps only a pointer to %s (LFS), so its lines have no history. Use file_history."
                .formatted(file.path()));
      }
    }
    notes.add(
        "Attributes name the filter '%s', which is not run: lines that it would change count as not committed."
            .formatted(file.filter().get()));
  }

  private static boolean isPointer(byte[] bytes) {
    return bytes.length >= LFS_POINTER.length
        && Arrays.equals(bytes, 0, LFS_POINTER.length, LFS_POINTER, 0, LFS_POINTER.length);
  }

  private LineSources sources(String path) {
    var ignored =
        workspace.ignoredRevisions().stream()
            .map(ObjectId::fromString)
            .collect(Collectors.toUnmodifiableSet());
    var cache = new BlameCache(blames, BlameCache.rules(ignored, objects.shallow()));
    return new LineSources(path, asked, objects, cache, ignored);
  }

  private Blame blame(LineSources.Answer answer, String revision) throws IOException {
    var mailmap = workspace.mailmap().map(Mailmap::of).orElse(Mailmap.NONE);
    var commits = new HashMap<ObjectId, Optional<Commit>>();
    commits.put(ObjectId.zeroId(), Optional.empty());
    var lines = new ArrayList<BlamedLine>();
    var line = answer.lines().first();
    for (var source : answer.sources()) {
      var commit = commits.get(source.commit());
      if (commit == null) {
        var bytes = objects.commitBytes(source.commit());
        commit = Optional.of(Commits.read(source.commit(), bytes, mailmap));
        commits.put(source.commit(), commit);
      }
      lines.add(new BlamedLine(line++, commit, source.path(), source.line() + 1));
    }
    noteWhereHistoryEnds(commits);
    if (answer.gaveUp()) {
      notes.add(
          "Lines may be older than shown: a version of the file has more than %,d bytes or %,d lines, or a revision to ignore changed too much."
              .formatted(Limits.BLOB_BYTES_MAX, Limits.BLOB_LINES_MAX));
    }
    return new Blame(List.copyOf(lines), answer.totalLines(), revision, List.copyOf(notes));
  }

  private void noteWhereHistoryEnds(Map<ObjectId, Optional<Commit>> commits) {
    var ends = new LinkedHashSet<>(commits.keySet());
    ends.retainAll(objects.shallow());
    if (!ends.isEmpty()) {
      notes.add(
          "This clone is shallow: lines of commit %s may be older. 'git fetch --unshallow' brings the rest."
              .formatted(
                  ends.stream()
                      .map(id -> id.name().substring(0, 8))
                      .collect(Collectors.joining(", "))));
    }
    notes.addAll(Git.notes(workspace.historyShape()));
  }
}
