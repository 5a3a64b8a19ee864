package dev.codeintel.store;

import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The verified blocks of a vector store at one moment. Immutable, safe for use by any thread;
 * nothing to close.
 */
public final class VectorBlocks {

  private final int dimension;
  private final long generation;
  private final int nextOrdinal;
  private final List<BlockFile> files;
  private final List<String> damaged;

  VectorBlocks(int dimension, Manifest manifest, List<BlockFile> files, List<String> damaged) {
    this.dimension = dimension;
    this.generation = manifest.generation();
    this.nextOrdinal = manifest.nextOrdinal();
    this.files = List.copyOf(files);
    this.damaged = List.copyOf(damaged);
  }

  public int dimension() {
    return dimension;
  }

  /** The first ordinal that was never given. */
  public int nextOrdinal() {
    return nextOrdinal;
  }

  /** Vectors that can be read. */
  public int count() {
    return files.stream().mapToInt(file -> file.block().count()).sum();
  }

  /** What was found wrong with blocks that the manifest names, a sentence each. */
  public List<String> damaged() {
    return damaged;
  }

  long generation() {
    return generation;
  }

  /** Says which bytes there are, for a commit. */
  public Set<String> references() {
    return files.stream().map(file -> file.block().reference()).collect(Collectors.toSet());
  }

  /** Every run of vectors whose block a commit names, in order of ordinals. */
  public void forEachRun(Set<String> references, Run run) {
    for (var file : files) {
      if (references.contains(file.block().reference())) {
        run.accept(file.block().first(), file.block().count(), file.vectors());
      }
    }
  }

  /** Receives {@code count} vectors whose ordinals start at {@code first}. */
  @FunctionalInterface
  public interface Run {
    void accept(int first, int count, MemorySegment vectors);
  }

  /**
   * The vector of an ordinal, {@code dimension} floats; empty when its block is missing or damaged.
   */
  public Optional<MemorySegment> vector(int ordinal) {
    var bytes = (long) dimension * Float.BYTES;
    return file(ordinal)
        .map(file -> file.vectors().asSlice((ordinal - file.block().first()) * bytes, bytes));
  }

  /** The ordinals of the blocks that a commit names. */
  BitSet ordinals(Set<String> references) {
    var present = new BitSet(nextOrdinal);
    forEachRun(references, (first, count, _) -> present.set(first, first + count));
    return present;
  }

  private Optional<BlockFile> file(int ordinal) {
    var low = 0;
    var high = files.size() - 1;
    while (low <= high) {
      var middle = (low + high) >>> 1;
      var file = files.get(middle);
      if (ordinal < file.block().first()) {
        high = middle - 1;
      } else if (ordinal >= file.block().end()) {
        low = middle + 1;
      } else {
        return Optional.of(file);
      }
    }
    return Optional.empty();
  }

  /**
   * The ordinal of every key; where one stands twice, since two runs raced, the lower ordinal
   * counts.
   */
  public Map<VectorKey, Integer> ordinals() {
    var ordinals = HashMap.<VectorKey, Integer>newHashMap(count());
    addOrdinals(0, ordinals);
    return ordinals;
  }

  /**
   * Adds the keys of the blocks that were appended since, to what an older state of the store gave.
   *
   * @param from {@link #nextOrdinal} of the older state
   */
  public void addOrdinals(int from, Map<VectorKey, Integer> ordinals) {
    for (var file : files) {
      for (var i = 0; file.block().first() >= from && i < file.block().count(); i++) {
        ordinals.putIfAbsent(file.key(i), file.block().first() + i);
      }
    }
  }
}
