package dev.codeintel.git;

import dev.codeintel.config.Limits;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jgit.lib.ObjectId;

/**
 * What was read of commits and trees, and which files were found to come from which, for the calls
 * that come after. Objects never change, so nothing here grows old; when it is full, it starts
 * again. Safe for use by any thread.
 */
final class KnownObjects {

  private static final int KNOWN_PARENTS_MAX = 8;

  /** No file system takes longer names. */
  private static final int KNOWN_NAME_BYTES_MAX = 255;

  private final Map<ObjectId, CommitNode> commits = new ConcurrentHashMap<>();
  private final Map<Name, Optional<TreeEntry>> entries = new ConcurrentHashMap<>();

  private final Map<Appearance, Optional<GitPath>> sources = new ConcurrentHashMap<>();

  /**
   * A file that one tree has and another has not.
   *
   * @param copies whether any file of the other may be its source, or only one that is gone
   */
  record Appearance(ObjectId parentTree, ObjectId childTree, GitPath path, boolean copies) {}

  /** A name in a tree. */
  record Name(ObjectId tree, GitPath name) {}

  /**
   * @return null when it is not known
   */
  CommitNode commit(ObjectId id) {
    return commits.get(id);
  }

  /** Not one with very many parents: a hundred thousand of them would take half of a small heap. */
  void add(CommitNode commit) {
    if (commit.parents().size() <= KNOWN_PARENTS_MAX) {
      put(commits, commit.id(), commit, Limits.KNOWN_COMMITS_MAX);
    }
  }

  /**
   * @return null when it is not known; empty when the tree is known not to have it
   */
  Optional<TreeEntry> entry(Name name) {
    return entries.get(name);
  }

  /** Not under a name of thousands of bytes, for the same reason. */
  void add(Name name, Optional<TreeEntry> entry) {
    if (name.name().bytes().length <= KNOWN_NAME_BYTES_MAX) {
      put(entries, name, entry, Limits.KNOWN_TREE_ENTRIES_MAX);
    }
  }

  /**
   * @return null when it is not known; empty when it is known to have none
   */
  Optional<GitPath> source(Appearance appearance) {
    return sources.get(appearance);
  }

  void add(Appearance appearance, Optional<GitPath> source) {
    put(sources, appearance, source, Limits.KNOWN_SOURCES_MAX);
  }

  private static <K, V> void put(Map<K, V> map, K key, V value, int most) {
    if (map.size() >= most) {
      map.clear();
    }
    map.put(key, value);
  }
}
