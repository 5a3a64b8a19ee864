package dev.codeintel.faiss;

import static dev.codeintel.faiss.Native.check;
import static dev.codeintel.faiss.Native.checkAddition;

import dev.codeintel.faiss.capi.FaissC;
import dev.codeintel.faiss.capi.faiss_CustomIOReader_new$func_in;
import dev.codeintel.faiss.capi.faiss_CustomIOWriter_new$func_in;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * An index to bytes and back: by our additions, or by FAISS's callbacks where a library does not
 * have them. An exception out of a callback ends the VM, so a callback catches everything,
 * remembers it, and reports a short write, on which FAISS gives up.
 */
final class IndexBytes {

  private static final int NO_FLAGS = 0;

  private IndexBytes() {}

  static MemorySegment readMemory(MemorySegment bytes) {
    try (var arena = Arena.ofConfined()) {
      var out = Native.outPointer(arena);
      checkAddition("fx_read_mem", FaissC.fx_read_mem(bytes, bytes.byteSize(), NO_FLAGS, out));
      return Native.pointerAt(out);
    }
  }

  static MemorySegment writeMemory(MemorySegment index, Arena owner) {
    try (var arena = Arena.ofConfined()) {
      var out = Native.outPointer(arena);
      var size = arena.allocate(ValueLayout.JAVA_LONG);
      checkAddition("fx_write_mem", FaissC.fx_write_mem(index, out, size));
      return Native.pointerAt(out)
          .reinterpret(size.get(ValueLayout.JAVA_LONG, 0), owner, FaissC::fx_free);
    }
  }

  static MemorySegment readByCallback(MemorySegment bytes) {
    var reading = new Reading(bytes);
    try (var arena = Arena.ofConfined()) {
      var out = Native.outPointer(arena);
      var callback = faiss_CustomIOReader_new$func_in.allocate(reading::copy, arena);
      check("faiss_CustomIOReader_new", FaissC.faiss_CustomIOReader_new(out, callback));
      var reader = Native.pointerAt(out);
      try {
        check("faiss_read_index_custom", FaissC.faiss_read_index_custom(reader, NO_FLAGS, out));
        return reading.whole(Native.pointerAt(out));
      } finally {
        FaissC.faiss_CustomIOReader_free(reader);
      }
    } finally {
      reading.rethrow();
    }
  }

  static void writeByCallback(MemorySegment index, FaissIndex.Sink sink) throws IOException {
    var writing = new Writing(sink);
    try (var arena = Arena.ofConfined()) {
      var out = Native.outPointer(arena);
      var callback = faiss_CustomIOWriter_new$func_in.allocate(writing::pass, arena);
      check("faiss_CustomIOWriter_new", FaissC.faiss_CustomIOWriter_new(out, callback));
      var writer = Native.pointerAt(out);
      try {
        check("faiss_write_index_custom", FaissC.faiss_write_index_custom(index, writer, NO_FLAGS));
      } finally {
        FaissC.faiss_CustomIOWriter_free(writer);
      }
    } catch (FaissException e) {
      writing.rethrow(); // the reason behind FAISS's "write error"
      throw e;
    }
  }

  /** Once to learn the size, once to copy: no growing buffer beside a large index. */
  static MemorySegment writeMemoryByCallback(MemorySegment index, Arena owner) {
    try {
      var size = new long[1];
      writeByCallback(index, bytes -> size[0] += bytes.byteSize());
      var all = owner.allocate(size[0]);
      var position = new long[1];
      writeByCallback(
          index,
          bytes -> {
            MemorySegment.copy(bytes, 0, all, position[0], bytes.byteSize());
            position[0] += bytes.byteSize();
          });
      return all;
    } catch (IOException e) {
      throw new IllegalStateException("copying in memory does no input or output", e);
    }
  }

  /** The callback that FAISS reads with; like fread, it gives whole items. */
  private static final class Reading {

    private final MemorySegment bytes;
    private long position;
    private Throwable failure;

    Reading(MemorySegment bytes) {
      this.bytes = bytes;
    }

    long copy(MemorySegment to, long size, long items) {
      try {
        if (size == 0) {
          return 0;
        }
        var taken = Math.min(items, (bytes.byteSize() - position) / size);
        var length = taken * size;
        MemorySegment.copy(bytes, position, to.reinterpret(length), 0, length);
        position += length;
        return taken;
      } catch (Throwable e) {
        failure = e;
        return 0;
      }
    }

    /** Gives the index back when it took all bytes, as fx_read_mem does. */
    MemorySegment whole(MemorySegment index) {
      if (position != bytes.byteSize()) {
        FaissC.faiss_Index_free(index);
        throw new FaissException(
            "the bytes of an index",
            0,
            "%d bytes are left over after it".formatted(bytes.byteSize() - position));
      }
      return index;
    }

    void rethrow() {
      if (failure != null) {
        throw new IllegalStateException("An index could not be read from memory.", failure);
      }
    }
  }

  /** The callback that FAISS writes with. */
  private static final class Writing {

    private final FaissIndex.Sink sink;
    private Throwable failure;

    Writing(FaissIndex.Sink sink) {
      this.sink = sink;
    }

    long pass(MemorySegment from, long size, long items) {
      try (var call = Arena.ofConfined()) { // so that the sink cannot keep FAISS's memory
        if (failure != null) {
          return 0;
        }
        sink.accept(from.reinterpret(size * items, call, null).asReadOnly());
        return items;
      } catch (Throwable e) {
        failure = e;
        return 0;
      }
    }

    void rethrow() throws IOException {
      switch (failure) {
        case null -> {}
        case IOException e -> throw e;
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        default -> throw new IllegalStateException("a sink throws nothing else", failure);
      }
    }
  }
}
