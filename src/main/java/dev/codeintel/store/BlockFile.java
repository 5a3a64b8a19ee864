package dev.codeintel.store;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.zip.CRC32;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;

/**
 * An immutable file of vectors with their keys, little-endian:
 *
 * <pre>
 * header   64 bytes: magic (8), version (4), dimension (4), first ordinal (4), count (4), identity digest (16), zeros
 * keys     count * 16 bytes, then zeros up to a multiple of 64
 * vectors  count * dimension floats of unit norm
 * footer   16 bytes: Lucene's, with the CRC-32 of all before it
 * </pre>
 *
 * <p>It is mapped read-only, verified in the mapped bytes, and read from them: a file is never
 * checked by name and opened again by name.
 */
final class BlockFile {

  private static final long MAGIC = 0x31434556_54454943L; // "CIETVEC1"
  private static final int VERSION = 1;
  private static final int ALIGNMENT = 64;
  private static final int HEADER_BYTES = 64;
  private static final ValueLayout.OfInt INT =
      JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong BIG_LONG =
      JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final MemorySegment bytes;
  private final Manifest.Block block;
  private final int dimension;

  private BlockFile(MemorySegment bytes, Manifest.Block block, int dimension) {
    this.bytes = bytes;
    this.block = block;
    this.dimension = dimension;
  }

  static Manifest.Block write(
      Directory directory,
      String name,
      VectorKey identity,
      int dimension,
      int first,
      List<VectorKey> keys,
      MemorySegment vectors)
      throws IOException {
    try (var out = directory.createOutput(name, IOContext.DEFAULT)) {
      out.writeLong(MAGIC);
      out.writeInt(VERSION);
      out.writeInt(dimension);
      out.writeInt(first);
      out.writeInt(keys.size());
      out.writeLong(identity.high());
      out.writeLong(identity.low());
      out.alignFilePointer(ALIGNMENT);
      for (var key : keys) {
        out.writeLong(key.high());
        out.writeLong(key.low());
      }
      out.alignFilePointer(ALIGNMENT);
      var floats = vectors.toArray(ValueLayout.JAVA_BYTE);
      out.writeBytes(floats, floats.length);
      CodecUtil.writeFooter(out);
    }
    directory.sync(List.of(name));
    try (var in = directory.openInput(name, IOContext.READONCE)) {
      // Read back from the file, not from the counter of what was written: a lost write must not be
      // named.
      return new Manifest.Block(name, first, keys.size(), CodecUtil.checksumEntireFile(in));
    }
  }

  /**
   * Maps a block and verifies every byte of it.
   *
   * @throws StoreException {@code index-damaged} when the file is not what the manifest names;
   *     {@code internal} when it cannot be read now, which says nothing of its bytes
   */
  static BlockFile map(Path folder, Manifest.Block block, VectorKey identity, int dimension) {
    var file = folder.resolve(block.name());
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      var wanted =
          vectorsOffset(block.count())
              + (long) block.count() * dimension * Float.BYTES
              + CodecUtil.footerLength();
      if (channel.size() != wanted) {
        throw StoreException.damaged(
            file, "%d bytes, expected %d".formatted(channel.size(), wanted));
      }
      // The collector unmaps it: a vector in use keeps its mapping, so no search can race an unmap.
      var bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, wanted, Arena.ofAuto());
      verify(file, bytes, block, identity, dimension);
      return new BlockFile(bytes, block, dimension);
    } catch (NoSuchFileException e) {
      throw StoreException.damaged(file, "it is gone");
    } catch (IOException e) {
      throw StoreException.io(file, e);
    }
  }

  private static void verify(
      Path file, MemorySegment bytes, Manifest.Block block, VectorKey identity, int dimension) {
    var crc = new CRC32();
    crc.update(bytes.asSlice(0, bytes.byteSize() - Long.BYTES).asByteBuffer());
    var stored = bytes.get(BIG_LONG, bytes.byteSize() - Long.BYTES);
    if (crc.getValue() != block.checksum() || stored != block.checksum()) {
      throw StoreException.damaged(
          file, "checksum %08x, expected %08x".formatted(crc.getValue(), block.checksum()));
    }
    var expected =
        bytes.get(LONG, 0) == MAGIC
            && bytes.get(INT, 8) == VERSION
            && bytes.get(INT, 12) == dimension
            && bytes.get(INT, 16) == block.first()
            && bytes.get(INT, 20) == block.count()
            && bytes.get(LONG, 24) == identity.high()
            && bytes.get(LONG, 32) == identity.low();
    if (!expected) {
      throw StoreException.damaged(file, "its header is that of another block");
    }
  }

  private static long vectorsOffset(int count) {
    var end = HEADER_BYTES + (long) count * VectorKey.BYTES;
    return (end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  Manifest.Block block() {
    return block;
  }

  VectorKey key(int position) {
    var at = HEADER_BYTES + (long) position * VectorKey.BYTES;
    return new VectorKey(bytes.get(LONG, at), bytes.get(LONG, at + Long.BYTES));
  }

  /** All vectors, {@code count * dimension} floats. */
  MemorySegment vectors() {
    return bytes.asSlice(
        vectorsOffset(block.count()), (long) block.count() * dimension * Float.BYTES);
  }
}
