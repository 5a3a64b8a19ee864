package dev.codeintel.git;

import dev.codeintel.config.Limits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.eclipse.jgit.lib.ObjectId;

/**
 * The files of a parent from which a file that appeared in its child may have come, in the order of
 * their paths. Belongs to one thread.
 */
final class RenameSources {

  /** Of many files that equal the target git looks at the first hundred only. */
  private static final int EQUAL_MAX = 100;

  /** So many entries git compares with one file by default; the rest is not looked at. */
  private static final int ENTRIES_MAX = 1_000_000;

  /** Trees on the way from the root down are held all at once; what lies deeper is left out. */
  private static final int HELD_BYTES_MAX = 64 << 20;

  private static final byte[] NO_TREE = {};

  private final Objects objects;
  private final GitPath path;
  private final TreeEntry target;
  private final boolean copies;

  private Predicate<GitPath> there = _ -> false;
  private List<Source> all = new ArrayList<>();
  private int entries;
  private long heldBytes;
  private boolean withSame;
  private boolean tooMany;
  private Optional<Source> equal = Optional.empty();
  private int equalRank = -1;
  private int equalCount;

  /** What became of a file in the child. */
  enum Fate {
    GONE,
    CHANGED,
    SAME
  }

  /**
   * @param sameName whether it has the target's name, in whatever folder
   */
  record Source(GitPath path, TreeEntry entry, Fate fate, boolean sameName) {}

  /**
   * @param path where the target appeared
   * @param copies whether files that the child still has may be its source too
   */
  RenameSources(Objects objects, GitPath path, TreeEntry target, boolean copies) {
    this.objects = objects;
    this.path = path;
    this.target = target;
    this.copies = copies;
    this.withSame = copies;
  }

  /** Looks through both trees; folders that are the same in both are read for copies only. */
  RenameSources find(ObjectId parentTree, ObjectId childTree) throws IOException {
    if (copies || !parentTree.equals(childTree)) {
      compare(objects.tree(parentTree), objects.tree(childTree), GitPath.of(""), false);
    }
    return this;
  }

  /** Looks through a tree for what a work tree no longer has. */
  RenameSources findGone(ObjectId tree, Predicate<GitPath> there) throws IOException {
    this.there = there;
    compare(objects.tree(tree), NO_TREE, GitPath.of(""), false);
    return this;
  }

  /** The file with the target's content that git takes. */
  Optional<Source> equal() {
    return equal;
  }

  /**
   * All that may be compared with the target. Where they are more than {@link
   * Limits#RENAME_SOURCES_MAX}, those that the child changed; none where even these are too many.
   */
  List<Source> all() {
    return tooMany ? List.of() : all;
  }

  private void compare(byte[] parent, byte[] child, GitPath folder, boolean same)
      throws IOException {
    heldBytes += (long) parent.length + child.length;
    var before = new Tree(parent);
    var after = new Tree(child);
    var hasAfter = after.next();
    while (!settled() && before.next()) {
      while (hasAfter && after.compareTo(before) < 0) {
        hasAfter = after.next();
      }
      entries++;
      var entry = before.entry();
      var now =
          hasAfter && after.compareTo(before) == 0
              ? Optional.of(after.entry())
              : Optional.<TreeEntry>empty();
      var fate = same ? Fate.SAME : fate(entry, now);
      if (!copies && (fate == Fate.SAME || fate == Fate.CHANGED && !entry.isFolder())) {
        continue;
      }
      var name = folder.child(before.name());
      if (name.bytes().length > Limits.PATH_CHARS_MAX) {
        continue; // no work tree can have it, and many such would fill the memory
      }
      if (!entry.isFolder()) {
        add(new Source(name, entry, fate, name.hasNameOf(path)));
      } else if (heldBytes < HELD_BYTES_MAX) {
        var below = fate == Fate.CHANGED ? objects.tree(now.get().id()) : NO_TREE;
        compare(objects.tree(entry.id()), below, name, fate == Fate.SAME);
      }
    }
    heldBytes -= (long) parent.length + child.length;
  }

  private static Fate fate(TreeEntry entry, Optional<TreeEntry> now) {
    if (now.isEmpty()) {
      return Fate.GONE;
    }
    return now.get().equals(entry) ? Fate.SAME : Fate.CHANGED;
  }

  /** Whether no later file can be a better source. */
  private boolean settled() {
    return equalRank == 2 || equalCount == EQUAL_MAX || entries == ENTRIES_MAX;
  }

  private void add(Source source) {
    objects.cancel().check(); // a folder may have a million files, each to be asked for on disk
    if (there.test(source.path())) {
      return;
    }
    if (isEqual(source.entry())) {
      equalCount++;
      var rank = (source.fate() == Fate.GONE ? 1 : 0) + (source.sameName() ? 1 : 0);
      if (rank > equalRank) {
        equal = Optional.of(source);
        equalRank = rank;
      }
    }
    if (equal.isPresent() || tooMany || source.fate() == Fate.SAME && !withSame) {
      return;
    }
    all.add(source);
    if (all.size() > Limits.RENAME_SOURCES_MAX && withSame) {
      withSame = false; // as git does: what the child left alone is the least likely source
      all.removeIf(one -> one.fate() == Fate.SAME);
    }
    if (all.size() > Limits.RENAME_SOURCES_MAX) {
      tooMany = true;
      all = List.of();
    }
  }

  private boolean isEqual(TreeEntry entry) {
    return entry.id().equals(target.id())
        && (entry.isFile() && target.isFile() || entry.mode() == target.mode());
  }
}
