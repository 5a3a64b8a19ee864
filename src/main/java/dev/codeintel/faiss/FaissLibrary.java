package dev.codeintel.faiss;

import dev.codeintel.faiss.capi.FaissC;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.NativeCache;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * FAISS's native library, or the reason why there is none. Everything that needs no vectors works
 * without it.
 *
 * <p>A virtual machine loads one library, once: the first success, or the first library that was
 * loaded and turned out wrong, stays. Thread-safe.
 */
public final class FaissLibrary {

  /** Asked for by name at load; FAISS 1.11 and later have them all. */
  static final List<String> REQUIRED =
      List.of(
          "faiss_CustomIOReader_free",
          "faiss_CustomIOReader_new",
          "faiss_CustomIOWriter_free",
          "faiss_CustomIOWriter_new",
          "faiss_IDSelectorBatch_new",
          "faiss_IDSelectorBitmap_free",
          "faiss_IDSelectorBitmap_new",
          "faiss_IDSelector_free",
          "faiss_Index_add_with_ids",
          "faiss_Index_d",
          "faiss_Index_free",
          "faiss_Index_is_trained",
          "faiss_Index_metric_type",
          "faiss_Index_ntotal",
          "faiss_Index_reconstruct",
          "faiss_Index_remove_ids",
          "faiss_Index_search_with_params",
          "faiss_Index_train",
          "faiss_SearchParametersIVF_free",
          "faiss_SearchParametersIVF_new_with",
          "faiss_get_last_error",
          "faiss_get_version",
          "faiss_index_factory",
          "faiss_read_index_custom",
          "faiss_write_index_custom");

  /** Asked for by name before each use; a libfaiss_c of the user's need not have them. */
  static final List<String> OPTIONAL =
      List.of(
          "fx_blas_core",
          "fx_free",
          "fx_get_max_threads",
          "fx_gpu_count",
          "fx_last_error",
          "fx_read_mem",
          "fx_reconstruct_ids",
          "fx_set_num_threads",
          "fx_simd_level",
          "fx_write_mem",
          "omp_set_num_threads");

  /** In a CUDA build. Never called: without a driver it ends the process. */
  private static final String GPU_MARK = "faiss_get_num_gpus";

  private static final String BUNDLED_DIGESTS = "/natives/SHA256SUMS";
  private static final String BUNDLED_NAME = "libfaiss_c.so";
  private static final String REMEDY =
      " Semantic search is off; everything else works. CODEINTEL_FAISS_LIBRARY can name another"
          + " libfaiss_c (FAISS 1.11 or later).";

  /** What this VM loaded, working or not, and what was asked for then; guarded by the class. */
  private static FaissLibrary loaded;

  private static Optional<Path> loadedChoice;

  /**
   * What doctor and logs tell.
   *
   * @param file the library
   * @param version FAISS's
   * @param simdLevel kernels of FAISS for this processor: {@code avx512}, {@code avx2}, {@code
   *     sse2}; empty where the library does not say
   * @param blasCore kernels of OpenBLAS for this processor, such as {@code Haswell}; empty where
   *     the library does not say
   * @param threads threads that OpenMP would use unasked
   * @param gpuBuild whether the library holds GPU code
   * @param gpus GPUs that can be used; absent where the library cannot tell without risk
   */
  public record Facts(
      Path file,
      String version,
      String simdLevel,
      String blasCore,
      int threads,
      boolean gpuBuild,
      OptionalInt gpus) {}

  private final Optional<Facts> facts;
  private final String reason;
  private final Set<String> optional;

  private FaissLibrary(Optional<Facts> facts, String reason, Set<String> optional) {
    this.facts = facts;
    this.reason = reason;
    this.optional = optional;
  }

  /**
   * Loads the library, checks that it has the functions that are needed, and lets it compute small
   * products whose results are known. Never throws for a library that cannot be used.
   *
   * @param chosen a library that the user names; absent: the one in the jar
   * @param cacheDirectory where the jar's libraries are extracted to, once
   */
  public static synchronized FaissLibrary load(Optional<Path> chosen, Path cacheDirectory) {
    if (loaded != null) {
      return loadedChoice.equals(chosen)
          ? loaded
          : unavailable(
              "This process loaded %s, and a second library would mix with it.",
              loadedChoice.map(Path::toString).orElse("the FAISS library of the jar"));
    }
    try {
      requirePlatform(System.getProperty("os.name"), System.getProperty("os.arch"));
      var file = chosen.isPresent() ? chosen.get() : bundled(cacheDirectory);
      // Read once, by OpenMP, while it is loaded. Threads that spin while they wait made a search
      // 15 times slower beside other work. A value of the user's stays.
      setEnvironmentDefault("OMP_WAIT_POLICY", "PASSIVE");
      System.load(file.toAbsolutePath().toString());
      loadedChoice = chosen;
      loaded = checked(file);
      return loaded;
    } catch (LinkageError | IllegalCallerException | CodeintelException e) {
      return unavailable("The FAISS library cannot be loaded: %s.", words(e));
    }
  }

  /** A library that is not there, for tests and for those who switch vectors off. */
  public static FaissLibrary unavailable(String why) {
    return new FaissLibrary(Optional.empty(), why, Set.of());
  }

  /** Whether indexes can be made. */
  public boolean isAvailable() {
    return facts.isPresent();
  }

  /** Why it is not available, and what to do; empty when it is. */
  public String reason() {
    return reason;
  }

  /** What was loaded; absent when it is not available. */
  public Optional<Facts> facts() {
    return facts;
  }

  void requireAvailable() {
    if (!isAvailable()) {
      throw new IllegalStateException(reason);
    }
  }

  /** Whether one of the {@link #OPTIONAL} functions is there. */
  boolean has(String function) {
    return optional.contains(function);
  }

  /** This library as a user's own would be, without our additions. */
  FaissLibrary withoutAdditions() {
    return new FaissLibrary(facts, reason, Set.of());
  }

  /** For the calls that follow on this thread: OpenMP keeps the number per thread. */
  void useThreads(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads is " + threads + "; it must be at least 1.");
    }
    if (has("fx_set_num_threads")) {
      FaissC.fx_set_num_threads(threads);
    } else if (has("omp_set_num_threads")) {
      FaissC.omp_set_num_threads(threads);
    }
  }

  static void requirePlatform(String system, String machine) {
    // The bindings know the C types of 64-bit Linux; the jar's library is for x86-64.
    if (!system.equals("Linux") || !machine.equals("amd64")) {
      throw new UnsatisfiedLinkError(
          "it exists for Linux on x86-64 only, this is %s on %s".formatted(system, machine));
    }
  }

  private static Path bundled(Path cacheDirectory) {
    return new NativeCache(cacheDirectory).extract("faiss", BUNDLED_DIGESTS).resolve(BUNDLED_NAME);
  }

  private static void setEnvironmentDefault(String name, String value) {
    try (var arena = Arena.ofConfined()) {
      FaissC.setenv(arena.allocateFrom(name), arena.allocateFrom(value), 0);
    }
  }

  /** Only here, after loading, may a binding be touched: a touch before breaks it for good. */
  private static FaissLibrary checked(Path file) {
    var missing = REQUIRED.stream().filter(name -> !find(name)).toList();
    if (!missing.isEmpty()) {
      return unavailable(
          "%s lacks %s, which FAISS 1.11 and later have.", file, String.join(", ", missing));
    }
    // Once, so that no class initialisation sits between a failed call and its words.
    FaissC.faiss_get_last_error();
    var optional = OPTIONAL.stream().filter(FaissLibrary::find).collect(Collectors.toSet());
    var library = new FaissLibrary(Optional.of(facts(file, optional)), "", optional);
    try {
      var wrong = SelfTest.run(library);
      return wrong.isEmpty() ? library : unavailable("%s computes wrong results: %s", file, wrong);
    } catch (FaissException e) {
      return unavailable("%s fails its first use: %s", file, e.getMessage());
    }
  }

  private static Facts facts(Path file, Set<String> optional) {
    return new Facts(
        file,
        Native.text(FaissC.faiss_get_version()),
        optional.contains("fx_simd_level") ? Native.text(FaissC.fx_simd_level()) : "",
        optional.contains("fx_blas_core") ? Native.text(FaissC.fx_blas_core()) : "",
        optional.contains("fx_get_max_threads")
            ? FaissC.fx_get_max_threads()
            : Runtime.getRuntime().availableProcessors(),
        find(GPU_MARK),
        optional.contains("fx_gpu_count")
            ? OptionalInt.of(FaissC.fx_gpu_count())
            : OptionalInt.empty());
  }

  private static boolean find(String name) {
    return SymbolLookup.loaderLookup().find(name).isPresent();
  }

  private static FaissLibrary unavailable(String format, Object... values) {
    return unavailable(format.formatted(values) + REMEDY);
  }

  private static String words(Throwable e) {
    // Without native access the first touch of the bindings fails in a class initialiser.
    var said = e.getMessage() == null && e.getCause() != null ? e.getCause() : e;
    var text = String.valueOf(said.getMessage()).strip();
    return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
  }
}
