package dev.codeintel.store;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The index of one work tree: its view, and the vectors that it shares with the other work trees of
 * its repository. Safe for use by any thread; closed once by its owner.
 */
public final class TreeIndex implements AutoCloseable {

  /** Stands for the identity where nothing is embedded. */
  public static final String NO_EMBEDDER = "none";

  private final String identity;
  private final View view;
  private final Optional<VectorStore> vectors;
  private final Generations generations;

  /**
   * @param identity of the embedder, or {@link #NO_EMBEDDER}
   * @param dimension floats of its vectors; not used without an embedder
   */
  public TreeIndex(
      Storage storage, IndexFolder folder, String viewId, String identity, int dimension) {
    this.identity = identity;
    this.view = new View(storage, folder.view(viewId));
    this.vectors =
        identity.equals(NO_EMBEDDER)
            ? Optional.empty()
            : Optional.of(new VectorStore(storage, folder.vectors(), identity, dimension));
    this.generations = new Generations(view, vectors);
  }

  public String identity() {
    return identity;
  }

  public View view() {
    return view;
  }

  /** Absent without an embedder. */
  public Optional<VectorStore> vectors() {
    return vectors;
  }

  public Generations generations() {
    return generations;
  }

  /** Where the view lies. */
  public Path folder() {
    return view.folder();
  }

  /**
   * Reads every byte.
   *
   * @return what is wrong, a sentence each
   */
  public List<String> verify() {
    var findings = new ArrayList<>(view.verify());
    var readable = findings.isEmpty();
    vectors.ifPresent(
        store -> {
          findings.addAll(store.blocks().damaged());
          if (readable) {
            view.newest().ifPresent(commit -> findings.addAll(missing(commit, store)));
          }
        });
    return findings;
  }

  private static List<String> missing(CommitInfo commit, VectorStore store) {
    var there = store.blocks().references();
    return commit.blocks().stream()
        .filter(reference -> !there.contains(reference))
        .map(reference -> "The commit names block %s, which is not there.".formatted(reference))
        .toList();
  }

  @Override
  public void close() {
    generations.close();
    view.close();
    vectors.ifPresent(VectorStore::close);
  }
}
