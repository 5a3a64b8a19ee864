package dev.codeintel.embed;

import java.io.ByteArrayInputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import tools.jackson.databind.json.JsonMapper;

/**
 * From the body of an answer with 32 vectors to unit vectors in memory, as buffers of 16 KiB: ours,
 * and Jackson's tree, as one would write it first.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgs = "-Xmx1g")
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class DecodeBenchmark {

  private static final int TEXTS = 32;
  private static final int DIMENSION = 1_024;
  private static final int BUFFER_BYTES = 16 << 10;
  private static final JsonMapper JSON = new JsonMapper();

  /** How the server writes its vectors. */
  @Param({"base64", "float"})
  String encoding;

  private byte[] body;
  private final List<ByteBuffer> buffers = new ArrayList<>();
  private final int[] rows = IntStream.range(0, TEXTS).toArray();
  private MemorySegment vectors;

  @Setup
  public void make() {
    body = CannedServer.body(TEXTS, DIMENSION, encoding, 1);
    for (var at = 0; at < body.length; at += BUFFER_BYTES) {
      var length = Math.min(BUFFER_BYTES, body.length - at);
      buffers.add(ByteBuffer.wrap(body, at, length).slice().asReadOnlyBuffer());
    }
    vectors = Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, (long) TEXTS * DIMENSION);
  }

  @Benchmark
  public MemorySegment ours() {
    var into = new VectorRows(vectors, rows, DIMENSION);
    var answer = new EmbeddingAnswer(into);
    for (var buffer : buffers) {
      answer.read(buffer.rewind());
    }
    answer.end();
    into.finish();
    return vectors;
  }

  @Benchmark
  public MemorySegment tree() {
    for (var item : JSON.readTree(new ByteArrayInputStream(body)).path("data")) {
      var row = (long) item.path("index").intValue() * DIMENSION;
      var vector = item.path("embedding");
      if (vector.isArray()) {
        for (var i = 0; i < DIMENSION; i++) {
          vectors.setAtIndex(ValueLayout.JAVA_FLOAT, row + i, vector.get(i).floatValue());
        }
      } else {
        MemorySegment.copy(
            MemorySegment.ofArray(vector.binaryValue()),
            0,
            vectors,
            row * Float.BYTES,
            (long) DIMENSION * Float.BYTES);
      }
      Pooling.normalize(
          vectors.asSlice(row * Float.BYTES, (long) DIMENSION * Float.BYTES), DIMENSION);
    }
    return vectors;
  }
}
