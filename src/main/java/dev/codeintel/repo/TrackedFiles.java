package dev.codeintel.repo;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CancelToken;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * The names of the files that git tracks, out of its index file, versions 2 to 4. Not JGit's
 * DirCache: it keeps every entry whole, so that a crafted index of a megabyte (version 4 shares
 * prefixes) takes gigabytes, and it throws on sparse indexes.
 */
final class TrackedFiles {

  private static final int FLAG_EXTENDED = 0x4000;
  private static final int MODE_KIND = 0170000;
  private static final int MODE_FILE = 0100000;

  private TrackedFiles() {}

  /**
   * @param hashBytes how long an object's name is: 20, or 32 in SHA-256 repositories
   * @param wanted which names to keep
   * @return the names of regular files that are wanted, in the index's order
   * @throws IOException when the index is damaged, or split over two files
   */
  static List<String> read(Path index, int hashBytes, Predicate<String> wanted, CancelToken cancel)
      throws IOException {
    var names = new ArrayList<String>();
    if (!Files.isRegularFile(index, LinkOption.NOFOLLOW_LINKS)) {
      return names;
    }
    try (var in =
        new DataInputStream(
            new BufferedInputStream(
                Files.newInputStream(index, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)))) {
      if (in.readInt() != 0x44495243) { // DIRC
        throw new IOException("no index of git");
      }
      var version = in.readInt();
      if (version < 2 || version > 4) {
        throw new IOException("index version " + version);
      }
      var count = in.readInt();
      var name = new byte[Limits.PATH_CHARS_MAX];
      var length = 0;
      for (var i = 0; i < count; i++) {
        cancel.check();
        in.skipNBytes(24);
        var mode = in.readInt();
        in.skipNBytes(12 + hashBytes);
        var flags = in.readUnsignedShort();
        var header = 40 + hashBytes + 2;
        if (version >= 3 && (flags & FLAG_EXTENDED) != 0) {
          in.skipNBytes(2);
          header += 2;
        }
        var kept = version == 4 ? length - offset(in) : 0;
        if (kept < 0) {
          throw new IOException("an entry has no name");
        }
        length = suffix(in, name, kept);
        if (version < 4) {
          // One NUL was read; names are padded with more to a multiple of eight bytes.
          in.skipNBytes(7 - (header + length) % 8);
        }
        if ((mode & MODE_KIND) == MODE_FILE) {
          var text = new String(name, 0, length, StandardCharsets.UTF_8);
          if (!text.isEmpty() && wanted.test(text)) {
            names.add(text);
          }
        }
      }
      if (split(in, hashBytes)) {
        throw new IOException("the index is split");
      }
      return names;
    }
  }

  /** How much of the last name is dropped: git's varint, in which each length has one form. */
  private static int offset(DataInputStream in) throws IOException {
    var b = in.readUnsignedByte();
    long value = b & 0x7F;
    while ((b & 0x80) != 0) {
      b = in.readUnsignedByte();
      value = (value + 1 << 7) + (b & 0x7F);
      if (value > Integer.MAX_VALUE) {
        throw new IOException("an entry's name is damaged");
      }
    }
    return (int) value;
  }

  private static int suffix(DataInputStream in, byte[] name, int from) throws IOException {
    var length = from;
    for (var b = in.readByte(); b != 0; b = in.readByte()) {
      if (length == name.length) {
        throw new IOException("a name is longer than " + name.length + " bytes");
      }
      name[length++] = b;
    }
    return length;
  }

  /** Whether an extension says that the rest of the entries lies in another file. */
  private static boolean split(DataInputStream in, int hashBytes) throws IOException {
    var head = new byte[8];
    while (true) {
      var read = in.readNBytes(head, 0, head.length);
      if (read < head.length) {
        return false;
      }
      if (Arrays.equals(head, 0, 4, new byte[] {'l', 'i', 'n', 'k'}, 0, 4)) {
        return true;
      }
      for (var i = 0; i < 4; i++) {
        if (head[i] < 'A' || head[i] > 'z') {
          return false; // the checksum at the end
        }
      }
      var size = java.nio.ByteBuffer.wrap(head).getInt(4);
      try {
        in.skipNBytes(Integer.toUnsignedLong(size));
      } catch (EOFException e) {
        return false; // the checksum looked like an extension
      }
    }
  }
}
