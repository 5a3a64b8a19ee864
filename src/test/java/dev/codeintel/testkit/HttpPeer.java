package dev.codeintel.testkit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An HTTP/1.1 server on loopback that does what a test says, byte for byte: answers, wrong answers,
 * silence, resets. Counts the connections that it accepted.
 */
public final class HttpPeer implements AutoCloseable {

  private final ServerSocket listener;
  private final Handler handler;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicInteger accepted = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final Collection<Socket> sockets = new ConcurrentLinkedQueue<>();

  /** Answers one request, or does not. */
  @FunctionalInterface
  public interface Handler {
    void answer(Request request, Reply reply) throws IOException;
  }

  /**
   * A request as it came.
   *
   * @param version such as {@code HTTP/1.1}
   * @param headers by name in lower case
   */
  public record Request(
      String method, String path, String version, Map<String, String> headers, byte[] body) {

    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  /** Listens at once. */
  public HttpPeer(Handler handler) {
    this.handler = handler;
    try {
      listener = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.startVirtualThread(this::accept);
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** Connections that were accepted so far. */
  public int accepted() {
    return accepted.get();
  }

  /** Connections that neither side has closed. */
  public int open() {
    return open.get();
  }

  /** Every request so far, in the order in which they were read. */
  public List<Request> requests() {
    return requests;
  }

  private void accept() {
    try {
      while (true) {
        var socket = listener.accept();
        socket.setTcpNoDelay(true);
        accepted.incrementAndGet();
        open.incrementAndGet();
        sockets.add(socket);
        Thread.startVirtualThread(() -> serve(socket));
      }
    } catch (IOException e) {
      closed.countDown(); // closed
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      var in = new BufferedInputStream(socket.getInputStream());
      while (!socket.isClosed()) {
        var request = read(in);
        if (request == null) {
          return;
        }
        requests.add(request);
        handler.answer(request, new Reply(socket));
      }
    } catch (IOException e) {
      return; // the client went away, which is its right
    } finally {
      open.decrementAndGet();
    }
  }

  private static Request read(InputStream in) throws IOException {
    var first = line(in);
    if (first == null) {
      return null;
    }
    var words = first.split(" ");
    var headers = new TreeMap<String, String>();
    for (var line = line(in); !line.isEmpty(); line = line(in)) {
      var colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    var length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    return new Request(words[0], words[1], words[2], headers, in.readNBytes(length));
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

  /** What goes back on one connection. */
  public final class Reply {

    private final Socket socket;
    private final OutputStream out;

    private Reply(Socket socket) throws IOException {
      this.socket = socket;
      this.out = socket.getOutputStream();
    }

    /** A whole answer; {@code headers} are lines. */
    public void send(int status, String body, String... headers) throws IOException {
      send(bytes(status, body, headers));
    }

    /** Bytes as they are. */
    public void send(byte[] bytes) throws IOException {
      out.write(bytes);
      out.flush();
    }

    /** Ends the connection the rude way: what was sent may be lost. */
    public void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    /** Ends the connection. */
    public void close() throws IOException {
      socket.close();
    }

    /** Waits until the client has gone. */
    public void awaitClose() throws IOException {
      try {
        socket.getInputStream().transferTo(OutputStream.nullOutputStream());
      } catch (SocketException e) {
        return; // the rude way
      }
    }

    /** Says no more until the server is closed. */
    public void stall() {
      awaitLatch(closed);
    }
  }

  /** A whole answer. */
  public static byte[] bytes(int status, String body, String... headers) {
    var content = body.getBytes(StandardCharsets.UTF_8);
    var head = new StringBuilder("HTTP/1.1 " + status + " Whatever\r\n");
    for (var header : headers) {
      head.append(header).append("\r\n");
    }
    head.append("Content-Type: application/json\r\nContent-Length: ");
    head.append(content.length).append("\r\n\r\n");
    return (head + body).getBytes(StandardCharsets.UTF_8);
  }

  /** Waits for what must come. */
  public static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      listener.close();
      for (var socket : sockets) {
        socket.close();
      }
    } catch (SocketException e) {
      return; // it was closed meanwhile
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
