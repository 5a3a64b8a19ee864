package dev.codeintel.embed;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;

/**
 * Keeps ONNX Runtime's environment until the process is gone. Its Java binding frees it in a
 * shutdown hook, beside threads that still run the model: one System.exit in three during indexing
 * was a segmentation fault (microsoft/onnxruntime#31352). The environment is counted, so one
 * reference more, taken through the C interface and never given back, keeps it.
 */
final class OnnxEnvironment {

  // OrtApiBase and the head of OrtApi, which ONNX Runtime only ever appends to.
  private static final int API_VERSION = 1;
  private static final long GET_API = 0;
  private static final long CREATE_ENVIRONMENT = 3;
  private static final long API_POINTERS = CREATE_ENVIRONMENT + 1;
  private static final int LOG_ERRORS = 3;

  private OnnxEnvironment() {}

  /**
   * @param library the libonnxruntime that the Java binding has loaded
   * @throws IllegalStateException when ONNX Runtime refuses
   */
  static void keep(Path library) {
    var linker = Linker.nativeLinker();
    var table = ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(API_POINTERS, ADDRESS));
    try (var arena = Arena.ofConfined()) {
      var base =
          linker.downcallHandle(
              SymbolLookup.libraryLookup(library, Arena.global()).findOrThrow("OrtGetApiBase"),
              FunctionDescriptor.of(table));
      var getApi =
          linker.downcallHandle(
              pointer((MemorySegment) base.invokeExact(), GET_API),
              FunctionDescriptor.of(table, JAVA_INT));
      var createEnvironment =
          linker.downcallHandle(
              pointer((MemorySegment) getApi.invokeExact(API_VERSION), CREATE_ENVIRONMENT),
              FunctionDescriptor.of(ADDRESS, JAVA_INT, ADDRESS, ADDRESS));
      var status =
          (MemorySegment)
              createEnvironment.invokeExact(
                  LOG_ERRORS, arena.allocateFrom("codeintel"), arena.allocate(ADDRESS));
      if (!status.equals(MemorySegment.NULL)) {
        throw new IllegalStateException("ONNX Runtime gives no second reference");
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static MemorySegment pointer(MemorySegment table, long index) {
    return table.getAtIndex(ADDRESS, index);
  }
}
