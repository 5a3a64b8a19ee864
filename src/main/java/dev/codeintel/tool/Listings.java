package dev.codeintel.tool;

import dev.codeintel.config.Limits;
import dev.codeintel.repo.SourceFile;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * What calls listed a moment ago, so that the next page is a page of the same list and needs no
 * other walk. What is older than {@link Limits#LISTING_KEPT_SECONDS_MAX}, or too much, is
 * forgotten; its pages then go on by path in a list made anew. Safe for use by any thread.
 */
final class Listings {

  private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(Limits.LISTING_KEPT_SECONDS_MAX);

  private final Deque<Kept> kept = new ArrayDeque<>();

  /**
   * @param question what was asked, but for the page
   */
  private record Kept(String id, Object question, List<SourceFile> files, long sinceNanos) {}

  /**
   * Keeps a list.
   *
   * @param files sorted, never changed
   * @return its name for {@link #find}; the list may be forgotten at any time
   */
  synchronized String keep(Object question, List<SourceFile> files) {
    // No secret: whoever guesses it sees a list that he could have asked for.
    var id = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    if (files.size() <= Limits.LISTING_KEPT_FILES_MAX) {
      kept.addFirst(new Kept(id, question, files, System.nanoTime()));
    }
    forget();
    return id;
  }

  /** A list that was kept for the same question, if it still is. */
  synchronized Optional<List<SourceFile>> find(String id, Object question) {
    forget();
    for (var one : kept) {
      if (one.id.equals(id) && one.question.equals(question)) {
        return Optional.of(one.files);
      }
    }
    return Optional.empty();
  }

  private void forget() {
    var now = System.nanoTime();
    kept.removeIf(one -> now - one.sinceNanos > KEPT_NANOS);
    while (kept.size() > Limits.LISTINGS_KEPT_MAX) {
      kept.removeLast();
    }
    var files = 0;
    for (var each = kept.iterator(); each.hasNext(); ) {
      files += each.next().files.size();
      if (files > Limits.LISTING_KEPT_FILES_MAX) {
        each.remove();
      }
    }
  }
}
