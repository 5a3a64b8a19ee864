package dev.codeintel.embed;

import dev.codeintel.config.Settings;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.LogLevel;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A batch of 32 chunks from texts to vectors, over loopback: with the client of the process, with a
 * client a batch, as it was before; and what the same request takes when its answer is thrown away,
 * or when nothing but sockets is used.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgs = "-Xmx1g")
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
public class BatchBenchmark {

  private static final int TEXTS = 32;
  private static final int DIMENSION = 1_024;

  /** Between a request and its answer. */
  @Param({"0", "50"})
  int serverMillis;

  private CannedServer server;
  private Settings settings;
  private Connections connections;
  private Embedder embedder;
  private List<String> texts;
  private MemorySegment vectors;
  private URI uri;
  private Socket socket;
  private byte[] rawRequest;

  @Setup(Level.Trial)
  public void open() throws IOException {
    Log.configure(LogLevel.WARNING, false, System.err);
    server = new CannedServer(TEXTS, DIMENSION, "base64", serverMillis);
    var url = "http://127.0.0.1:%d/v1".formatted(server.port());
    settings =
        Settings.load(
            Optional.empty(), Map.of("HOME", "/nonexistent", "VLLM_URL", url, "VLLM_MODEL", "m"));
    connections = new Connections(100, 20);
    embedder = OpenAiEmbedder.open(settings, connections, patience());
    texts = CannedServer.texts(TEXTS);
    vectors = Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, (long) TEXTS * DIMENSION);
    uri = URI.create(url + "/embeddings");
    openSocket();
  }

  private static Wait patience() {
    return new Wait(CancelToken.create(), Duration.ofMinutes(1));
  }

  private void openSocket() throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setTcpNoDelay(true);
    var body = "x".repeat((int) new EmbeddingRequest("m", 0, true).body(texts).contentLength());
    var request = "POST /v1/embeddings HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s";
    rawRequest = request.formatted(body.length(), body).getBytes(StandardCharsets.US_ASCII);
  }

  @TearDown(Level.Trial)
  public void close() throws IOException {
    socket.close();
    embedder.close();
    server.close();
  }

  /** As the product does it. */
  @Benchmark
  public MemorySegment shared() {
    embedder.embedDocuments(texts, vectors, CancelToken.create());
    return vectors;
  }

  /** A client, and so a connection, a batch. */
  @Benchmark
  public MemorySegment clientABatch() {
    try (var own = new Connections(100, 20)) {
      var client = new OpenAiClient(settings, own);
      var request = new EmbeddingRequest("m", 0, true);
      new TextRun(client, request, DIMENSION, Lane.DOCUMENT, BatchBenchmark::patience)
          .embed(texts, List.of(rows()), vectors);
      return vectors;
    }
  }

  private static int[] rows() {
    var rows = new int[TEXTS];
    for (var i = 0; i < TEXTS; i++) {
      rows[i] = i;
    }
    return rows;
  }

  /** The same request; what comes back is thrown away. */
  @Benchmark
  public int discarded() throws IOException {
    var body = new EmbeddingRequest("m", 0, true).body(texts);
    var request =
        HttpRequest.newBuilder(uri)
            .header("Accept", "application/json")
            .header("Content-Type", "application/json")
            .POST(body)
            .build();
    return connections
        .send(request, BodyHandlers.discarding(), Lane.DOCUMENT, patience())
        .statusCode();
  }

  /** As many bytes there and back, over one socket, without a client. */
  @Benchmark
  public long sockets() throws IOException {
    socket.getOutputStream().write(rawRequest);
    var in = socket.getInputStream();
    var length = 0;
    for (var line = line(in); !line.isEmpty(); line = line(in)) {
      if (line.startsWith("Content-Length: ")) {
        length = Integer.parseInt(line.substring("Content-Length: ".length()));
      }
    }
    return in.readNBytes(length).length;
  }

  private static String line(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (var next = in.read(); next != '\n'; next = in.read()) {
      line.append((char) next);
    }
    return line.toString().stripTrailing();
  }
}
