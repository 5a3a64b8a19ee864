package dev.codeintel.git;

import dev.codeintel.git.BlameCache.Entry;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;

/**
 * An entry of the blame cache as a file: magic, version, the whole key, the commits and paths that
 * occur, the regions, a checksum of all. Numbers are little: seven bits a byte. Whatever is not
 * exactly that is no entry.
 */
final class BlameRecord {

  private static final byte[] MAGIC = {'C', 'I', 'B', 'L', 1};
  private static final int CHECKSUM_BYTES = 16;
  private static final int NAME_DIGITS = 16;

  private BlameRecord() {}

  /**
   * @param rules see {@link BlameCache}
   */
  record Key(ObjectId commit, String path, String rules) {

    /** Of the file; its first forty letters name the commit. */
    String fileName() {
      var digest = sha256(utf8(rules + "\0" + path));
      return commit.name() + "-" + HexFormat.of().formatHex(digest).substring(0, NAME_DIGITS);
    }
  }

  /**
   * @param entry valid
   */
  static byte[] encode(Key key, Entry entry) {
    var commits = new LinkedHashMap<ObjectId, Integer>();
    var paths = new LinkedHashMap<String, Integer>();
    for (var region : entry.regions()) {
      commits.putIfAbsent(region.commit(), commits.size());
      paths.putIfAbsent(region.path(), paths.size());
    }
    var out = new ByteArrayOutputStream();
    out.writeBytes(MAGIC);
    writeKey(out, key);
    writeNumber(out, entry.lines());
    writeNumber(out, commits.size());
    commits.keySet().forEach(commit -> writeId(out, commit));
    writeNumber(out, paths.size());
    paths.keySet().forEach(path -> writeText(out, path));
    writeRegions(out, entry.regions(), commits, paths);
    out.writeBytes(checksum(out.toByteArray()));
    return out.toByteArray();
  }

  private static void writeKey(ByteArrayOutputStream out, Key key) {
    writeId(out, key.commit);
    writeText(out, key.path);
    writeText(out, key.rules);
  }

  private static void writeRegions(
      ByteArrayOutputStream out,
      List<Region> regions,
      Map<ObjectId, Integer> commits,
      Map<String, Integer> paths) {
    writeNumber(out, regions.size());
    var end = 0;
    for (var region : regions) {
      writeNumber(out, region.start() - end);
      writeNumber(out, region.count());
      writeNumber(out, commits.get(region.commit()));
      writeNumber(out, paths.get(region.path()));
      writeNumber(out, region.sourceStart());
      end = region.end();
    }
  }

  /** What a file says of a key; empty when it is damaged, old, or about something else. */
  static Optional<Entry> decode(Key key, byte[] bytes) {
    var end = bytes.length - CHECKSUM_BYTES;
    if (end < MAGIC.length
        || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
        || !Arrays.equals(
            bytes, end, bytes.length, checksum(Arrays.copyOf(bytes, end)), 0, CHECKSUM_BYTES)) {
      return Optional.empty();
    }
    var expected = new ByteArrayOutputStream();
    writeKey(expected, key);
    var in = ByteBuffer.wrap(bytes, MAGIC.length, end - MAGIC.length);
    try {
      var entry = isNext(in, expected.toByteArray()) ? readEntry(in) : Optional.<Entry>empty();
      return entry.filter(_ -> !in.hasRemaining()).filter(Entry::isValid);
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      return Optional.empty(); // written by another version that has our checksum
    }
  }

  private static boolean isNext(ByteBuffer in, byte[] expected) {
    if (in.remaining() < expected.length) {
      return false;
    }
    var found = new byte[expected.length];
    in.get(found);
    return Arrays.equals(found, expected);
  }

  private static Optional<Entry> readEntry(ByteBuffer in) {
    var lines = readNumber(in);
    var commits = new ArrayList<ObjectId>();
    for (var left = readNumber(in); left > 0; left--) {
      var id = new byte[Constants.OBJECT_ID_LENGTH];
      in.get(id);
      commits.add(ObjectId.fromRaw(id));
    }
    var paths = new ArrayList<String>();
    for (var left = readNumber(in); left > 0; left--) {
      paths.add(readText(in));
    }
    var regions = new ArrayList<Region>();
    var end = 0;
    for (var left = readNumber(in); left > 0; left--) {
      var start = end + readNumber(in);
      var count = readNumber(in);
      var commit = commits.get(readNumber(in));
      var path = paths.get(readNumber(in));
      regions.add(new Region(start, count, commit, path, readNumber(in)));
      end = start + count;
    }
    return Optional.of(new Entry(lines, regions));
  }

  private static void writeId(ByteArrayOutputStream out, ObjectId id) {
    var bytes = new byte[Constants.OBJECT_ID_LENGTH];
    id.copyRawTo(bytes, 0);
    out.writeBytes(bytes);
  }

  private static void writeText(ByteArrayOutputStream out, String text) {
    var bytes = utf8(text);
    writeNumber(out, bytes.length);
    out.writeBytes(bytes);
  }

  private static String readText(ByteBuffer in) {
    var length = readNumber(in);
    if (length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    var bytes = new byte[length];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static void writeNumber(ByteArrayOutputStream out, int number) {
    var left = number;
    while (left > 0x7F) {
      out.write(left | 0x80);
      left >>>= 7;
    }
    out.write(left);
  }

  private static int readNumber(ByteBuffer in) {
    var number = 0;
    for (var shift = 0; shift < Integer.SIZE; shift += 7) {
      var next = in.get();
      number |= (next & 0x7F) << shift;
      if (next >= 0) {
        return Math.max(0, number);
      }
    }
    throw new BufferUnderflowException();
  }

  private static byte[] checksum(byte[] bytes) {
    return Arrays.copyOf(sha256(bytes), CHECKSUM_BYTES);
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256.", e);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
