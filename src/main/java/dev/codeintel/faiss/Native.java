package dev.codeintel.faiss;

import dev.codeintel.faiss.capi.FaissC;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** What every call of the C API needs: its status checked, its out-pointers read. */
final class Native {

  private Native() {}

  /**
   * Must be the next thing after the call, on its thread: FAISS keeps the last error per thread,
   * and a success does not clear it.
   */
  static void check(String call, int status) {
    if (status != 0) {
      throw new FaissException(call, status, text(FaissC.faiss_get_last_error()));
    }
  }

  /** The same for our additions, which keep their own words. */
  static void checkAddition(String call, int status) {
    if (status != 0) {
      throw new FaissException(call, status, text(FaissC.fx_last_error()));
    }
  }

  /** Copies a C string; null gives an empty one. */
  static String text(MemorySegment pointer) {
    return MemorySegment.NULL.equals(pointer)
        ? ""
        : pointer.reinterpret(Long.MAX_VALUE).getString(0);
  }

  static MemorySegment outPointer(Arena arena) {
    return arena.allocate(ValueLayout.ADDRESS);
  }

  static MemorySegment pointerAt(MemorySegment out) {
    return out.get(ValueLayout.ADDRESS, 0);
  }
}
