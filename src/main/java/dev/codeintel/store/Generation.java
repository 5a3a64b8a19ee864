package dev.codeintel.store;

import dev.codeintel.chunk.Chunk;
import dev.codeintel.config.Limits;
import dev.codeintel.faiss.FaissLibrary;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.Recent;
import dev.codeintel.repo.Globs;
import dev.codeintel.vector.VectorIndex;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TermQuery;

/**
 * One committed state of a view with its vectors: all that a query sees. Readers acquire and
 * release it; the last release frees it, so swapping in a newer one waits for nobody. Safe for use
 * by any thread.
 */
public final class Generation {

  private final DirectoryReader reader;
  private final CommitInfo commit;
  private final Optional<VectorBlocks> blocks;
  private final int[] ordinals;
  private final long[] byOrdinal;
  private final int chunks;

  /** By document: to find and unpack one takes longer than to look through its text. */
  private final Recent<Integer, KnownChunk> looked = new Recent<>(Limits.CHUNKS_KEPT_CHARS_MAX);

  private final Object indexLock = new Object(); // making the index must not keep readers waiting
  private VectorIndex index; // under indexLock
  private int readers = 1; // under this

  Generation(DirectoryReader reader, Optional<VectorBlocks> blocks) throws IOException {
    this.reader = reader;
    this.commit = View.info(reader);
    this.blocks = blocks;
    this.ordinals = new int[reader.maxDoc()];
    Arrays.fill(ordinals, Fields.NO_ORDINAL);
    this.chunks =
        readOrdinals(blocks.map(all -> all.ordinals(commit.blocks())).orElseGet(BitSet::new));
    this.byOrdinal = sortByOrdinal();
  }

  private int readOrdinals(BitSet present) throws IOException {
    var found = 0;
    for (var leaf : reader.leaves()) {
      var values = DocValues.getNumeric(leaf.reader(), Fields.ORDINAL);
      var live = leaf.reader().getLiveDocs();
      for (var doc = values.nextDoc();
          doc != DocIdSetIterator.NO_MORE_DOCS;
          doc = values.nextDoc()) {
        if (live == null || live.get(doc)) {
          found++;
          // An ordinal whose block is gone, or is not the one that the commit names, is no vector.
          var ordinal = (int) values.longValue();
          if (ordinal >= 0 && present.get(ordinal)) {
            ordinals[leaf.docBase + doc] = ordinal;
          }
        }
      }
    }
    return found;
  }

  private long[] sortByOrdinal() {
    var pairs = new long[(int) Arrays.stream(ordinals).filter(ordinal -> ordinal >= 0).count()];
    var at = 0;
    for (var doc = 0; doc < ordinals.length; doc++) {
      if (ordinals[doc] >= 0) {
        pairs[at++] = (long) ordinals[doc] << Integer.SIZE | doc;
      }
    }
    Arrays.sort(pairs);
    return pairs;
  }

  synchronized boolean tryAcquire() {
    if (readers == 0) {
      return false;
    }
    readers++;
    return true;
  }

  /** Gives back what {@link Generations#acquire} gave. */
  public void release() {
    if (!isLastRelease()) {
      return;
    }
    try {
      synchronized (indexLock) {
        if (index != null) {
          index.close();
        }
      }
      reader.close();
    } catch (IOException e) {
      throw new IllegalStateException("closing a reader of immutable files", e);
    }
  }

  private synchronized boolean isLastRelease() {
    return --readers == 0;
  }

  DirectoryReader reader() {
    return reader;
  }

  public CommitInfo commit() {
    return commit;
  }

  public IndexSearcher searcher() {
    return new IndexSearcher(reader);
  }

  /** Chunks of this generation. */
  public int chunks() {
    return chunks;
  }

  /** Chunks that have a vector. */
  public int embedded() {
    return byOrdinal.length;
  }

  /** Vectors that this generation may use, those of other work trees included. */
  public int vectors() {
    return blocks.map(all -> all.ordinals(commit.blocks()).cardinality()).orElse(0);
  }

  /** Different vectors that its chunks have. */
  public int liveVectors() {
    return (int) Arrays.stream(byOrdinal).map(pair -> pair >>> Integer.SIZE).distinct().count();
  }

  /** Floats of a vector; 0 without an embedder. */
  public int dimension() {
    return blocks.map(VectorBlocks::dimension).orElse(0);
  }

  /** Whether a search has loaded the vector index. */
  public boolean vectorIndexIsLoaded() {
    synchronized (indexLock) {
      return index != null;
    }
  }

  /** Chunks that have no vector and shall have one. */
  public int missing() {
    return Math.max(0, chunks - embedded() - commit.refused());
  }

  /**
   * Share of the chunks that have a vector, of those that shall have one; 1 when none is missing, 0
   * until every file is listed.
   */
  public double embeddedShare() {
    if (!commit.listed()) {
      return 0;
    }
    return missing() == 0 ? 1 : (double) embedded() / (embedded() + missing());
  }

  /** The vector of a document; empty while it has none. */
  public Optional<MemorySegment> vector(int doc) {
    return ordinals[doc] < 0 ? Optional.empty() : blocks.flatMap(all -> all.vector(ordinals[doc]));
  }

  /** Every document with a vector, in order of ordinals. */
  public int embeddedDocument(int position) {
    return (int) byOrdinal[position];
  }

  /** Documents that share a vector, in order. */
  public int[] documents(int ordinal) {
    var from = lowerBound((long) ordinal << Integer.SIZE);
    var to = lowerBound((long) (ordinal + 1) << Integer.SIZE);
    return Arrays.stream(byOrdinal, from, to).mapToInt(pair -> (int) pair).toArray();
  }

  private int lowerBound(long pair) {
    var at = Arrays.binarySearch(byOrdinal, pair);
    return at >= 0 ? at : -at - 1;
  }

  /** Which documents are chunks of wanted paths and languages. */
  public IntPredicate scope(Globs paths, Set<String> languages) {
    if (paths.isAll() && languages.isEmpty()) {
      return _ -> true;
    }
    var wanted = new BitSet(reader.maxDoc());
    try {
      for (var leaf : reader.leaves()) {
        addInScope(leaf, paths, languages, wanted);
      }
    } catch (IOException e) {
      throw new IllegalStateException("reading immutable files", e);
    }
    return wanted::get;
  }

  private static void addInScope(
      LeafReaderContext leaf, Globs paths, Set<String> languages, BitSet wanted)
      throws IOException {
    var path = DocValues.getSorted(leaf.reader(), Fields.PATH_VALUE);
    var language = DocValues.getSorted(leaf.reader(), Fields.LANGUAGE);
    var wantedPaths = new BitSet(path.getValueCount());
    for (var i = 0; i < path.getValueCount(); i++) {
      wantedPaths.set(i, paths.matches(path.lookupOrd(i).utf8ToString()));
    }
    for (var doc = path.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = path.nextDoc()) {
      var inLanguage =
          languages.isEmpty()
              || language.advanceExact(doc)
                  && languages.contains(language.lookupOrd(language.ordValue()).utf8ToString());
      if (inLanguage && wantedPaths.get(path.ordValue())) {
        wanted.set(leaf.docBase + doc);
      }
    }
  }

  /**
   * The filter of a vector search: a bit for every ordinal that a wanted document has.
   *
   * @return off-heap, of the arena
   */
  public MemorySegment bitmap(IntPredicate wanted, Arena arena) {
    var bits = arena.allocate(Math.max(1, (commit.ordinals() + Byte.SIZE - 1) / Byte.SIZE));
    for (var pair : byOrdinal) {
      if (wanted.test((int) pair)) {
        var ordinal = (int) (pair >>> Integer.SIZE);
        var at = ordinal / Byte.SIZE;
        bits.set(
            ValueLayout.JAVA_BYTE,
            at,
            (byte) (bits.get(ValueLayout.JAVA_BYTE, at) | 1 << ordinal % Byte.SIZE));
      }
    }
    return bits;
  }

  /**
   * The FAISS index over the vectors of this generation, made when it is first asked for and freed
   * with it.
   */
  public VectorIndex vectorIndex(FaissLibrary library) {
    synchronized (indexLock) {
      if (index == null) {
        index = makeIndex(library);
      }
      return index;
    }
  }

  private VectorIndex makeIndex(FaissLibrary library) {
    var all = blocks.orElseThrow();
    var made = VectorIndex.flat(library, all.dimension());
    try {
      all.forEachRun(commit.blocks(), made::add);
      Log.info(
          "Selected FAISS index type",
          "index_type",
          VectorIndex.FLAT,
          "n_vectors",
          made.size(),
          "nlist",
          0,
          "estimated_memory_gb",
          VectorIndex.flatBytes(vectors(), all.dimension()) / 1e9);
      return made;
    } catch (RuntimeException e) {
      made.close();
      throw e;
    }
  }

  /** The chunk of a document, for a search, which asks for the same ones again and again. */
  public KnownChunk knownChunk(int doc) {
    return looked
        .get(doc)
        .orElseGet(
            () -> {
              var known = KnownChunk.of(chunk(doc));
              looked.put(doc, known, known.weight());
              return known;
            });
  }

  /** The chunk of a document. */
  public Found chunk(int doc) {
    try {
      var leaf = reader.leaves().get(ReaderUtil.subIndex(doc, reader.leaves()));
      var local = doc - leaf.docBase;
      var stored = leaf.reader().storedFields().document(local, Set.of(Fields.TEXT, Fields.SYMBOL));
      var chunk =
          new Chunk(
              number(leaf.reader(), Fields.START_LINE, local),
              number(leaf.reader(), Fields.END_LINE, local),
              number(leaf.reader(), Fields.START_BYTE, local),
              number(leaf.reader(), Fields.END_BYTE, local),
              Optional.ofNullable(stored.get(Fields.SYMBOL)),
              stored.get(Fields.TEXT));
      return new Found(
          word(leaf.reader(), Fields.PATH_VALUE, local),
          word(leaf.reader(), Fields.LANGUAGE, local),
          chunk);
    } catch (IOException e) {
      throw new IllegalStateException("reading immutable files", e);
    }
  }

  private String path(int doc) throws IOException {
    var leaf = reader.leaves().get(ReaderUtil.subIndex(doc, reader.leaves()));
    return word(leaf.reader(), Fields.PATH_VALUE, doc - leaf.docBase);
  }

  /** A chunk and where it stands. */
  public record Found(String path, String language, Chunk chunk) {}

  private static int number(LeafReader leaf, String field, int doc) throws IOException {
    var values = DocValues.getNumeric(leaf, field);
    if (!values.advanceExact(doc)) {
      throw new IllegalStateException("document " + doc + " is no chunk");
    }
    return (int) values.longValue();
  }

  private static String word(LeafReader leaf, String field, int doc) throws IOException {
    var values = DocValues.getSorted(leaf, field);
    if (!values.advanceExact(doc)) {
      throw new IllegalStateException("document " + doc + " is no chunk");
    }
    return values.lookupOrd(values.ordValue()).utf8ToString();
  }

  /** What the view knows of a file. */
  public Optional<FileState> file(String path) {
    try {
      var top = searcher().search(new TermQuery(new Term(Fields.FILE, path)), 1);
      if (top.scoreDocs.length == 0) {
        return Optional.empty();
      }
      var doc = top.scoreDocs[0].doc;
      var leaf = reader.leaves().get(ReaderUtil.subIndex(doc, reader.leaves()));
      return Optional.of(new FileColumns(leaf.reader()).read(doc - leaf.docBase));
    } catch (IOException e) {
      throw new IllegalStateException("reading immutable files", e);
    }
  }

  /**
   * Documents of chunks that have no vector yet, file by file, those of a file in its order.
   *
   * @param files the order of their paths
   */
  public int[] pending(Comparator<String> files) {
    try {
      var pending = pending();
      var paths = new String[pending.length];
      for (var i = 0; i < pending.length; i++) {
        paths[i] = path(pending[i]);
      }
      var places = new HashMap<String, Integer>();
      Arrays.stream(paths)
          .distinct()
          .sorted(files)
          .forEach(path -> places.put(path, places.size()));
      var ordered = new long[pending.length];
      for (var i = 0; i < pending.length; i++) {
        ordered[i] = (long) places.get(paths[i]) << Integer.SIZE | pending[i];
      }
      Arrays.sort(ordered);
      return Arrays.stream(ordered).mapToInt(pair -> (int) pair).toArray();
    } catch (IOException e) {
      throw new IllegalStateException("reading immutable files", e);
    }
  }

  /** Documents of chunks that have no vector yet. */
  public int[] pending() {
    try {
      var pending = new int[chunks - byOrdinal.length];
      var at = 0;
      for (var leaf : reader.leaves()) {
        var values = DocValues.getNumeric(leaf.reader(), Fields.ORDINAL);
        var live = leaf.reader().getLiveDocs();
        for (var doc = values.nextDoc();
            doc != DocIdSetIterator.NO_MORE_DOCS;
            doc = values.nextDoc()) {
          if ((live == null || live.get(doc)) && ordinals[leaf.docBase + doc] < 0) {
            pending[at++] = leaf.docBase + doc;
          }
        }
      }
      return pending;
    } catch (IOException e) {
      throw new IllegalStateException("reading immutable files", e);
    }
  }
}
