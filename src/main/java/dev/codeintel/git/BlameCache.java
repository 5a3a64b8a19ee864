package dev.codeintel.git;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;

/**
 * What was found out about the lines of files in commits, under one set of rules. An attribution
 * never changes: what is here is as good as new. Safe for use by any thread; never fails, since
 * what cannot be kept or read again is merely not known.
 */
final class BlameCache {

  /** Another number for other answers to the same question. */
  private static final int ALGORITHM = 1;

  /** Paths that are no UTF-8 look alike as text. */
  private static final char REPLACED = '\uFFFD';

  private final Optional<BlameStore> store;
  private final String rules;

  private BlameCache(Optional<BlameStore> store, String rules) {
    this.store = store;
    this.rules = rules;
  }

  /**
   * Names the rules by which lines are attributed.
   *
   * @param ignored revisions that are not blamed
   * @param shallow commits at which history was cut for those who looked, whatever it is like now
   */
  static String rules(Set<ObjectId> ignored, Set<ObjectId> shallow) {
    return ALGORITHM + " " + digest(ignored) + " " + digest(shallow);
  }

  private static String digest(Set<ObjectId> commits) {
    var names = commits.stream().map(ObjectId::name).sorted().collect(Collectors.joining(" "));
    var digest = Constants.newMessageDigest().digest(Constants.encodeASCII(names));
    return ObjectId.fromRaw(digest).name();
  }

  /**
   * @param rules a digest of all that decides an attribution besides commit and path: ignored
   *     revisions, cuts in history, and the version of our own rules
   */
  BlameCache(BlameStore store, String rules) {
    this(Optional.of(store), rules);
  }

  /** A cache that keeps nothing. */
  static BlameCache none() {
    return new BlameCache(Optional.empty(), "");
  }

  /**
   * What is known of a file. Cheap when nothing is.
   *
   * @param path in that commit
   */
  Optional<Entry> get(ObjectId commit, String path) {
    return store
        .filter(_ -> isText(path))
        .flatMap(known -> known.get(new BlameRecord.Key(commit.copy(), path, rules)));
  }

  /** Adds to what is known of a file; where the two contradict each other, this one counts. */
  void put(ObjectId commit, String path, Entry known) {
    var sorted = new Entry(known.lines, Regions.sorted(known.regions));
    if (store.isPresent() && isText(path) && sorted.isValid()) {
      store.get().put(new BlameRecord.Key(commit.copy(), path, rules), sorted);
    }
  }

  private static boolean isText(String path) {
    return path.indexOf(REPLACED) < 0;
  }

  /**
   * Lines of a file and where they come from. Immutable.
   *
   * @param lines of the file
   * @param regions of it that are known; from {@link BlameCache#get} in order, with gaps where
   *     lines were not asked for yet, and each as long as it can be
   */
  record Entry(int lines, List<Region> regions) {

    Entry {
      regions = List.copyOf(regions);
    }

    /** The regions that cover lines of a stretch, counted from 0, the end exclusive. */
    List<Region> within(int from, int end) {
      var first = firstEndingBehind(from);
      var last = first;
      while (last < regions.size() && regions.get(last).start() < end) {
        last++;
      }
      return regions.subList(first, last);
    }

    /** A file may have as many regions as lines, and be asked about as many stretches. */
    private int firstEndingBehind(int line) {
      var low = 0;
      var high = regions.size();
      while (low < high) {
        var middle = (low + high) >>> 1;
        if (regions.get(middle).end() <= line) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }

    /** Both together; this one alone where they contradict each other. */
    Entry with(Entry older) {
      return lines == older.lines ? new Entry(lines, Regions.union(regions, older.regions)) : this;
    }

    /** Whether the regions stand in order, within the file, without covering a line twice. */
    boolean isValid() {
      var end = 0;
      for (var region : regions) {
        if (region.start() < end
            || region.count() < 1
            || region.count() > lines - region.start()
            || region.sourceStart() < 0
            || region.sourceStart() > Integer.MAX_VALUE - region.count()) {
          return false;
        }
        end = region.end();
      }
      return lines >= 0;
    }
  }
}
