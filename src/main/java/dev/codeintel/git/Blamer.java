package dev.codeintel.git;

import dev.codeintel.config.Limits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.eclipse.jgit.lib.ObjectId;

/**
 * Finds the commit that brought each of some lines, by the rules of {@code git blame}. A commit
 * hands the lines that its parents have too down to them, the first parent first, and answers for
 * the others; where a parent does not have the file, the file that it was renamed from takes its
 * place. Commits are looked at newest first, so that lines which reach a commit on several ways
 * mostly meet there before it is its turn.
 *
 * <p>Only lines that were asked for travel, so the walk ends when they are settled: ten lines of a
 * long file cost little more than the versions that changed them. Which lines are asked for changes
 * no answer: each is judged by comparing whole files.
 *
 * <p>For one question, in one thread.
 */
final class Blamer {

  private final Objects objects;
  private final BlameCache cache;
  private final Set<ObjectId> ignored;
  private final Texts texts;

  private final PriorityQueue<CommitNode> commits =
      new PriorityQueue<>(Comparator.comparingLong(CommitNode::time).reversed());
  private final Map<CommitNode, Map<GitPath, Origin>> waiting = new HashMap<>();
  private final List<Region> found = new ArrayList<>();

  /** The oldest version so far that is the very file that is blamed, line by line. */
  private Origin whole;

  private boolean gaveUp;

  /**
   * @param ignored revisions that are not blamed for lines that can be found before them
   */
  Blamer(Objects objects, Texts texts, BlameCache cache, Set<ObjectId> ignored) {
    this.objects = objects;
    this.texts = texts;
    this.cache = cache;
    this.ignored = ignored;
  }

  /**
   * @param file that is blamed
   * @param lines how many it has
   * @param wanted lines of it, from 0
   * @return regions of the file that cover the lines and no others, in order
   */
  List<Region> blame(Origin file, int lines, BitSet wanted) throws IOException {
    whole = file;
    suspect(file, spans(wanted));
    while (!commits.isEmpty()) {
      for (var origin : waiting.remove(commits.poll()).values()) {
        judge(origin);
      }
    }
    found.sort(Comparator.comparingInt(Region::start));
    if (!gaveUp) {
      remember(file, lines);
    }
    return found;
  }

  /** Whether lines may be older than was found: a version was too large, or a guess too long. */
  boolean gaveUp() {
    return gaveUp;
  }

  private static List<Span> spans(BitSet lines) {
    var spans = new ArrayList<Span>();
    for (var line = lines.nextSetBit(0); line >= 0; ) {
      var end = lines.nextClearBit(line);
      spans.add(new Span(line, end - line, line));
      line = lines.nextSetBit(end);
    }
    return spans;
  }

  private void suspect(Origin origin, List<Span> spans) {
    if (spans.isEmpty()) {
      return;
    }
    var ofCommit = waiting.get(origin.commit());
    if (ofCommit == null) {
      ofCommit = new LinkedHashMap<>();
      waiting.put(origin.commit(), ofCommit);
      commits.add(origin.commit());
    }
    ofCommit.computeIfAbsent(origin.path(), _ -> origin).suspect(spans);
  }

  private void judge(Origin origin) throws IOException {
    objects.cancel().check();
    recall(origin);
    if (origin.isSettled()) {
      return;
    }
    var parents = Parents.of(objects, origin);
    if (parents.same().isPresent()) {
      if (origin == whole) {
        whole = parents.same().get();
      }
      suspect(parents.same().get(), origin.suspected());
      return;
    }
    for (var parent : parents.different()) {
      handDown(origin, parent);
    }
    if (ignored.contains(origin.commit().id())) {
      for (var parent : parents.different()) {
        guess(origin, parent);
      }
    }
    origin.suspected().forEach(span -> settle(span, origin));
  }

  /** Hands down the lines that a parent has too. */
  private void handDown(Origin origin, Origin parent) throws IOException {
    if (origin.isSettled() || !areComparable(parent, origin)) {
      return;
    }
    var split = split(lines(parent), lines(origin), origin.suspected());
    origin.keep(split.own());
    suspect(parent, split.older());
  }

  private Span.Split split(TextLines older, TextLines newer, List<Span> spans) {
    var roughly = Span.Split.by(List.of(ChangedStretch.of(older, newer)), spans);
    return roughly.own().isEmpty()
        ? roughly
        : Span.Split.by(LineDiff.hunks(older, newer, objects.cancel()), spans);
  }

  /** Hands down the lines that an ignored revision changed, to those that they seem to be. */
  private void guess(Origin origin, Origin parent) throws IOException {
    if (origin.isSettled() || !areComparable(parent, origin)) {
      return;
    }
    var older = lines(parent);
    var newer = lines(origin);
    if (older.bytes().length + newer.bytes().length > Limits.GUESSED_BYTES_MAX) {
      gaveUp = true; // the looks of all lines are held at once
      return;
    }
    var guesses = guesses(older, newer);
    var own = new ArrayList<Span>();
    var guessed = new ArrayList<Span>();
    for (var span : origin.suspected()) {
      for (var i = 0; i < span.count(); i++) {
        var source = guesses[span.source() + i];
        if (source == FuzzyLines.NO_LINE) {
          Span.append(own, span.part(i, 1));
        } else {
          Span.append(guessed, new Span(span.line() + i, 1, source));
        }
      }
    }
    origin.keep(own);
    suspect(parent, guessed);
  }

  /** For each line that changed the one that it seems to have been. */
  private int[] guesses(TextLines older, TextLines newer) {
    var guesses = new int[newer.count()];
    Arrays.fill(guesses, FuzzyLines.NO_LINE);
    var fuzzy = new FuzzyLines(older, newer, objects.cancel());
    for (var hunk : LineDiff.hunks(older, newer, objects.cancel())) {
      System.arraycopy(fuzzy.guess(hunk), 0, guesses, hunk.bStart(), hunk.bCount());
    }
    gaveUp |= fuzzy.ranOut();
    return guesses;
  }

  private boolean areComparable(Origin one, Origin other) throws IOException {
    var comparable = texts.of(one.blob()).isPresent() && texts.of(other.blob()).isPresent();
    gaveUp |= !comparable;
    return comparable;
  }

  private TextLines lines(Origin origin) throws IOException {
    return texts.of(origin.blob()).orElseThrow();
  }

  /** Settles lines that an earlier question has settled for this very version. */
  private void recall(Origin origin) {
    var known = cache.get(origin.commit().id(), origin.path().toString());
    if (known.isPresent()) {
      var unknown = new ArrayList<Span>();
      origin.suspected().forEach(span -> recall(known.get(), span, unknown));
      origin.keep(unknown);
    }
  }

  private void recall(BlameCache.Entry known, Span span, List<Span> unknown) {
    var at = span.source();
    for (var region : known.within(at, span.sourceEnd())) {
      var from = Math.max(at, region.start());
      var end = Math.min(span.sourceEnd(), region.end());
      if (at < from) {
        unknown.add(span.part(at - span.source(), from - at));
      }
      var line = span.line() + from - span.source();
      found.add(region.part(from - region.start(), end - from).movedTo(line));
      at = end;
    }
    if (at < span.sourceEnd()) {
      unknown.add(span.part(at - span.source(), span.sourceEnd() - at));
    }
  }

  private void settle(Span span, Origin origin) {
    found.add(
        new Region(
            span.line(),
            span.count(),
            origin.commit().id(),
            origin.path().toString(),
            span.source()));
  }

  /** The next question may be about this version, or about one that grew out of the whole one. */
  private void remember(Origin file, int lines) {
    var entry = new BlameCache.Entry(lines, List.copyOf(found));
    cache.put(file.commit().id(), file.path().toString(), entry);
    if (whole != file) {
      cache.put(whole.commit().id(), whole.path().toString(), entry);
    }
  }
}
