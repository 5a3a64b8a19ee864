package dev.codeintel.embed;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.NativeCache;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * bge-small-en-v1.5 in ONNX Runtime: ids in, one vector a token out. May be run by many threads,
 * each with its own {@link Lane}; its owner closes it once, when no run is left.
 */
final class OnnxModel implements AutoCloseable {

  /** Floats of a vector. */
  static final int DIMENSION = 384;

  /** Most ids of a text, special tokens counted. */
  static final int IDS_MAX = 512;

  static final String NAME = "bge-small-en-v1.5-q";
  static final String DIGESTS = "/model.sha256";

  private static final String LIBRARY_DIGESTS = "/onnxruntime.sha256";
  private static final String REMEDY =
      " Lexical search still works; for semantic search set VLLM_URL to an OpenAI-compatible"
          + " embedding server, such as http://127.0.0.1:8000/v1.";

  private final OrtEnvironment environment;
  private final OrtSession session;

  private OnnxModel(OrtEnvironment environment, OrtSession session) {
    this.environment = environment;
    this.session = session;
  }

  /**
   * @param cacheDirectory where library and model are extracted to, once
   * @throws EmbeddingException when the native library cannot be loaded
   */
  static OnnxModel open(Path cacheDirectory) {
    try {
      var cache = new NativeCache(cacheDirectory);
      var model = cache.extract(NAME, DIGESTS).resolve(NAME + ".onnx");
      // Before the first class of ONNX Runtime: else it unpacks its library to the temporary
      // folder at every start.
      var libraries = cache.extract("onnxruntime", LIBRARY_DIGESTS);
      System.setProperty("onnxruntime.native.path", libraries.toString());
      OnnxEnvironment.refuseTelemetry();
      var environment = OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      OnnxEnvironment.keep(libraries.resolve("libonnxruntime.so"));
      return open(model, environment);
    } catch (LinkageError e) {
      throw new EmbeddingException(
          "ONNX Runtime cannot be loaded here: %s. It needs glibc 2.28 or later (not musl) and a temporary folder that can be written."
                  .formatted(rootMessage(e))
              + REMEDY,
          e);
    } catch (CodeintelException e) {
      throw new EmbeddingException(e.getMessage() + REMEDY, e);
    } catch (OrtException | IllegalStateException e) {
      throw new EmbeddingException(
          "ONNX Runtime cannot load the model %s: %s.".formatted(NAME, e.getMessage()) + REMEDY, e);
    }
  }

  private static OnnxModel open(Path model, OrtEnvironment environment) throws OrtException {
    try (var options = new SessionOptions()) {
      // One text a run, one thread a run: callers are the parallelism, and a vector stays a
      // function of its text. Spinning threads cost others half the machine.
      options.setExecutionMode(SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      // Every length would get its own pattern; the arena alone is as fast and half as large.
      options.setMemoryPatternOptimization(false);
      options.setCPUArenaAllocator(true);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      return new OnnxModel(environment, environment.createSession(model.toString(), options));
    }
  }

  /**
   * @throws EmbeddingException when the jar has no native library for the platform
   */
  static void requirePlatform(String system, String architecture) {
    var supported =
        system.toLowerCase(Locale.ROOT).startsWith("linux")
            && (architecture.equals("amd64") || architecture.equals("x86_64"));
    if (!supported) {
      throw new EmbeddingException(
          "The built-in embedding model needs Linux on x86-64, this is %s on %s."
                  .formatted(system, architecture)
              + REMEDY);
    }
  }

  private static String rootMessage(Throwable thrown) {
    var root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }

  /**
   * Runs the model on one text.
   *
   * @param ids at most {@link #IDS_MAX}
   * @param lane the calling thread's own
   * @return {@code ids.length} rows of {@link #DIMENSION} floats, in memory of the lane, until its
   *     next run
   * @throws EmbeddingException with ONNX Runtime's own words
   */
  MemorySegment run(int[] ids, Lane lane) {
    for (var i = 0; i < ids.length; i++) {
      lane.ids.put(i, ids[i]);
    }
    var shape = new long[] {1, ids.length};
    var rows = new long[] {1, ids.length, DIMENSION};
    try (var input = tensor(lane.ids, shape);
        var mask = tensor(lane.ones, shape);
        var types = tensor(lane.zeros, shape);
        var output =
            OnnxTensor.createTensor(
                environment,
                lane.tokens(ids.length)
                    .asByteBuffer()
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer(),
                rows);
        var _ =
            session.run(
                Map.of("input_ids", input, "attention_mask", mask, "token_type_ids", types),
                Set.of(),
                Map.of("last_hidden_state", output))) {
      return lane.tokens(ids.length);
    } catch (OrtException e) {
      throw new EmbeddingException(
          "ONNX Runtime failed on a text of %d tokens: %s.".formatted(ids.length, e.getMessage()),
          e);
    }
  }

  private OnnxTensor tensor(LongBuffer values, long[] shape) throws OrtException {
    return OnnxTensor.createTensor(environment, values.slice(0, (int) shape[1]), shape);
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new EmbeddingException(
          "ONNX Runtime failed to close the model: %s.".formatted(e.getMessage()), e);
    }
  }

  /** The buffers of one thread: what the native call reads and writes. Freed with the thread. */
  static final class Lane {

    private final LongBuffer ids;
    private final LongBuffer ones;
    private final LongBuffer zeros;
    private final MemorySegment tokens;

    Lane() {
      var arena = Arena.ofAuto();
      ids = longs(arena);
      ones = longs(arena);
      zeros = longs(arena);
      for (var i = 0; i < IDS_MAX; i++) {
        ones.put(i, 1);
      }
      tokens = arena.allocate(ValueLayout.JAVA_FLOAT, (long) IDS_MAX * DIMENSION);
    }

    private static LongBuffer longs(Arena arena) {
      return arena
          .allocate(ValueLayout.JAVA_LONG, IDS_MAX)
          .asByteBuffer()
          .order(ByteOrder.nativeOrder())
          .asLongBuffer();
    }

    private MemorySegment tokens(int count) {
      return tokens.asSlice(0, (long) count * DIMENSION * Float.BYTES);
    }
  }
}
