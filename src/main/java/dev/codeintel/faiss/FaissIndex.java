package dev.codeintel.faiss;

import static dev.codeintel.faiss.Native.check;
import static dev.codeintel.faiss.Native.checkAddition;

import dev.codeintel.config.Limits;
import dev.codeintel.faiss.capi.FaissC;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.regex.Pattern;

/**
 * An index in FAISS's memory, compared by inner product. One owner; {@link #close()} waits for
 * calls in flight and may be called twice.
 *
 * <p>Safe for use by many threads: searches, reconstruction and writing run beside each other;
 * training, adding and removing run alone. A call cannot be cancelled once FAISS has it: run long
 * ones on threads that may be kept.
 *
 * <p>All vectors are off-heap, row after row of {@link #dimension()} native-order floats, of unit
 * norm; values that are not finite and rows of zeros are refused. Ids are off-heap native-order
 * longs, 0 or more. Memory of the caller is only read, and only until the call returns.
 */
public final class FaissIndex implements AutoCloseable {

  /**
   * Receives the bytes of an index, piece by piece. The segment lives during the call only. What it
   * throws ends the write, and comes out of {@link FaissIndex#write} as it is.
   */
  @FunctionalInterface
  public interface Sink {
    void accept(MemorySegment bytes) throws IOException;
  }

  /** PQ64 without np adds polysemous training, which runs for hours. */
  private static final Pattern POLYSEMOUS = Pattern.compile("(?<!O)PQ\\d+(x\\d+)?(?=,|$)");

  private static final String FAST_SCAN = "fs";

  private final FaissLibrary library;
  private final MemorySegment handle;
  private final String description;
  private final int dimension;
  private final InFlight inFlight;

  private FaissIndex(FaissLibrary library, MemorySegment handle, String description) {
    this.library = library;
    this.handle = handle;
    this.description = description;
    this.dimension = FaissC.faiss_Index_d(handle);
    this.inFlight = new InFlight("The FAISS index " + description);
  }

  /**
   * Makes an empty index.
   *
   * @param library as loaded
   * @param dimension floats a vector
   * @param description in the words of FAISS's index factory, such as {@code IDMap2,Flat} or {@code
   *     IVF1024,SQ8}. A kind without lists needs an id map in front. Write {@code PQ64np}, not
   *     {@code PQ64}
   * @throws FaissException when FAISS cannot make such an index
   * @throws IllegalStateException when the library is not available
   */
  public static FaissIndex create(FaissLibrary library, int dimension, String description) {
    library.requireAvailable();
    requireDescription(description);
    requireDimension(dimension);
    try (var arena = Arena.ofConfined()) {
      var out = Native.outPointer(arena);
      check(
          "faiss_index_factory",
          FaissC.faiss_index_factory(
              out, dimension, arena.allocateFrom(description), FaissC.METRIC_INNER_PRODUCT()));
      return new FaissIndex(library, Native.pointerAt(out), description);
    }
  }

  /**
   * Reads an index that {@link #write} gave.
   *
   * <p>FAISS's readers do not survive damaged bytes: compare a checksum of exactly this memory
   * before.
   *
   * @param bytes all of it, off-heap or mapped; free again after the call
   * @param dimension what the index must have
   * @param description the one it was made with; FAISS's bytes do not tell it
   * @throws FaissException when FAISS cannot read it, or it is not of that dimension and metric
   * @throws IllegalStateException when the library is not available
   */
  public static FaissIndex read(
      FaissLibrary library, MemorySegment bytes, int dimension, String description) {
    library.requireAvailable();
    requireDescription(description);
    requireDimension(dimension);
    Checks.requireOffHeap(bytes, "The index's memory", 1);
    var handle =
        library.has("fx_read_mem")
            ? IndexBytes.readMemory(bytes)
            : IndexBytes.readByCallback(bytes);
    var index = new FaissIndex(library, handle, description);
    var metric = FaissC.faiss_Index_metric_type(handle);
    if (index.dimension != dimension || metric != FaissC.METRIC_INNER_PRODUCT()) {
      index.close();
      throw new FaissException(
          "the bytes of an index",
          0,
          "they have dimension %d and metric %d, wanted is %d and metric %d (inner product)"
              .formatted(index.dimension, metric, dimension, FaissC.METRIC_INNER_PRODUCT()));
    }
    return index;
  }

  /** Floats a vector. */
  public int dimension() {
    return dimension;
  }

  /** The words of the index factory it was made with. */
  public String description() {
    return description;
  }

  /**
   * Vectors it holds.
   *
   * @throws IllegalStateException after close
   */
  public long size() {
    try (var _ = inFlight.shared()) {
      return FaissC.faiss_Index_ntotal(handle);
    }
  }

  /**
   * Whether vectors can be added.
   *
   * @throws IllegalStateException after close
   */
  public boolean isTrained() {
    try (var _ = inFlight.shared()) {
      return FaissC.faiss_Index_is_trained(handle) != 0;
    }
  }

  /**
   * Learns lists and codes from a sample; a flat index has nothing to learn. With fewer than 39
   * vectors a list or code word FAISS prints warnings to stderr; with fewer than one it fails.
   *
   * @param vectors off-heap, {@code count} rows
   * @param threads most threads of OpenMP for this call
   * @throws FaissException with FAISS's own words
   * @throws IllegalStateException after close
   */
  public void train(MemorySegment vectors, long count, int threads) {
    Checks.requireVectors(vectors, count, dimension, "the training sample");
    try (var _ = inFlight.exclusive()) {
      library.useThreads(threads);
      check("faiss_Index_train", FaissC.faiss_Index_train(handle, count, vectors));
    }
  }

  /**
   * Adds vectors. An id that is there already is there twice afterwards, and both are found.
   *
   * @param vectors off-heap, {@code count} rows
   * @param ids off-heap, {@code count} ids
   * @param threads most threads of OpenMP for this call
   * @throws FaissException with FAISS's own words
   * @throws IllegalStateException after close
   */
  public void add(MemorySegment vectors, MemorySegment ids, long count, int threads) {
    Checks.requireVectors(vectors, count, dimension, "the vectors to add");
    Checks.requireIds(ids, count);
    try (var _ = inFlight.exclusive()) {
      library.useThreads(threads);
      check(
          "faiss_Index_add_with_ids", FaissC.faiss_Index_add_with_ids(handle, count, vectors, ids));
    }
  }

  /**
   * Removes vectors by id; an id that is not there is no error.
   *
   * @param ids off-heap, {@code count} ids
   * @return how many vectors were removed
   * @throws UnsupportedOperationException for a FastScan index, which would say yes and keep them
   * @throws FaissException when this kind cannot remove, as HNSW
   * @throws IllegalStateException after close
   */
  public long remove(MemorySegment ids, long count) {
    if (description.contains(FAST_SCAN)) {
      throw new UnsupportedOperationException(
          "FAISS cannot remove from " + description + ". Build the index again without the ids.");
    }
    Checks.requireIds(ids, count);
    try (var _ = inFlight.exclusive();
        var arena = Arena.ofConfined()) {
      library.useThreads(1);
      var out = Native.outPointer(arena);
      check("faiss_IDSelectorBatch_new", FaissC.faiss_IDSelectorBatch_new(out, count, ids));
      var selector = Native.pointerAt(out);
      try {
        var removed = arena.allocate(ValueLayout.JAVA_LONG);
        check("faiss_Index_remove_ids", FaissC.faiss_Index_remove_ids(handle, selector, removed));
        return removed.get(ValueLayout.JAVA_LONG, 0);
      } finally {
        FaissC.faiss_IDSelector_free(selector);
      }
    }
  }

  /**
   * Finds the nearest vectors by inner product.
   *
   * @param query off-heap, {@code dimension()} floats of unit norm
   * @param wanted how many, 1 to {@link Limits#NEIGHBORS_MAX} and to the capacity of {@code found}
   * @param how lists to look into, the filter and threads of this call
   * @param found receives ids and scores, best first
   * @return how many were found; less than {@code wanted} when fewer match
   * @throws FaissException with FAISS's own words
   * @throws IllegalStateException after close
   */
  public int search(MemorySegment query, int wanted, SearchOptions how, Neighbors found) {
    found.clear();
    requireWanted(wanted, found.capacity());
    searchAll(query, 1, wanted, how, found);
    return found.trim(wanted);
  }

  /** Many queries at once, which is another kernel: {@code wanted} neighbours a row. */
  void searchAll(MemorySegment queries, int count, int wanted, SearchOptions how, Neighbors found) {
    Checks.requireVectors(queries, count, dimension, "the query");
    requireWanted(Math.multiplyExact(count, wanted), found.capacity());
    try (var _ = inFlight.shared();
        var parameters = new Parameters(how, description.contains("IVF"))) {
      library.useThreads(how.threads());
      check(
          "faiss_Index_search_with_params",
          FaissC.faiss_Index_search_with_params(
              handle, count, queries, wanted, parameters.pointer(), found.scores(), found.ids()));
    }
  }

  /**
   * Copies vectors back, as the index keeps them: a lossy index gives approximations.
   *
   * @param ids off-heap, {@code count} ids
   * @param into off-heap, receives {@code count} rows
   * @throws FaissException when an id is not there, or this kind cannot give vectors back: it needs
   *     {@code IDMap2} in front
   * @throws IllegalStateException after close
   */
  public void reconstruct(MemorySegment ids, long count, MemorySegment into) {
    Checks.requireIds(ids, count);
    Checks.requireOffHeap(into, "the memory for vectors", Float.BYTES);
    Checks.requireBytes(into, count, (long) dimension * Float.BYTES, "the memory for vectors");
    try (var _ = inFlight.shared()) {
      if (library.has("fx_reconstruct_ids")) {
        checkAddition("fx_reconstruct_ids", FaissC.fx_reconstruct_ids(handle, count, ids, into));
      } else {
        reconstructOneByOne(ids, count, into);
      }
    }
  }

  // Never faiss_Index_reconstruct_n: on an id map it throws inside OpenMP, which ends the VM.
  void reconstructOneByOne(MemorySegment ids, long count, MemorySegment into) {
    var row = (long) dimension * Float.BYTES;
    for (long i = 0; i < count; i++) {
      var id = ids.getAtIndex(ValueLayout.JAVA_LONG, i);
      check(
          "faiss_Index_reconstruct",
          FaissC.faiss_Index_reconstruct(handle, id, into.asSlice(i * row, row)));
    }
  }

  /**
   * Writes the index piece by piece. FAISS adds no checksum: the caller does, over all the pieces.
   *
   * @param sink receives the pieces on this thread; must not close or change this index
   * @throws IOException what the sink threw
   * @throws FaissException with FAISS's own words
   * @throws IllegalStateException after close
   */
  public void write(Sink sink) throws IOException {
    try (var _ = inFlight.shared()) {
      IndexBytes.writeByCallback(handle, sink);
    }
  }

  /**
   * Writes the index to memory.
   *
   * @param arena owns the bytes that are given back
   * @throws FaissException with FAISS's own words
   * @throws IllegalStateException after close
   */
  public MemorySegment write(Arena arena) {
    try (var _ = inFlight.shared()) {
      return library.has("fx_write_mem")
          ? IndexBytes.writeMemory(handle, arena)
          : IndexBytes.writeMemoryByCallback(handle, arena);
    }
  }

  /** Waits for calls in flight and frees the index. A second close does nothing. */
  @Override
  public void close() {
    inFlight.close(() -> FaissC.faiss_Index_free(handle));
  }

  private static void requireDescription(String description) {
    if (description.isBlank()
        || description.length() > Limits.INDEX_DESCRIPTION_CHARS_MAX
        || !description.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new IllegalArgumentException(
          "\"%s\" is no index description, such as IDMap2,Flat.".formatted(description));
    }
    if (POLYSEMOUS.matcher(description).find()) {
      throw new IllegalArgumentException(
          description + " would train polysemous codes for hours. Write np after its PQ.");
    }
  }

  private static void requireDimension(int dimension) {
    if (dimension < 1 || dimension > Limits.DIMENSION_MAX) {
      throw new IllegalArgumentException(
          "The dimension is %d; it must be 1 to %d.".formatted(dimension, Limits.DIMENSION_MAX));
    }
  }

  private static void requireWanted(int wanted, int capacity) {
    var most = Math.min(Limits.NEIGHBORS_MAX, capacity);
    if (wanted < 1 || wanted > most) {
      throw new IllegalArgumentException(
          "%d neighbours are wanted; it must be 1 to %d.".formatted(wanted, most));
    }
  }

  /**
   * The parameter objects of one call, which FAISS changes while it runs. Always those of an
   * inverted file: they reach it through id map and pre-transform as they are, and other kinds read
   * only the filter of them. Wrapped for a pre-transform they would lose the translation of ids,
   * and ids outside the filter would be found.
   */
  private static final class Parameters implements AutoCloseable {

    private MemorySegment selector = MemorySegment.NULL;
    private MemorySegment parameters = MemorySegment.NULL;

    Parameters(SearchOptions how, boolean hasLists) {
      if (!hasLists && how.filter().isEmpty()) {
        return; // flat FastScan refuses any parameters
      }
      try (var arena = Arena.ofConfined()) {
        var out = Native.outPointer(arena);
        if (how.filter().isPresent()) {
          var bitmap = how.filter().get();
          check(
              "faiss_IDSelectorBitmap_new",
              FaissC.faiss_IDSelectorBitmap_new(out, bitmap.byteSize(), bitmap));
          selector = Native.pointerAt(out);
        }
        check(
            "faiss_SearchParametersIVF_new_with",
            FaissC.faiss_SearchParametersIVF_new_with(out, selector, how.nprobe(), 0));
        parameters = Native.pointerAt(out);
      } catch (FaissException e) {
        close();
        throw e;
      }
    }

    MemorySegment pointer() {
      return parameters;
    }

    @Override
    public void close() {
      if (!MemorySegment.NULL.equals(parameters)) {
        FaissC.faiss_SearchParametersIVF_free(parameters);
      }
      if (!MemorySegment.NULL.equals(selector)) {
        FaissC.faiss_IDSelectorBitmap_free(selector);
      }
    }
  }
}
