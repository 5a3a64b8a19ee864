package dev.codeintel.git;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.eclipse.jgit.internal.storage.commitgraph.ChangedPathFilter;
import org.eclipse.jgit.internal.storage.commitgraph.CommitGraph;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.util.NB;

/**
 * A commit-graph, whole in memory, of which every part was checked: its checksum, that all that it
 * points at is there, and that no commit is its own ancestor. Immutable. The format is described in
 * git's gitformat-commit-graph(5); a file that is one of a chain is none that we read.
 *
 * <p>JGit's own reader looks at none of this: it divides by the length of a filter that git left
 * empty. And its filters are no filters of git's: git hashes a byte above 127 as a negative number
 * in version 1, and as it is in version 2; JGit always does the latter, and calls it version 1. So
 * a file with an umlaut in its path seemed untouched by commits that changed it. What a graph says
 * of a commit is believed, as git believes it.
 */
final class CommitGraphFile implements CommitGraph {

  private static final int MAGIC = chunk("CGPH");
  private static final int HEADER_BYTES = 8;
  private static final int CHUNK_BYTES = 12;
  private static final int CHECKSUM_BYTES = 20;
  private static final int ID_BYTES = Constants.OBJECT_ID_LENGTH;
  private static final int COMMIT_BYTES = ID_BYTES + 16;
  private static final int FANOUT_BYTES = 4 * 256;

  private static final int NO_PARENT = 0x7000_0000;
  private static final int MANY_PARENTS = 0x8000_0000;
  private static final int LAST_PARENT = 0x8000_0000;
  private static final int POSITION = 0x7FFF_FFFF;

  private static final int FILTER_HEADER_BYTES = 12;
  private static final int FILTER_VERSION_MAX = 2;

  /** Has no commits. */
  static final CommitGraphFile NONE = new CommitGraphFile();

  private final byte[] bytes;
  private final int commits;
  private final Chunk fanout;
  private final Chunk ids;
  private final Chunk data;
  private final Chunk edges;
  private final Chunk filterEnds;
  private final Chunk filters;
  private final boolean exact;

  /** A part of the file; of length 0 where there is none. */
  private record Chunk(int start, int length) {

    static final Chunk NONE = new Chunk(0, 0);

    boolean isThere() {
      return length > 0;
    }
  }

  private record Data(ObjectId getTree, int[] getParents, long getCommitTime, int getGeneration)
      implements CommitData {}

  private CommitGraphFile() {
    bytes = new byte[FANOUT_BYTES];
    commits = 0;
    fanout = new Chunk(0, FANOUT_BYTES);
    ids = Chunk.NONE;
    data = Chunk.NONE;
    edges = Chunk.NONE;
    filterEnds = Chunk.NONE;
    filters = Chunk.NONE;
    exact = true;
  }

  private CommitGraphFile(byte[] bytes, boolean writtenByJGit) throws IOException {
    this.bytes = bytes;
    checkHeader();
    fanout = find("OIDF");
    ids = find("OIDL");
    data = find("CDAT");
    edges = find("EDGE");
    require(fanout.length == FANOUT_BYTES, "fan-out");
    commits = int32(fanout.start + FANOUT_BYTES - 4);
    require(commits >= 0 && ids.length == (long) commits * ID_BYTES, "number of ids");
    require(data.length == (long) commits * COMMIT_BYTES, "number of commits");
    checkIds();
    checkCommits();
    var ends = find("BIDX");
    var filterData = find("BDAT");
    var readable = ends.isThere() && filterData.isThere() && areReadable(filterData);
    filterEnds = readable ? ends : Chunk.NONE;
    filters = readable ? filterData : Chunk.NONE;
    exact = writtenByJGit || readable && int32(filters.start) == 2;
    checkFilters();
  }

  /**
   * @param bytes of the file; kept
   * @param writtenByJGit whether its filters are as JGit makes them, for certain
   * @throws IOException when they are no commit-graph, or a damaged one
   */
  static CommitGraphFile of(byte[] bytes, boolean writtenByJGit) throws IOException {
    return new CommitGraphFile(bytes, writtenByJGit);
  }

  /**
   * @throws IOException when the file is missing, larger than {@code bytesMax}, or no commit-graph
   */
  static CommitGraphFile read(Path file, long bytesMax, boolean writtenByJGit) throws IOException {
    var attributes =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isRegularFile() || attributes.size() > bytesMax) {
      throw new IOException("%s is no file of at most %,d bytes".formatted(file, bytesMax));
    }
    try (var in = Files.newInputStream(file)) {
      return of(in.readNBytes(Math.toIntExact(attributes.size())), writtenByJGit);
    }
  }

  /** Whether it can tell which commits leave a path alone. */
  boolean hasFilters() {
    return filters.isThere();
  }

  @Override
  public int findGraphPosition(AnyObjectId id) {
    var first = id.getFirstByte();
    var low = first == 0 ? 0 : int32(fanout.start + 4 * (first - 1));
    var high = int32(fanout.start + 4 * first);
    while (low < high) {
      var middle = (low + high) >>> 1;
      var order = id.compareTo(bytes, ids.start + middle * ID_BYTES);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return -1;
  }

  @Override
  public CommitData getCommitData(int position) {
    if (position < 0 || position >= commits) {
      return null; // what the interface asks for
    }
    var at = data.start + position * COMMIT_BYTES;
    var high = int32(at + ID_BYTES + 8);
    var seconds = (high & 3L) << 32 | NB.decodeUInt32(bytes, at + ID_BYTES + 12);
    return new Data(ObjectId.fromRaw(bytes, at), parents(at), seconds, high >>> 2);
  }

  @Override
  public ObjectId getObjectId(int position) {
    return position < 0 || position >= commits
        ? null // what the interface asks for
        : ObjectId.fromRaw(bytes, ids.start + position * ID_BYTES);
  }

  /**
   * Whether a commit may have changed a path against its first parent; a no is certain.
   *
   * @param position of the commit, negative when it is not in the graph
   */
  boolean mayHaveChanged(int position, byte[] path) {
    if (!exact && !isAscii(path)) {
      return true;
    }
    var filter = filter(position);
    return filter == null || filter.maybeContains(path);
  }

  private static boolean isAscii(byte[] path) {
    for (var letter : path) {
      if (letter < 0) {
        return false;
      }
    }
    return true;
  }

  /** For JGit, which takes it over into a graph that it writes: only what it would make itself. */
  @Override
  public ChangedPathFilter getChangedPathFilter(int position) {
    return exact ? filter(position) : null; // what the interface asks for
  }

  /** Null where there is none. */
  private ChangedPathFilter filter(int position) {
    if (!hasFilters() || position < 0 || position >= commits) {
      return null;
    }
    var start = position == 0 ? 0 : filterEnd(position - 1);
    var length = filterEnd(position) - start;
    return length == 0 // git has not looked at this commit yet
        ? null
        : ChangedPathFilter.fromFile(bytes, filters.start + FILTER_HEADER_BYTES + start, length);
  }

  @Override
  public long getCommitCnt() {
    return commits;
  }

  private int[] parents(int at) {
    var first = int32(at + ID_BYTES);
    var second = int32(at + ID_BYTES + 4);
    if (first == NO_PARENT) {
      return new int[0];
    }
    if (second == NO_PARENT) {
      return new int[] {first};
    }
    if ((second & MANY_PARENTS) == 0) {
      return new int[] {first, second};
    }
    var edge = edges.start + 4 * (second & POSITION);
    var end = edge;
    while ((int32(end) & LAST_PARENT) == 0) {
      end += 4;
    }
    var all = new int[2 + (end - edge) / 4];
    all[0] = first;
    for (var i = 1; i < all.length; i++) {
      all[i] = int32(edge + 4 * (i - 1)) & POSITION;
    }
    return all;
  }

  private int filterEnd(int position) {
    return int32(filterEnds.start + 4 * position);
  }

  private int int32(int at) {
    return NB.decodeInt32(bytes, at);
  }

  private void checkHeader() throws IOException {
    require(bytes.length > HEADER_BYTES + CHUNK_BYTES + CHECKSUM_BYTES, "length");
    require(int32(0) == MAGIC && bytes[4] == 1 && bytes[5] == 1, "magic, version or hash");
    require(bytes[7] == 0, "number of files"); // one of a chain
    var end = bytes.length - CHECKSUM_BYTES;
    require(Arrays.equals(sha1(end), 0, CHECKSUM_BYTES, bytes, end, bytes.length), "checksum");
    var chunks = bytes[6] & 0xFF;
    var least = (long) HEADER_BYTES + CHUNK_BYTES * (chunks + 1);
    for (var i = 0; i <= chunks; i++) {
      require(HEADER_BYTES + CHUNK_BYTES * (i + 1) <= end, "table of contents");
      var start = chunkStart(i);
      require(start >= least && start <= end, "table of contents");
      least = start;
    }
  }

  private long chunkStart(int number) {
    return NB.decodeInt64(bytes, HEADER_BYTES + CHUNK_BYTES * number + 4);
  }

  private Chunk find(String name) {
    var id = chunk(name);
    for (var i = 0; i < (bytes[6] & 0xFF); i++) {
      if (int32(HEADER_BYTES + CHUNK_BYTES * i) == id) {
        var start = (int) chunkStart(i);
        return new Chunk(start, (int) chunkStart(i + 1) - start);
      }
    }
    return Chunk.NONE;
  }

  private void checkIds() throws IOException {
    var position = 0;
    for (var first = 0; first < 256; first++) {
      var end = int32(fanout.start + 4 * first);
      require(end >= position && end <= commits, "fan-out");
      for (; position < end; position++) {
        var at = ids.start + position * ID_BYTES;
        require((bytes[at] & 0xFF) == first, "fan-out");
        require(
            position == 0
                || Arrays.compareUnsigned(bytes, at - ID_BYTES, at, bytes, at, at + ID_BYTES) < 0,
            "order of ids");
      }
    }
  }

  private void checkCommits() throws IOException {
    require(
        edges.length % 4 == 0
            && (!edges.isThere() || (int32(edges.start + edges.length - 4) & LAST_PARENT) != 0),
        "list of parents");
    var edgesLeft = edges.length / 4; // no list is there twice
    for (var position = 0; position < commits; position++) {
      var at = data.start + position * COMMIT_BYTES;
      var second = int32(at + ID_BYTES + 4);
      if ((second & MANY_PARENTS) != 0) {
        require((second & POSITION) < edges.length / 4, "list of parents");
      }
      var parents = parents(at);
      edgesLeft -= (second & MANY_PARENTS) == 0 ? 0 : parents.length - 1;
      require(edgesLeft >= 0, "list of parents");
      checkParents(parents, generation(position));
    }
  }

  /** A commit that is higher than its parents is no ancestor of itself. */
  private void checkParents(int[] parents, int generation) throws IOException {
    require(generation > 0, "generation");
    for (var parent : parents) {
      require(parent >= 0 && parent < commits, "parent");
      require(generation(parent) < generation, "generation"); // no file is so long that they end
    }
  }

  private int generation(int position) {
    return int32(data.start + position * COMMIT_BYTES + ID_BYTES + 8) >>> 2;
  }

  private boolean areReadable(Chunk filterData) {
    return filterData.length >= FILTER_HEADER_BYTES
        && int32(filterData.start) >= 1
        && int32(filterData.start) <= FILTER_VERSION_MAX
        && int32(filterData.start + 4) == ChangedPathFilter.PATH_HASH_COUNT
        && int32(filterData.start + 8) == ChangedPathFilter.BITS_PER_ENTRY;
  }

  private void checkFilters() throws IOException {
    if (!hasFilters()) {
      return;
    }
    require(filterEnds.length == 4L * commits, "number of filters");
    var before = 0;
    for (var position = 0; position < commits; position++) {
      var end = filterEnd(position);
      require(end >= before && end <= filters.length - FILTER_HEADER_BYTES, "filters");
      before = end;
    }
  }

  private byte[] sha1(int length) {
    try {
      var digest = MessageDigest.getInstance("SHA-1");
      digest.update(bytes, 0, length);
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-1.", e);
    }
  }

  private static int chunk(String name) {
    return name.charAt(0) << 24 | name.charAt(1) << 16 | name.charAt(2) << 8 | name.charAt(3);
  }

  private static void require(boolean holds, String what) throws IOException {
    if (!holds) {
      throw new IOException("not a commit-graph that can be read: " + what);
    }
  }
}
