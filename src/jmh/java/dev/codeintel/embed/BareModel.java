package dev.codeintel.embed;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;

/** The model as whoever calls ONNX Runtime by hand has it, without anything around. */
public final class BareModel implements AutoCloseable {

  private static final WordPiece WORDS = WordPiece.load();

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;

  private BareModel(OrtSession session) {
    this.session = session;
  }

  /** One thread a run, none that spins. */
  public static SessionOptions options(int threads) throws OrtException {
    var options = new SessionOptions();
    options.setIntraOpNumThreads(threads);
    options.setInterOpNumThreads(1);
    options.addConfigEntry("session.intra_op.allow_spinning", "0");
    return options;
  }

  public static BareModel open(SessionOptions options) throws IOException, OrtException {
    try (var in = BareModel.class.getResourceAsStream("/" + OnnxModel.NAME + ".onnx")) {
      return new BareModel(
          OrtEnvironment.getEnvironment().createSession(in.readAllBytes(), options));
    }
  }

  public static BareModel open(String file, SessionOptions options) throws OrtException {
    return new BareModel(OrtEnvironment.getEnvironment().createSession(file, options));
  }

  /** The ids of a text, as the product gives them to the model. */
  public static long[] ids(String text) {
    var ids = WORDS.encode(Identifiers.split(text), OnnxModel.IDS_MAX);
    return Arrays.stream(ids).asLongStream().toArray();
  }

  /** Runs the model on one text and throws away what it gives. */
  public void run(long[] ids) throws OrtException {
    var ones = new long[ids.length];
    Arrays.fill(ones, 1);
    try (var input = tensor(ids);
        var mask = tensor(ones);
        var types = tensor(new long[ids.length]);
        var _ = session.run(inputs(input, mask, types))) {
      return;
    }
  }

  /** The vector of a text. */
  float[] vector(long[] ids, long[] mask) throws OrtException {
    try (var input = tensor(ids);
        var mask2 = tensor(mask);
        var types = tensor(new long[ids.length]);
        var output = session.run(inputs(input, mask2, types));
        var arena = Arena.ofConfined()) {
      var floats = ((OnnxTensor) output.get(0)).getFloatBuffer();
      var tokens = (int) Arrays.stream(mask).sum(); // what was added to fill up stands behind
      var rows = new float[tokens * OnnxModel.DIMENSION];
      floats.get(rows);
      var segment = arena.allocateFrom(ValueLayout.JAVA_FLOAT, rows);
      var vector = arena.allocate(ValueLayout.JAVA_FLOAT, OnnxModel.DIMENSION);
      Pooling.firstAndMean(segment, OnnxModel.DIMENSION, vector);
      return vector.toArray(ValueLayout.JAVA_FLOAT);
    }
  }

  private OnnxTensor tensor(long[] values) throws OrtException {
    return OnnxTensor.createTensor(environment, new long[][] {values});
  }

  private static Map<String, OnnxTensor> inputs(OnnxTensor ids, OnnxTensor mask, OnnxTensor types) {
    return Map.of("input_ids", ids, "attention_mask", mask, "token_type_ids", types);
  }

  /** Runs it on every text, on so many threads that each take the next one. */
  public void runAll(List<long[]> texts, int threads) throws InterruptedException {
    start(texts, threads, at -> at < texts.size()).end();
  }

  /** The same again and again, until it is ended. */
  public Loop start(List<long[]> texts, int threads) {
    return start(texts, threads, _ -> true);
  }

  private Loop start(List<long[]> texts, int threads, IntPredicate wanted) {
    var loop = new Loop(texts, wanted);
    for (var i = 0; i < threads; i++) {
      loop.workers.add(Thread.ofPlatform().start(loop::work));
    }
    return loop;
  }

  /** Threads that run the model. */
  public final class Loop {

    private final List<long[]> texts;
    private final IntPredicate wanted;
    private final List<Thread> workers = new ArrayList<>();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private volatile boolean ended;
    private volatile OrtException failure;

    private Loop(List<long[]> texts, IntPredicate wanted) {
      this.texts = texts;
      this.wanted = wanted;
    }

    private void work() {
      try {
        for (var at = next.getAndIncrement();
            !ended && wanted.test(at);
            at = next.getAndIncrement()) {
          run(texts.get(at % texts.size()));
          done.incrementAndGet();
        }
      } catch (OrtException e) {
        failure = e;
      }
    }

    public int done() {
      return done.get();
    }

    /** Begins nothing more. */
    public void stop() {
      ended = true;
    }

    /** Waits for all threads. */
    public void end() throws InterruptedException {
      for (var worker : workers) {
        worker.join();
      }
      if (failure != null) {
        throw new IllegalStateException(failure);
      }
    }
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
