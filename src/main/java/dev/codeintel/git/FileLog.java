package dev.codeintel.git;

import dev.codeintel.git.HistoryWalk.Found;
import dev.codeintel.ops.Recent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jgit.lib.ObjectId;

/**
 * The commits that changed a file or folder, page by page. What a walk has found is kept, and the
 * walk too, so that the next page goes on where the last one ended. Safe for use by any thread: two
 * that ask for the same at once may both walk, and find the same.
 */
final class FileLog {

  /** What all that is kept may hold: tens of megabytes. */
  private static final int KEPT_COMMITS_MAX = 300_000;

  /** Walks that have come further are not kept; the next page begins anew. */
  private static final int KEPT_WALK_COMMITS_MAX = 50_000;

  private final Recent<Question, History> known;

  FileLog() {
    this(KEPT_COMMITS_MAX);
  }

  /**
   * @param keptCommitsMax of all histories and walks that are kept
   */
  FileLog(int keptCommitsMax) {
    known = new Recent<>(keptCommitsMax);
  }

  /** How many histories are kept. */
  int kept() {
    return known.keys().size();
  }

  /**
   * @param shallow where history ends, which another fetch may move
   */
  private record Question(ObjectId start, GitPath path, boolean follow, Set<ObjectId> shallow) {}

  /**
   * What is known of a history.
   *
   * @param rest the walk behind the last commit found, for the one who takes it
   */
  private record History(
      List<Found> found,
      boolean complete,
      boolean shallow,
      AtomicReference<Optional<HistoryWalk>> rest) {}

  /**
   * Lists commits, newest first, as {@code git log} does, with {@code --follow} where a file is to
   * be followed. A folder cannot be followed; of it all changes below it count.
   *
   * @param start where to begin, first in the list if it changed the path
   * @param path of a file or folder there or in its past; the root for all commits
   * @param skip how many of the newest to leave out
   * @param limit how many to give, at least 1
   */
  FileHistory page(
      Objects objects,
      Mailmap mailmap,
      ObjectId start,
      GitPath path,
      boolean follow,
      int skip,
      int limit)
      throws IOException {
    var wanted = (int) Math.min(Integer.MAX_VALUE, 1L + skip + limit);
    var followed = follow && !isFolder(objects, start, path);
    var history = history(objects, start, path, followed, wanted);
    var entries = new ArrayList<FileHistory.Entry>();
    var end = Math.min(wanted - 1, history.found().size());
    for (var found : history.found().subList(Math.min(skip, end), end)) {
      var commit = Commits.read(found.commit(), objects.commitBytes(found.commit()), mailmap);
      entries.add(new FileHistory.Entry(commit, found.path().toString()));
    }
    return new FileHistory(
        List.copyOf(entries),
        history.found().size() > end,
        history.complete() ? OptionalInt.of(history.found().size()) : OptionalInt.empty(),
        history.shallow(),
        start.name(),
        List.of());
  }

  /** Of a path that is not there: whether it was a folder before the newest commit to change it. */
  private static boolean isFolder(Objects objects, ObjectId start, GitPath path)
      throws IOException {
    var there = objects.find(objects.commit(start), path);
    if (there.isPresent()) {
      return there.get().isFolder();
    }
    var walk = new HistoryWalk(objects, start, path, true);
    walk.next(objects, 1);
    return walk.isOfFolder();
  }

  private History history(Objects objects, ObjectId start, GitPath path, boolean follow, int wanted)
      throws IOException {
    var question = new Question(start.copy(), path, follow, Set.copyOf(objects.shallow()));
    var before = known.get(question);
    if (before.filter(one -> one.complete() || one.found().size() >= wanted).isPresent()) {
      return before.get();
    }
    var kept = before.flatMap(one -> one.rest().getAndSet(Optional.empty()));
    var found = new ArrayList<Found>(kept.isPresent() ? before.get().found() : List.of());
    var walk = kept.isPresent() ? kept.get() : new HistoryWalk(objects, start, path, follow);
    found.addAll(walk.next(objects, wanted - found.size()));
    var complete = found.size() < wanted;
    var rest =
        complete || walk.size() > KEPT_WALK_COMMITS_MAX
            ? Optional.<HistoryWalk>empty()
            : Optional.of(walk);
    var history =
        new History(List.copyOf(found), complete, walk.isShallow(), new AtomicReference<>(rest));
    known.put(question, history, 1L + found.size() + rest.map(HistoryWalk::size).orElse(0));
    return history;
  }
}
