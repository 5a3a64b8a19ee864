package dev.codeintel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.testkit.FaultyStorage;
import dev.codeintel.testkit.Seeded;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VectorStoreTest {

  private static final int DIMENSION = 24;
  private static final String IDENTITY = "test/1";

  private final Random random = Seeded.random();

  @TempDir private Path folder;

  @Test
  void vectorsComeBackBitForBitAfterReopening() {
    var vectors = new ArrayList<float[]>();
    try (var store = open()) {
      for (var count : new int[] {1, Limits.BLOCK_VECTORS_MAX, 7}) {
        append(store, count, vectors);
      }
    }
    try (var store = open()) {
      var blocks = store.blocks();
      assertThat(blocks.count()).isEqualTo(vectors.size());
      assertThat(blocks.nextOrdinal()).isEqualTo(vectors.size());
      for (var ordinal = 0; ordinal < vectors.size(); ordinal++) {
        assertThat(floats(blocks.vector(ordinal).orElseThrow())).isEqualTo(vectors.get(ordinal));
        assertThat(blocks.ordinals()).containsEntry(key(ordinal), ordinal);
      }
      assertThat(blocks.vector(vectors.size())).isEmpty();
    }
  }

  /** Two writers gave the same ordinal, and one work tree showed the other's code. */
  @Test
  void concurrentWritersNeverShareAnOrdinal() throws Exception {
    Map<Integer, float[]> expected = new ConcurrentHashMap<>();
    try (var first = open();
        var second = open();
        var threads = Executors.newFixedThreadPool(4)) {
      var work =
          IntStream.range(0, 40)
              .mapToObj(
                  i ->
                      threads.submit(
                          () -> {
                            var row = vector(new Random(i));
                            var keys = List.of(VectorKey.of(IDENTITY, "text " + i));
                            try (var arena = Arena.ofConfined()) {
                              var ordinal =
                                  (i % 2 == 0 ? first : second)
                                      .append(
                                          keys, rows(arena, List.of(row)), CancelToken.create());
                              assertThat(expected.put(ordinal, row)).isNull();
                            }
                            return null;
                          }))
              .toList();
      for (var each : work) {
        each.get();
      }
      var blocks = first.blocks();
      assertThat(expected).hasSize(40);
      expected.forEach(
          (ordinal, row) ->
              assertThat(floats(blocks.vector(ordinal).orElseThrow())).isEqualTo(row));
    }
  }

  @Test
  void aKeyThatStandsTwiceMeansTheLowerOrdinal() {
    try (var store = open();
        var arena = Arena.ofConfined()) {
      var keys = List.of(key(0));
      store.append(keys, rows(arena, List.of(vector(random))), CancelToken.create());
      store.append(keys, rows(arena, List.of(vector(random))), CancelToken.create());
      assertThat(store.blocks().ordinals()).isEqualTo(Map.of(key(0), 0));
    }
  }

  /** A flipped bit on the disk became a wrong neighbour, or a crash of the VM. */
  @Test
  void everyFlippedByteOfABlockIsFound() throws IOException {
    try (var store = open()) {
      append(store, 3, new ArrayList<>());
    }
    var file = blockFiles().getFirst();
    var bytes = Files.readAllBytes(file);
    for (var at = 0; at < bytes.length; at += 1 + random.nextInt(9)) {
      var flipped = bytes.clone();
      flipped[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, flipped);
      try (var store = open()) {
        assertThat(store.blocks().damaged()).as("byte %d", at).hasSize(1);
        assertThat(store.blocks().vector(0)).isEmpty();
      }
    }
  }

  @Test
  void aTruncatedOrMissingBlockIsFoundBeforeItIsMapped() throws IOException {
    try (var store = open()) {
      append(store, 3, new ArrayList<>());
      append(store, 2, new ArrayList<>());
    }
    var files = blockFiles();
    Files.write(files.get(0), java.util.Arrays.copyOf(Files.readAllBytes(files.get(0)), 100));
    Files.delete(files.get(1));
    try (var store = open()) {
      assertThat(store.blocks().damaged())
          .hasSize(2)
          .allSatisfy(sentence -> assertThat(sentence).contains("codeintel index --full"));
    }
  }

  @Test
  void damagedBlocksAreSetAsideAndTheirOrdinalsAreNeverGivenAgain() throws IOException {
    var vectors = new ArrayList<float[]>();
    try (var store = open()) {
      append(store, 4, vectors);
      append(store, 5, vectors);
    }
    Files.write(blockFiles().get(0), new byte[] {1, 2, 3});
    try (var store = open()) {
      assertThat(store.setDamagedAside(CancelToken.create())).isTrue();
      assertThat(store.setDamagedAside(CancelToken.create())).isFalse();
      var blocks = store.blocks();
      assertThat(blocks.damaged()).isEmpty();
      assertThat(blocks.vector(0)).isEmpty();
      assertThat(floats(blocks.vector(4).orElseThrow())).isEqualTo(vectors.get(4));
      assertThat(append(store, 1, vectors)).isEqualTo(9);
    }
  }

  /**
   * A lost manifest brought back the one before, and with it ordinals that a commit already named.
   */
  @Test
  void afterADamagedManifestNoOrdinalIsGivenTwice() throws IOException {
    var vectors = new ArrayList<float[]>();
    try (var store = open()) {
      append(store, 4, vectors);
      append(store, 5, vectors);
    }
    Files.write(folder.resolve("manifest_2"), new byte[] {0});
    try (var store = open()) {
      assertThat(store.blocks().count()).isEqualTo(4);
      assertThat(append(store, 1, vectors)).isEqualTo(9);
      assertThat(store.blocks().count()).isEqualTo(5);
    }
  }

  /** A flipped length was believed before the checksum was: an error of the VM, at every start. */
  @Test
  void everyFlippedByteOfAManifestIsFoundBeforeItIsBelieved() throws IOException {
    var vectors = new ArrayList<float[]>();
    try (var store = open()) {
      append(store, 4, vectors);
      append(store, 5, vectors);
    }
    var file = folder.resolve("manifest_2");
    var bytes = Files.readAllBytes(file);
    var hugeName = bytes.clone();
    var length = CodecUtil.headerLength("CodeintelManifest") + Integer.BYTES + 1;
    System.arraycopy(new byte[] {-1, -1, -1, -1, 7}, 0, hugeName, length, 5);
    Files.write(file, hugeName);
    try (var store = open()) {
      assertThat(store.blocks().count()).isEqualTo(4);
    }
    for (var at = 0; at < bytes.length; at++) {
      for (var bit : new int[] {1, 0x40, 0x80}) {
        var flipped = bytes.clone();
        flipped[at] ^= (byte) bit;
        Files.write(file, flipped);
        try (var store = open()) {
          assertThat(store.blocks().count()).as("byte %d, bit %d", at, bit).isEqualTo(4);
        }
      }
    }
  }

  /** One failed read, as of a process out of file handles, and all vectors were forgotten. */
  @Test
  void aManifestThatCannotBeReadNowIsNoDamagedOne() {
    try (var store = open()) {
      append(store, 4, new ArrayList<>());
    }
    Storage failing =
        place ->
            new FilterDirectory(FSDirectory.open(place)) {
              @Override
              public IndexInput openInput(String name, IOContext context) throws IOException {
                if (name.startsWith("manifest_")) {
                  throw new FileSystemException(name, null, "Too many open files");
                }
                return super.openInput(name, context);
              }
            };
    try (var store = new VectorStore(failing, folder, IDENTITY, DIMENSION)) {
      assertThatThrownBy(() -> append(store, 1, new ArrayList<>()))
          .hasMessageContaining("Too many open files");
    }
    try (var store = open()) {
      assertThat(store.blocks().count()).isEqualTo(4);
    }
  }

  /** The same for a block: the run set it aside, and had its vectors made again. */
  @Test
  void aBlockThatCannotBeOpenedNowIsNotSetAside() throws IOException {
    try (var store = open()) {
      append(store, 4, new ArrayList<>());
    }
    var file = blockFiles().getFirst();
    Files.move(file, folder.resolve("elsewhere"));
    Files.createSymbolicLink(file, file.getFileName()); // opening it fails, and it is there
    try (var store = open()) {
      assertThatThrownBy(() -> store.setDamagedAside(CancelToken.create()))
          .hasMessageContaining("cannot be read");
    }
    Files.move(folder.resolve("elsewhere"), file, StandardCopyOption.REPLACE_EXISTING);
    try (var store = open()) {
      assertThat(store.blocks().count()).isEqualTo(4);
      assertThat(store.blocks().damaged()).isEmpty();
    }
  }

  /** Two appends between a reader's look at the folder and its open left it with no vectors. */
  @Test
  void aReaderWhoseManifestsWereReplacedStartsAgainAtTheNewest() {
    try (var writer = open()) {
      append(writer, 1, new ArrayList<>());
      var appended = new AtomicInteger();
      Storage overtaken =
          place ->
              new FilterDirectory(FSDirectory.open(place)) {
                @Override
                public String[] listAll() throws IOException {
                  var names = super.listAll();
                  while (appended.getAndIncrement() < 3) {
                    append(writer, 1, new ArrayList<>());
                  }
                  return names;
                }
              };
      try (var reader = new VectorStore(overtaken, folder, IDENTITY, DIMENSION)) {
        assertThat(reader.blocks().count()).isEqualTo(4);
      }
    }
  }

  /** Each try on a full disk left a piece of a block there, and filled it further. */
  @Test
  void aBlockThatCouldNotBeWrittenLeavesNothingBehind() throws IOException {
    for (var failAt = 1; ; failAt++) {
      var storage = new FaultyStorage(failAt);
      try (var store = new VectorStore(storage, folder, IDENTITY, DIMENSION)) {
        append(store, 2, new ArrayList<>());
        break;
      } catch (StoreException e) {
        var manifest = Files.exists(folder.resolve("manifest_1"));
        assertThat(blockFiles()).as("change %d: %s", failAt, e).hasSize(manifest ? 1 : 0);
        if (manifest) {
          break;
        }
      }
    }
  }

  /** An ordinal that overflows would be the id of no vector, or of another one. */
  @Test
  void aStoreThatHasGivenAllOrdinalsSaysSo() throws IOException {
    Files.createFile(folder.resolve("2147483500-100.vec"));
    try (var store = open()) {
      assertThatThrownBy(() -> append(store, 1, new ArrayList<>()))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("given all its ordinals");
      assertThat(store.blocks().count()).isZero();
    }
  }

  @Test
  void vectorsOfAnotherModelAreRefused() {
    try (var store = open()) {
      append(store, 2, new ArrayList<>());
    }
    try (var other = new VectorStore(Storage.DISK, folder, "other/1", DIMENSION)) {
      assertThat(other.blocks().damaged()).singleElement().asString().contains("header");
    }
  }

  @Test
  void aReaderSeesWhatAnotherProcessAppends() {
    try (var writer = open();
        var reader = open()) {
      assertThat(reader.blocks().count()).isZero();
      append(writer, 2, new ArrayList<>());
      assertThat(reader.blocks().count()).isEqualTo(2);
    }
  }

  @Test
  void impossibleBlocksAreRefused() {
    try (var store = open();
        var arena = Arena.ofConfined()) {
      var row = rows(arena, List.of(vector(random)));
      assertThatThrownBy(() -> store.append(List.of(), row, CancelToken.create()))
          .hasMessageContaining("1 to 256");
      assertThatThrownBy(() -> store.append(List.of(key(0), key(1)), row, CancelToken.create()))
          .hasMessageContaining("2 keys of dimension 24");
      assertThat(store.blocks().count()).isZero();
    }
  }

  private VectorStore open() {
    return new VectorStore(Storage.DISK, folder, IDENTITY, DIMENSION);
  }

  /** Appends random vectors under the keys of their positions in the list. */
  private int append(VectorStore store, int count, List<float[]> vectors) {
    var keys = new ArrayList<VectorKey>();
    var added = new ArrayList<float[]>();
    for (var i = 0; i < count; i++) {
      keys.add(key(vectors.size() + i));
      added.add(vector(random));
    }
    vectors.addAll(added);
    try (var arena = Arena.ofConfined()) {
      return store.append(keys, rows(arena, added), CancelToken.create());
    }
  }

  private static VectorKey key(int position) {
    return VectorKey.of(IDENTITY, "text " + position);
  }

  private static float[] vector(Random random) {
    var vector = new float[DIMENSION];
    for (var i = 0; i < DIMENSION; i++) {
      vector[i] = random.nextFloat() - 0.5f;
    }
    return vector;
  }

  private static MemorySegment rows(Arena arena, List<float[]> vectors) {
    var rows = arena.allocate(ValueLayout.JAVA_FLOAT, (long) vectors.size() * DIMENSION);
    for (var i = 0; i < vectors.size(); i++) {
      MemorySegment.copy(
          vectors.get(i),
          0,
          rows,
          ValueLayout.JAVA_FLOAT,
          (long) i * DIMENSION * Float.BYTES,
          DIMENSION);
    }
    return rows;
  }

  private static float[] floats(MemorySegment vector) {
    return vector.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
  }

  private List<Path> blockFiles() throws IOException {
    try (var files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".vec"))
          .sorted(Comparator.naturalOrder())
          .toList();
    }
  }
}
