package dev.codeintel.repo;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.Log;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/**
 * The names of the files that git tracks, out of its index file, versions 2 to 4. Not JGit's
 * DirCache: it keeps every entry whole, so that a crafted index of a megabyte (version 4 shares
 * prefixes) takes gigabytes, and it throws on sparse indexes.
 */
final class TrackedFiles {

  private static final int FLAG_EXTENDED = 0x4000;
  private static final int MODE_KIND = 0170000;
  private static final int MODE_FILE = 0100000;
  private static final int MODE_LINK = 0120000;
  private static final int MODE_FOLDER = 0040000;
  private static final int LINK_BYTES_MAX = 16 << 20;

  private TrackedFiles() {}

  /**
   * Calls back with the names of regular files and links, in the index's order; where the index is
   * split, those of the shared part come last.
   *
   * @param hashBytes how long an object's name is: 20, or 32 in SHA-256 repositories
   * @throws IOException when the index is damaged
   */
  static void read(Path index, int hashBytes, Consumer<String> visitor, CancelToken cancel)
      throws IOException {
    visit(
        index,
        hashBytes,
        cancel,
        (mode, name) -> {
          var kind = mode & MODE_KIND;
          if (kind == MODE_FILE || kind == MODE_LINK) {
            visitor.accept(name);
          }
        });
  }

  /** Looks a path up; a folder is not tracked, whatever lies in it. */
  static Tracking tracking(Path index, int hashBytes, String path, CancelToken cancel) {
    var found = new Tracking[] {Tracking.UNTRACKED};
    try {
      visit(
          index,
          hashBytes,
          cancel,
          (mode, name) -> {
            if (name.equals(path)) {
              found[0] = Tracking.TRACKED;
            } else if ((mode & MODE_KIND) == MODE_FOLDER && path.startsWith(name)) {
              found[0] = Tracking.UNKNOWN;
            }
          });
      return found[0];
    } catch (IOException e) {
      Log.warning("Index not readable", "path", index, "reason", e.getMessage());
      return found[0] == Tracking.TRACKED ? Tracking.TRACKED : Tracking.UNKNOWN;
    }
  }

  private interface Visitor {
    void entry(int mode, String name);
  }

  /** All entries of an index and, where it is split, those of its shared part that still count. */
  private static void visit(Path index, int hashBytes, CancelToken cancel, Visitor visitor)
      throws IOException {
    if (!Files.isRegularFile(index, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    var link = entries(index, hashBytes, cancel, position -> true, visitor);
    if (link.isPresent()) {
      if (link.get().length < hashBytes) {
        throw new IOException("the index is split, and its shared part has no name");
      }
      var shared =
          index.resolveSibling("sharedindex." + HexFormat.of().formatHex(link.get(), 0, hashBytes));
      if (!Files.isRegularFile(shared, LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException("the index is split, and its shared part is missing");
      }
      var deleted = deleted(link.get(), hashBytes, Files.size(shared) / hashBytes);
      entries(shared, hashBytes, cancel, position -> !deleted.get(position), visitor);
    }
  }

  /**
   * Reads one file.
   *
   * @return the extension that says that there is a shared part, and what of it counts no more
   */
  private static Optional<byte[]> entries(
      Path index, int hashBytes, CancelToken cancel, IntPredicate counts, Visitor visitor)
      throws IOException {
    try (var in =
        new Input(
            Files.newInputStream(index, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
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
        if (length > 0 && counts.test(i)) { // one without a name is for an entry of a shared part
          visitor.entry(mode, new String(name, 0, length, StandardCharsets.UTF_8));
        }
      }
      return link(in);
    }
  }

  /** A DataInputStream without locks: every byte of a name is looked at. */
  private static final class Input implements Closeable {

    private final InputStream in;
    private final byte[] buffer = new byte[1 << 16];
    private int at;
    private int end;

    Input(InputStream in) {
      this.in = in;
    }

    int readUnsignedByte() throws IOException {
      if (at == end && !fill()) {
        throw new EOFException("the index is cut");
      }
      return buffer[at++] & 0xFF;
    }

    int readUnsignedShort() throws IOException {
      return readUnsignedByte() << 8 | readUnsignedByte();
    }

    int readInt() throws IOException {
      return readUnsignedShort() << 16 | readUnsignedShort();
    }

    int readNBytes(byte[] bytes, int from, int count) throws IOException {
      var read = 0;
      while (read < count && (at < end || fill())) {
        var part = Math.min(count - read, end - at);
        System.arraycopy(buffer, at, bytes, from + read, part);
        at += part;
        read += part;
      }
      return read;
    }

    byte[] readNBytes(int count) throws IOException {
      var bytes = new byte[count];
      return Arrays.copyOf(bytes, readNBytes(bytes, 0, count));
    }

    void skipNBytes(long count) throws IOException {
      var buffered = (int) Math.min(count, end - at);
      at += buffered;
      in.skipNBytes(count - buffered);
    }

    private boolean fill() throws IOException {
      at = 0;
      end = Math.max(0, in.read(buffer));
      return end > 0;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  /** How much of the last name is dropped: git's varint, in which each length has one form. */
  private static int offset(Input in) throws IOException {
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

  private static int suffix(Input in, byte[] name, int from) throws IOException {
    var length = from;
    for (var b = in.readUnsignedByte(); b != 0; b = in.readUnsignedByte()) {
      if (length == name.length) {
        throw new IOException("a name is longer than " + name.length + " bytes");
      }
      name[length++] = (byte) b;
    }
    return length;
  }

  /** The extension that says that the rest of the entries lies in another file. */
  private static Optional<byte[]> link(Input in) throws IOException {
    var head = new byte[8];
    while (true) {
      var read = in.readNBytes(head, 0, head.length);
      if (read < head.length) {
        return Optional.empty();
      }
      var size = Integer.toUnsignedLong(ByteBuffer.wrap(head).getInt(4));
      if (new String(head, 0, 4, StandardCharsets.ISO_8859_1).equals("link")) {
        if (size > LINK_BYTES_MAX) {
          throw new IOException("the index is split, and very much of it has changed");
        }
        return Optional.of(in.readNBytes((int) size));
      }
      for (var i = 0; i < 4; i++) {
        if (head[i] < 'A' || head[i] > 'z') {
          return Optional.empty(); // the checksum at the end
        }
      }
      try {
        in.skipNBytes(size);
      } catch (EOFException e) {
        return Optional.empty(); // the checksum looked like an extension
      }
    }
  }

  /**
   * Which entries of the shared part count no more: the first bitmap behind its name, in the form
   * of EWAH. A word of 64 bits says how many words of only zeros or ones follow, and how many words
   * as they are.
   *
   * @param countMax more entries than the shared part can have
   */
  private static BitSet deleted(byte[] link, int hashBytes, long countMax) throws IOException {
    var deleted = new BitSet();
    if (link.length == hashBytes) {
      return deleted;
    }
    try {
      var in = ByteBuffer.wrap(link, hashBytes, link.length - hashBytes);
      in.getInt(); // how many bits; the words say it, too
      var words = in.getInt();
      var at = 0L;
      for (var i = 0; i < words; i++) {
        var marker = in.getLong();
        var run = (marker >>> 1 & 0xFFFF_FFFFL) * 64;
        if ((marker & 1) != 0) {
          deleted.set((int) Math.min(at, countMax), (int) Math.min(at + run, countMax));
        }
        at += run;
        for (var literals = marker >>> 33; literals > 0; literals--, i++, at += 64) {
          var word = in.getLong();
          for (var bit = 0; bit < 64 && at + bit < countMax; bit++) {
            deleted.set((int) (at + bit), (word >>> bit & 1) != 0);
          }
        }
      }
      return deleted;
    } catch (BufferUnderflowException e) {
      throw new IOException("the index is split, and what changed is damaged", e);
    }
  }
}
