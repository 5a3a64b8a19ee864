package dev.codeintel.store;

import dev.codeintel.ops.Log;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;

/**
 * Names the blocks of a vector store. Written beside, synced and renamed; the last two are kept,
 * and a damaged one is passed over for the one before.
 *
 * @param generation counts manifests, from 1; 0 for the empty one
 * @param nextOrdinal the first ordinal that was never given
 * @param blocks in order of their ordinals
 */
record Manifest(long generation, int nextOrdinal, List<Block> blocks) {

  static final Manifest EMPTY = new Manifest(0, 0, List.of());

  private static final String CODEC = "CodeintelManifest";
  private static final int VERSION = 1;
  private static final String PREFIX = "manifest_";
  private static final String PENDING = "pending_manifest";
  private static final int KEPT = 2;

  /** How often a reader starts again because what it was to read was replaced meanwhile. */
  private static final int STARTS_MAX = 100;

  /**
   * A block file.
   *
   * @param first ordinal of its first vector
   * @param count vectors
   * @param checksum CRC-32 of the file, as in its footer
   */
  record Block(String name, int first, int count, long checksum) {

    int end() {
      return first + count;
    }

    /** Says in a commit which bytes a reader must find. */
    String reference() {
      return "%s:%08x".formatted(name, checksum);
    }
  }

  /**
   * The newest that is sound. One that cannot be read at the moment is no damaged one: to pass it
   * over would be to forget all that it names.
   */
  static Manifest newest(Directory directory) throws IOException {
    for (var start = 1; ; start++) {
      try {
        return newestOfThoseListed(directory);
      } catch (NoSuchFileException | FileNotFoundException e) {
        if (start == STARTS_MAX) {
          throw e;
        }
      }
    }
  }

  private static Manifest newestOfThoseListed(Directory directory) throws IOException {
    for (var generation : generations(directory)) {
      var manifest = read(directory, generation);
      if (manifest.isPresent()) {
        return manifest.get();
      }
    }
    return EMPTY;
  }

  /** The newest generation that has a file, damaged or not; 0 without one. */
  static long newestGeneration(Directory directory) throws IOException {
    var generations = generations(directory);
    return generations.isEmpty() ? 0 : generations.getFirst();
  }

  private static Optional<Manifest> read(Directory directory, long generation) throws IOException {
    try (var in = directory.openInput(PREFIX + generation, IOContext.READONCE)) {
      CodecUtil.checksumEntireFile(in); // before any length in it is believed
      in.seek(0);
      CodecUtil.checkHeader(in, CODEC, VERSION, VERSION);
      var nextOrdinal = in.readInt();
      var blocks = new ArrayList<Block>();
      for (var left = in.readVInt(); left > 0; left--) {
        blocks.add(new Block(in.readString(), in.readInt(), in.readInt(), in.readLong()));
      }
      return Optional.of(new Manifest(generation, nextOrdinal, List.copyOf(blocks)));
    } catch (CorruptIndexException
        | IndexFormatTooNewException
        | IndexFormatTooOldException
        | EOFException e) {
      Log.warning("Manifest passed over", "generation", generation, "reason", e.getMessage());
      return Optional.empty();
    }
  }

  void write(Directory directory) throws IOException {
    if (Arrays.asList(directory.listAll()).contains(PENDING)) {
      directory.deleteFile(PENDING);
    }
    try (var out = directory.createOutput(PENDING, IOContext.DEFAULT)) {
      CodecUtil.writeHeader(out, CODEC, VERSION);
      out.writeInt(nextOrdinal);
      out.writeVInt(blocks.size());
      for (var block : blocks) {
        out.writeString(block.name);
        out.writeInt(block.first);
        out.writeInt(block.count);
        out.writeLong(block.checksum);
      }
      CodecUtil.writeFooter(out);
    }
    directory.sync(List.of(PENDING));
    directory.rename(PENDING, PREFIX + generation);
    directory.syncMetaData();
    for (var old : generations(directory).stream().skip(KEPT).toList()) {
      directory.deleteFile(PREFIX + old);
    }
  }

  private static List<Long> generations(Directory directory) throws IOException {
    return Arrays.stream(directory.listAll())
        .filter(name -> name.startsWith(PREFIX))
        .map(name -> Long.parseLong(name.substring(PREFIX.length())))
        .sorted(Comparator.reverseOrder())
        .toList();
  }
}
