package dev.codeintel.git;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Lists of regions of one file. */
final class Regions {

  private Regions() {}

  /** In the order of their lines; neighbours that go on where the other ends become one. */
  static List<Region> sorted(List<Region> regions) {
    var joined = new ArrayList<Region>();
    for (var region : regions.stream().sorted(Comparator.comparingInt(Region::start)).toList()) {
      var before = joined.isEmpty() ? Optional.<Region>empty() : Optional.of(joined.getLast());
      if (before.filter(last -> continues(last, region)).isPresent()) {
        joined.set(joined.size() - 1, longer(joined.getLast(), region.count()));
      } else {
        joined.add(region);
      }
    }
    return joined;
  }

  private static boolean continues(Region before, Region region) {
    return before.end() == region.start() && agree(before, region);
  }

  private static Region longer(Region region, int more) {
    return new Region(
        region.start(),
        region.count() + more,
        region.commit(),
        region.path(),
        region.sourceStart());
  }

  /**
   * The lines of both.
   *
   * @param newer sorted; alone the result where the two contradict each other
   * @param older sorted
   */
  static List<Region> union(List<Region> newer, List<Region> older) {
    var all = new ArrayList<>(newer);
    var next = 0;
    for (var region : older) {
      var at = region.start();
      while (next < newer.size() && newer.get(next).end() <= at) {
        next++;
      }
      for (var i = next; i < newer.size() && newer.get(i).start() < region.end(); i++) {
        var other = newer.get(i);
        if (!agree(region, other)) {
          return newer;
        }
        addPart(all, region, at, other.start());
        at = other.end();
      }
      addPart(all, region, at, region.end());
    }
    return sorted(all);
  }

  private static void addPart(List<Region> all, Region region, int from, int end) {
    if (from < end) {
      all.add(region.part(from - region.start(), end - from));
    }
  }

  /** Whether two say the same of lines that both cover, or go on where the other ends. */
  private static boolean agree(Region one, Region other) {
    return one.sourceStart() - one.start() == other.sourceStart() - other.start()
        && one.commit().equals(other.commit())
        && one.path().equals(other.path());
  }
}
