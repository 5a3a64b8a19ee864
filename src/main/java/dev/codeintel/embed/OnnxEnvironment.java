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

/** What ONNX Runtime's Java binding does not offer: silence towards its maker, and a safe end. */
final class OnnxEnvironment {

  // OrtApiBase and the head of OrtApi, which ONNX Runtime only ever appends to.
  private static final int API_VERSION = 1;
  private static final long GET_API = 0;
  private static final long CREATE_ENVIRONMENT = 3;
  private static final long API_POINTERS = CREATE_ENVIRONMENT + 1;
  private static final int LOG_ERRORS = 3;

  // The one switch that counts: setTelemetry(false) comes after the environment was made, which by
  // then has written a device id and a database into the user's cache folder and a log into the
  // temporary one, and has queued a first report (microsoft/onnxruntime#27379).
  private static final String TELEMETRY_OFF = "ORT_DISABLE_TELEMETRY";
  private static final int REPLACE = 1;

  private OnnxEnvironment() {}

  /**
   * Keeps ONNX Runtime from reporting to its maker. Must come before the environment is made, which
   * looks once.
   *
   * @throws IllegalStateException when the C library refuses
   */
  static void refuseTelemetry() {
    var linker = Linker.nativeLinker();
    try (var arena = Arena.ofConfined()) {
      var setenv =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("setenv"),
              FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
      var refused =
          (int)
              setenv.invokeExact(
                  arena.allocateFrom(TELEMETRY_OFF), arena.allocateFrom("1"), REPLACE);
      if (refused != 0) {
        throw new IllegalStateException(TELEMETRY_OFF + " cannot be set");
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Keeps the environment until the process is gone. The Java binding frees it in a shutdown hook,
   * beside threads that still run the model: one System.exit in three during indexing was a
   * segmentation fault (microsoft/onnxruntime#31352). The environment is counted, so one reference
   * more, taken through the C interface and never given back, keeps it.
   *
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
