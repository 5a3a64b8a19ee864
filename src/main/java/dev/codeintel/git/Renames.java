package dev.codeintel.git;

import dev.codeintel.config.Limits;
import dev.codeintel.git.KnownObjects.Appearance;
import dev.codeintel.git.RenameSources.Fate;
import dev.codeintel.git.RenameSources.Source;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;

/**
 * Finds where a file came from that a commit has and its parent has not, and takes the same one as
 * git where several will do: an equal file first; then, for renames, the one file that has its name
 * and is three quarters the same; then the most similar one that is at least half the same. Belongs
 * to one thread.
 */
final class Renames {

  /** What a file needs that alone among the sources has the target's name. */
  private static final int SAME_NAME_SCORE_MIN = 45_000;

  /** So many of the best sources git remembers. Where scores are equal it shows. */
  private static final int BEST_MAX = 4;

  private static final Comparator<Scored> WORST_FIRST =
      Comparator.comparingInt(Scored::score).thenComparing(one -> one.source().sameName());

  private final Objects objects;
  private final List<Source> sources;
  private final Similarity similarity;
  private final long size;

  /** A source and how similar it is. */
  private record Scored(Source source, int score) {}

  private Renames(Objects objects, List<Source> sources, byte[] target) {
    this.objects = objects;
    this.sources = sources;
    this.similarity = new Similarity(target);
    this.size = target.length;
  }

  /**
   * Where a file came from, as {@code git blame} sees it: one that the child no longer has.
   *
   * @param path what the child has and the parent has not
   */
  static Optional<GitPath> source(
      Objects objects, CommitNode parent, CommitNode child, GitPath path) throws IOException {
    return source(objects, parent, child, path, false);
  }

  /**
   * Where a file came from, as {@code git log --follow} sees it: any file of the parent, although
   * one that the child no longer has is preferred.
   *
   * @param path what the child has and the parent has not
   */
  static Optional<GitPath> sourceOrModel(
      Objects objects, CommitNode parent, CommitNode child, GitPath path) throws IOException {
    return source(objects, parent, child, path, true);
  }

  private static Optional<GitPath> source(
      Objects objects, CommitNode parent, CommitNode child, GitPath path, boolean copies)
      throws IOException {
    var appearance = new Appearance(parent.tree(), child.tree(), path, copies);
    var source = objects.known().source(appearance);
    if (source == null) {
      source = search(objects, parent, child, path, copies);
      objects.known().add(appearance, source);
    }
    return source;
  }

  private static Optional<GitPath> search(
      Objects objects, CommitNode parent, CommitNode child, GitPath path, boolean copies)
      throws IOException {
    var target = objects.find(child, path);
    if (target.isEmpty() || target.get().isFolder()) {
      return Optional.empty();
    }
    var sources =
        new RenameSources(objects, path, target.get(), copies).find(parent.tree(), child.tree());
    if (sources.equal().isPresent()) {
      return sources.equal().map(Source::path);
    }
    var blob = target.get().id();
    if (!target.get().isFile()
        || sources.all().isEmpty()
        || objects.size(blob) > Limits.RENAME_BLOB_BYTES_MAX) {
      return Optional.empty();
    }
    var content = objects.blob(blob, Limits.RENAME_BLOB_BYTES_MAX);
    return new Renames(objects, sources.all(), content).best(copies);
  }

  /**
   * Where a file came from that no commit has yet.
   *
   * @param head what the work tree goes back to
   * @param content of the file, as git would store it
   * @param there whether the work tree still has a file of that commit
   */
  static Optional<GitPath> sourceInHead(
      Objects objects, CommitNode head, GitPath path, byte[] content, Predicate<GitPath> there)
      throws IOException {
    ObjectId blob;
    try (var formatter = new ObjectInserter.Formatter()) {
      blob = formatter.idFor(Constants.OBJ_BLOB, content);
    }
    var target = new TreeEntry(FileMode.REGULAR_FILE.getBits(), blob);
    var sources = new RenameSources(objects, path, target, false).findGone(head.tree(), there);
    if (sources.equal().isPresent() || sources.all().isEmpty()) {
      return sources.equal().map(Source::path);
    }
    return new Renames(objects, sources.all(), content).best(false);
  }

  private Optional<GitPath> best(boolean copies) throws IOException {
    var found = copies ? Optional.<Source>empty() : ofSameName();
    return (found.isPresent() ? found : mostSimilar()).map(Source::path);
  }

  private Optional<Source> ofSameName() throws IOException {
    var named = sources.stream().filter(Source::sameName).toList();
    if (named.size() != 1) {
      return Optional.empty();
    }
    var only = named.getFirst();
    return score(only, size(only), SAME_NAME_SCORE_MIN) >= SAME_NAME_SCORE_MIN
        ? Optional.of(only)
        : Optional.empty();
  }

  private Optional<Source> mostSimilar() throws IOException {
    var best = best();
    best.removeIf(one -> one.score() < Similarity.RENAME_SCORE_MIN);
    best.sort(WORST_FIRST.reversed()); // stable, and that decides among equals
    return best.stream()
        .filter(one -> one.source().fate() == Fate.GONE)
        .findFirst()
        .or(() -> best.stream().findFirst())
        .map(Scored::source);
  }

  /** The best few. A better one takes the place of the worst, which is how git orders equals. */
  private List<Scored> best() throws IOException {
    var best = new ArrayList<Scored>();
    for (var source : sources) {
      var sourceSize = size(source);
      var worst = worst(best);
      if (best.size() == BEST_MAX
          && !isBetter(new Scored(source, similarity.scoreMax(sourceSize)), best.get(worst))) {
        continue; // its size alone says that it cannot win
      }
      var scored = new Scored(source, score(source, sourceSize, Similarity.RENAME_SCORE_MIN));
      if (best.size() < BEST_MAX) {
        best.add(scored);
      } else if (isBetter(scored, best.get(worst))) {
        best.set(worst, scored);
      }
    }
    return best;
  }

  private static boolean isBetter(Scored one, Scored other) {
    return WORST_FIRST.compare(one, other) > 0;
  }

  private static int worst(List<Scored> best) {
    var worst = 0;
    for (var at = 1; at < best.size(); at++) {
      if (isBetter(best.get(worst), best.get(at))) {
        worst = at;
      }
    }
    return worst;
  }

  /** In bytes; of a link or a submodule, of which nothing is ever similar, zero. */
  private long size(Source source) throws IOException {
    return source.entry().isFile() ? objects.size(source.entry().id()) : 0;
  }

  private int score(Source source, long sourceSize, int scoreMin) throws IOException {
    if (!source.entry().isFile()
        || sourceSize > Limits.RENAME_BLOB_BYTES_MAX
        || !Similarity.canReach(scoreMin, sourceSize, size)) {
      return 0;
    }
    return similarity.score(objects.blob(source.entry().id(), Limits.RENAME_BLOB_BYTES_MAX));
  }
}
