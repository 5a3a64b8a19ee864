package dev.codeintel.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.git.BlameCache.Entry;
import dev.codeintel.testkit.Seeded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept about blame, and what becomes of it on a disk. */
class BlameCacheTest {

  private static final long PLENTY = 1L << 30;

  @TempDir private Path data;

  private PrivateFolder folder() {
    return new PrivateFolder(data.resolve("blame"));
  }

  /** As another process sees it. */
  private BlameCache fresh() {
    return fresh(PLENTY);
  }

  private BlameCache fresh(long bytesMax) {
    return new BlameCache(new BlameStore(folder(), bytesMax), "rules");
  }

  private static ObjectId id(int number) {
    return new ObjectId(number * 0x9E37_79B9, number, 3, 4, 5);
  }

  private static Region region(int start, int count, int commit, String path, int source) {
    return new Region(start, count, id(commit), path, source);
  }

  /** Each line from a commit, path and line that a seed decides: the truth of a file. */
  private static Entry whole(Random random, int lines) {
    var regions = new ArrayList<Region>();
    for (var at = 0; at < lines; ) {
      var count = Math.min(lines - at, 1 + random.nextInt(9));
      var path = random.nextInt(4) == 0 ? "src/\u00fc\u4e16\ud83d\ude00.c" : "src/a.c";
      regions.add(region(at, count, random.nextInt(20), path, random.nextInt(5_000)));
      at += count;
    }
    return new Entry(lines, Regions.sorted(regions));
  }

  /** Some lines of the truth, in any order and in pieces, as a question brings them. */
  private static Entry part(Random random, Entry whole) {
    var from = random.nextInt(whole.lines());
    var end = from + 1 + random.nextInt(whole.lines() - from);
    var pieces = new ArrayList<Region>();
    for (var line = from; line < end; line++) {
      var region = whole.within(line, line + 1).getFirst();
      pieces.add(region.part(line - region.start(), 1));
    }
    Collections.shuffle(pieces, random);
    return new Entry(whole.lines(), pieces);
  }

  private List<Path> files() throws IOException {
    try (var files = Files.list(folder().path())) {
      return files.sorted().toList();
    }
  }

  @Test
  void whatWasPutIsFoundByLaterProcesses() throws IOException {
    var entry = whole(Seeded.random(), 500);
    var cache = fresh();
    assertThat(cache.get(id(0), "a.c")).isEmpty();

    cache.put(id(0), "a.c", entry);

    assertThat(cache.get(id(0), "a.c")).contains(entry);
    assertThat(fresh().get(id(0), "a.c")).contains(entry);
    assertThat(fresh().get(id(0), "b.c")).isEmpty();
    assertThat(fresh().get(id(1), "a.c")).isEmpty();
    var others = new BlameCache(new BlameStore(folder(), PLENTY), "other rules");
    assertThat(others.get(id(0), "a.c")).isEmpty();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder().path())))
        .isEqualTo("rwx------");
  }

  /** Lines that an ignored revision brought were told under other rules. */
  @Test
  void otherRulesHaveOtherNames() {
    var none = Set.<ObjectId>of();
    assertThat(BlameCache.rules(Set.of(id(1), id(2)), none))
        .isEqualTo(BlameCache.rules(Set.of(id(2), id(1)), none))
        .isNotEqualTo(BlameCache.rules(Set.of(id(1)), none))
        .isNotEqualTo(BlameCache.rules(none, Set.of(id(1), id(2))))
        .isNotEqualTo(BlameCache.rules(Set.of(id(1), id(2)), Set.of(id(3))));
  }

  /** A second process never learned what the first had found since. */
  @Test
  void aProcessLearnsWhatOthersFind() {
    var one = new BlameStore(folder(), PLENTY, 0);
    var other = new BlameStore(folder(), PLENTY, 0);
    var entry = whole(Seeded.random(), 20);
    assertThat(new BlameCache(one, "r").get(id(0), "a.c")).isEmpty();

    new BlameCache(other, "r").put(id(0), "a.c", entry);

    assertThat(new BlameCache(one, "r").get(id(0), "a.c")).contains(entry);
  }

  /** Ten lines were asked for, then all, and the ten were lost, or the rest of them. */
  @Test
  void whatIsFoundLaterIsAdded() {
    var random = Seeded.random();
    for (var round = 0; round < 50; round++) {
      var whole = whole(random, 1 + random.nextInt(200));
      var cache = fresh();
      var expected = new boolean[whole.lines()];
      for (var i = 0; i < 5; i++) {
        var part = part(random, whole);
        part.regions().forEach(region -> expected[region.start()] = true);
        cache.put(id(round), "a.c", part);
      }
      for (var found : List.of(cache.get(id(round), "a.c"), fresh().get(id(round), "a.c"))) {
        var entry = found.orElseThrow();
        assertThat(entry.isValid()).isTrue();
        for (var line = 0; line < whole.lines(); line++) {
          assertThat(source(entry, line))
              .isEqualTo(expected[line] ? source(whole, line) : Optional.empty());
        }
        assertThat(entry.regions()).isEqualTo(Regions.sorted(entry.regions()));
      }
      cache.put(id(round), "a.c", whole);
      assertThat(fresh().get(id(round), "a.c")).contains(whole);
    }
  }

  private static Optional<Region> source(Entry entry, int line) {
    return entry.within(line, line + 1).stream()
        .map(region -> region.part(line - region.start(), 1))
        .findFirst();
  }

  /** Each stretch looked through all regions of a file, which may have as many as lines. */
  @Test
  void ofAStretchOnlyItsOwnRegionsAreLookedAt() {
    var entry =
        new Entry(
            20,
            List.of(
                region(2, 3, 1, "a.c", 0), region(5, 1, 2, "a.c", 0), region(9, 4, 1, "a.c", 7)));

    assertThat(entry.within(0, 2)).isEmpty();
    assertThat(entry.within(0, 3)).isEqualTo(entry.regions().subList(0, 1));
    assertThat(entry.within(4, 6)).isEqualTo(entry.regions().subList(0, 2));
    assertThat(entry.within(5, 9)).isEqualTo(entry.regions().subList(1, 2));
    assertThat(entry.within(6, 9)).isEmpty();
    assertThat(entry.within(8, 20)).isEqualTo(entry.regions().subList(2, 3));
    assertThat(entry.within(13, 20)).isEmpty();
  }

  /** Two answers to one question: the later one knows better, and the two are not mixed. */
  @Test
  void aContradictionReplaces() {
    var cache = fresh();
    cache.put(id(0), "a.c", new Entry(10, List.of(region(0, 10, 1, "a.c", 0))));

    var other = new Entry(10, List.of(region(4, 2, 2, "a.c", 7)));
    cache.put(id(0), "a.c", other);
    assertThat(fresh().get(id(0), "a.c")).contains(other);

    var longer = new Entry(11, List.of(region(10, 1, 2, "a.c", 7)));
    cache.put(id(0), "a.c", longer);
    assertThat(fresh().get(id(0), "a.c")).contains(longer);
  }

  /** What is impossible was kept, and broke the one who read it. */
  @Test
  void nonsenseIsNotKept() {
    var cache = fresh();
    cache.put(id(0), "a.c", new Entry(3, List.of(region(2, 2, 1, "a.c", 0))));
    cache.put(id(1), "a.c", new Entry(3, List.of(region(-1, 2, 1, "a.c", 0))));
    cache.put(id(2), "a.c", new Entry(3, List.of(region(0, 0, 1, "a.c", 0))));
    cache.put(
        id(3), "a.c", new Entry(3, List.of(region(0, 2, 1, "a", 0), region(1, 1, 1, "b", 0))));
    cache.put(id(4), "\uFFFD.c", new Entry(1, List.of(region(0, 1, 1, "a.c", 0))));

    for (var i = 0; i < 4; i++) {
      assertThat(cache.get(id(i), "a.c")).isEmpty();
    }
    assertThat(cache.get(id(4), "\uFFFD.c")).isEmpty(); // two such paths may look alike
  }

  /** A damaged file was believed. */
  @Test
  void damageIsAMiss() throws IOException {
    var entry = whole(Seeded.random(), 60);
    fresh().put(id(0), "a.c", entry);
    var file = files().getFirst();
    var bytes = Files.readAllBytes(file);
    var key = new BlameRecord.Key(id(0), "a.c", "rules");
    assertThat(BlameRecord.decode(key, bytes)).contains(entry);

    for (var bit = 0; bit < 8 * bytes.length; bit++) {
      var damaged = bytes.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(BlameRecord.decode(key, damaged)).as("bit %d", bit).isEmpty();
    }
    for (var length = 0; length < bytes.length; length++) {
      assertThat(BlameRecord.decode(key, Arrays.copyOf(bytes, length))).isEmpty();
    }
    assertThat(BlameRecord.decode(key, Arrays.copyOf(bytes, bytes.length + 1))).isEmpty();

    Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
    var cache = fresh();
    assertThat(cache.get(id(0), "a.c")).isEmpty();
    cache.put(id(0), "a.c", entry);
    assertThat(fresh().get(id(0), "a.c")).contains(entry);
  }

  /** Two keys with one name: the answer for one was given for the other. */
  @Test
  void anEntryOfAnotherKeyIsAMiss() throws IOException {
    var entry = whole(Seeded.random(), 60);
    fresh().put(id(0), "a.c", entry);
    var other = new BlameRecord.Key(id(0), "b.c", "rules");
    Files.move(files().getFirst(), folder().file(other.fileName()));

    assertThat(fresh().get(id(0), "b.c")).isEmpty();
  }

  /** What a killed process leaves was read, or lay there for ever. */
  @Test
  void whatAKilledWriterLeftIsRemoved() throws IOException {
    folder().create();
    var old = Files.writeString(folder().file("1.partial"), "half");
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minusSeconds(8_000)));
    var recent = Files.writeString(folder().file("2.partial"), "half");

    fresh().put(id(0), "a.c", whole(Seeded.random(), 5));

    assertThat(old).doesNotExist();
    assertThat(recent).exists(); // somebody may be writing it
  }

  /** The folder grew without end, or what was just used went first. */
  @Test
  void theOldestGoWhenThereIsNoRoom() throws IOException {
    var blocks = 20;
    var random = Seeded.random();
    var cache = fresh(blocks * 4_096L);
    for (var i = 0; i < blocks; i++) {
      cache.put(id(i), "a.c", whole(random, 30));
      var key = new BlameRecord.Key(id(i), "a.c", "rules");
      var used = Instant.now().minusSeconds(100_000 + i);
      Files.setLastModifiedTime(folder().file(key.fileName()), FileTime.from(used));
    }
    assertThat(fresh().get(id(19), "a.c")).isPresent(); // the oldest is used

    cache.put(id(20), "a.c", whole(random, 30));

    assertThat(fresh().get(id(18), "a.c")).isEmpty();
    assertThat(fresh().get(id(19), "a.c")).isPresent();
    assertThat(fresh().get(id(20), "a.c")).isPresent();
    for (var i = 21; i < 100; i++) {
      cache.put(id(i), "a.c", whole(random, 30));
      assertThat(files()).hasSizeBetween(blocks / 2, blocks);
    }
  }

  /** Writers and readers of the same entries, in two processes: nobody may see a lie. */
  @Test
  void manyMayReadAndWrite() throws Exception {
    var random = Seeded.random();
    var files = new ArrayList<Entry>();
    for (var i = 0; i < 8; i++) {
      files.add(whole(random, 50 + random.nextInt(100)));
    }
    var stores = List.of(new BlameStore(folder(), 40_000, 0), new BlameStore(folder(), 40_000, 0));
    var work = new ArrayList<Callable<Integer>>();
    for (var worker = 0; worker < 8; worker++) {
      var seed = random.nextLong();
      var cache = new BlameCache(stores.get(worker % 2), "rules");
      work.add(() -> readAndWrite(cache, files, new Random(seed)));
    }
    try (var pool = Executors.newFixedThreadPool(work.size())) {
      var hits = 0;
      for (var done : pool.invokeAll(work)) {
        hits += done.get();
      }
      assertThat(hits).isGreaterThan(100);
    }
  }

  private static int readAndWrite(BlameCache cache, List<Entry> files, Random random) {
    var hits = 0;
    for (var i = 0; i < 200; i++) {
      var number = random.nextInt(files.size());
      var truth = files.get(number);
      cache.put(id(number), "a.c", part(random, truth));
      var asked = random.nextInt(files.size());
      var found = cache.get(id(asked), "a.c");
      if (found.isPresent()) {
        hits++;
        assertThat(found.get().with(files.get(asked))).isEqualTo(files.get(asked));
        assertThat(files.get(asked).with(found.get())).isEqualTo(files.get(asked));
      }
    }
    return hits;
  }

  /** A full disk or a read-only folder ended the call. */
  @Test
  void aFolderThatCannotBeWrittenCostsNothingButSpeed() throws IOException {
    Files.writeString(folder().path(), "a file where the folder should be");
    var entry = whole(Seeded.random(), 30);
    var cache = fresh();

    cache.put(id(0), "a.c", entry);

    assertThat(cache.get(id(0), "a.c")).contains(entry); // from memory
    assertThat(fresh().get(id(0), "a.c")).isEmpty();
  }

  @Test
  void aCacheThatKeepsNothingKeepsNothing() {
    var none = BlameCache.none();
    none.put(id(0), "a.c", whole(Seeded.random(), 3));
    assertThat(none.get(id(0), "a.c")).isEmpty();
  }

  /** Memory grew with each file that was ever blamed; what left it was lost. */
  @Test
  void whatLeftMemoryIsReadFromDisk() {
    var random = Seeded.random();
    var cache = fresh();
    var entries = new ArrayList<Entry>();
    for (var i = 0; i < 12; i++) {
      entries.add(whole(random, 60_000));
      cache.put(id(i), "a.c", entries.get(i));
    }
    for (var i = 0; i < 12; i++) {
      assertThat(cache.get(id(i), "a.c")).contains(entries.get(i));
    }
  }
}
