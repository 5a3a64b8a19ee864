package dev.codeintel.embed;

import dev.codeintel.config.Settings;
import dev.codeintel.ops.CancelToken;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/**
 * An embedding server without a model, in a process of its own: what it takes is not measured with
 * the client. Every request gets the same answer, after the same time.
 */
public final class CannedServer implements AutoCloseable {

  private final Process process;
  private final int port;

  /**
   * @param encoding of the vectors, {@code base64} or {@code float}
   * @param delayMillis between a request and its answer
   */
  CannedServer(int texts, int dimension, String encoding, int delayMillis) throws IOException {
    this(texts, dimension, encoding, delayMillis, Integer.MAX_VALUE);
  }

  /**
   * @param width how many requests are worked on at a time; others wait
   */
  public CannedServer(int texts, int dimension, String encoding, int delayMillis, int width)
      throws IOException {
    var java = ProcessHandle.current().info().command().orElseThrow();
    process =
        new ProcessBuilder(
                java,
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                CannedServer.class.getName(),
                Integer.toString(texts),
                Integer.toString(dimension),
                encoding,
                Integer.toString(delayMillis),
                Integer.toString(width))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    var out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
    port = Integer.parseInt(out.readLine());
  }

  int port() {
    return port;
  }

  /** What the product asks this server with. */
  public Embedder embedder() {
    var url = "http://127.0.0.1:%d/v1".formatted(port);
    var settings =
        Settings.load(
            Optional.empty(), Map.of("HOME", "/nonexistent", "VLLM_URL", url, "VLLM_MODEL", "m"));
    return OpenAiEmbedder.open(
        settings, new Connections(100, 20), new Wait(CancelToken.create(), Duration.ofMinutes(1)));
  }

  @Override
  public void close() {
    process.destroy();
  }

  public static void main(String[] arguments) throws IOException {
    var body =
        body(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]), arguments[2], 1);
    var one = body(1, Integer.parseInt(arguments[1]), arguments[2], 1);
    var delay = Duration.ofMillis(Integer.parseInt(arguments[3]));
    var places = new Semaphore(Integer.parseInt(arguments[4]));
    try (var listener = new ServerSocket(0, 256, InetAddress.getLoopbackAddress())) {
      System.out.println(listener.getLocalPort());
      while (true) {
        var socket = listener.accept();
        socket.setTcpNoDelay(true);
        Thread.ofPlatform().start(() -> serve(socket, response(body), response(one), delay, places));
      }
    }
  }

  private static void serve(
      Socket socket, byte[] many, byte[] one, Duration delay, Semaphore places) {
    try (socket) {
      var in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
      for (var length = skipHead(in); length >= 0; length = skipHead(in)) {
        in.skipNBytes(length);
        if (!delay.isZero()) {
          places.acquireUninterruptibly();
          LockSupport.parkNanos(delay.toNanos());
          places.release();
        }
        socket.getOutputStream().write(length < 1_000 ? one : many); // a short one is a probe
      }
    } catch (IOException e) {
      return; // the client went away
    }
  }

  /** Length of the body behind the head; -1 at the end of the connection. */
  private static int skipHead(InputStream in) throws IOException {
    var length = 0;
    while (true) {
      var line = line(in);
      if (line == null) {
        return -1;
      }
      if (line.isEmpty()) {
        return length;
      }
      if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
        length = Integer.parseInt(line.substring(15).strip());
      }
    }
  }

  private static String line(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (var next = in.read(); next >= 0; next = in.read()) {
      if (next == '\n') {
        return line.toString().stripTrailing();
      }
      line.append((char) next);
    }
    return null;
  }

  private static byte[] response(byte[] body) {
    var head =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
            + body.length
            + "\r\n\r\n";
    var response = ByteBuffer.allocate(head.length() + body.length);
    return response.put(head.getBytes(StandardCharsets.US_ASCII)).put(body).array();
  }

  /** What vLLM answers. */
  static byte[] body(int texts, int dimension, String encoding, long seed) {
    var random = new Random(seed);
    var items = new ArrayList<String>();
    for (var i = 0; i < texts; i++) {
      var vector = new float[dimension];
      for (var j = 0; j < dimension; j++) {
        vector[j] = (float) random.nextGaussian() / (float) Math.sqrt(dimension);
      }
      var written = encoding.equals("base64") ? base64(vector) : array(vector);
      items.add(
          "{\"index\":%d,\"object\":\"embedding\",\"embedding\":%s}".formatted(i, written));
    }
    var body =
        "{\"id\":\"embd-1\",\"object\":\"list\",\"created\":1776243443,\"model\":\"m\",\"data\":["
            + String.join(",", items)
            + "],\"usage\":{\"prompt_tokens\":1,\"total_tokens\":1}}";
    return body.getBytes(StandardCharsets.US_ASCII);
  }

  private static String base64(float[] vector) {
    var bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(vector);
    return "\"" + Base64.getEncoder().encodeToString(bytes.array()) + "\"";
  }

  private static String array(float[] vector) {
    var values = new ArrayList<String>(vector.length);
    for (var value : vector) {
      values.add(Double.toString(value)); // as Python prints a float32 that it has widened
    }
    return "[" + String.join(",", values) + "]";
  }

  /** Chunks of about the usual size. */
  public static List<String> texts(int count) {
    var random = new Random(7);
    var texts = new ArrayList<String>();
    for (var i = 0; i < count; i++) {
      var text = new StringBuilder();
      while (text.length() < 1_500) {
        text.append("    var value").append(random.nextInt(1_000)).append(" = read(\"key\");\n");
      }
      texts.add(text.toString());
    }
    return texts;
  }
}
