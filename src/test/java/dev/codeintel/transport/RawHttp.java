package dev.codeintel.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;

/** A client that sends what it is told to, byte by byte, over one connection. */
final class RawHttp implements AutoCloseable {

  /** Longer than anything that a test waits for: a server that hangs fails a test, not the run. */
  private static final int READ_MILLIS_MAX = 60_000;

  private static final int PIECE_BYTES = 16 << 10;

  static final String JSON_HEADERS =
      "Host: localhost\nContent-Type: application/json\nAccept: application/json, text/event-stream\n";

  private final Socket socket;
  private final InputStream in;

  /** What came of a stream and was not taken yet, a byte a character. */
  private final StringBuilder pending = new StringBuilder();

  /**
   * An answer.
   *
   * @param headers by lower-case name
   */
  record Answer(int status, Map<String, String> headers, String body) {}

  RawHttp(int port) throws IOException {
    this(InetAddress.getByName("127.0.0.1"), port, 0);
  }

  /**
   * @param receiveBytes what the system keeps for a reader that does not read; 0: as it likes
   */
  RawHttp(InetAddress address, int port, int receiveBytes) throws IOException {
    this(connected(address, port, receiveBytes));
  }

  /** Over a connection that is there. */
  RawHttp(Socket connection) throws IOException {
    socket = connection;
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(READ_MILLIS_MAX);
    in = new BufferedInputStream(socket.getInputStream());
  }

  private static Socket connected(InetAddress address, int port, int receiveBytes)
      throws IOException {
    var socket = new Socket();
    if (receiveBytes > 0) {
      socket.setReceiveBufferSize(receiveBytes);
    }
    socket.connect(new InetSocketAddress(address, port));
    return socket;
  }

  /** Sends text with the line ends of HTTP. */
  RawHttp send(String text) throws IOException {
    return send(text.replace("\n", "\r\n").getBytes(ISO_8859_1));
  }

  RawHttp send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    return this;
  }

  /** Posts a message to the protocol's endpoint. */
  RawHttp post(String body) throws IOException {
    return post(JSON_HEADERS, body.getBytes(UTF_8));
  }

  RawHttp post(String headers, byte[] body) throws IOException {
    send("POST /mcp HTTP/1.1\n" + headers + "Content-Length: " + body.length + "\n\n");
    return send(body);
  }

  /** Sends a head and no body. */
  RawHttp ask(String method, String path, String headers) throws IOException {
    return send(method + " " + path + " HTTP/1.1\n" + headers + "\n");
  }

  /** Says that nothing more is sent. */
  RawHttp endOfInput() throws IOException {
    socket.shutdownOutput();
    return this;
  }

  /** Reads a whole answer. */
  Answer answer() throws IOException {
    return answer(true);
  }

  /** Reads an answer that has only a head, whatever it says about a body. */
  Answer head() throws IOException {
    return answer(false);
  }

  private Answer answer(boolean withBody) throws IOException {
    var status = Integer.parseInt(line().split(" ")[1]);
    var headers = new TreeMap<String, String>();
    for (var line = line(); !line.isEmpty(); line = line()) {
      var colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    var chunked = "chunked".equals(headers.get("transfer-encoding"));
    var length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    var body = !withBody ? new byte[0] : chunked ? chunks() : exactly(length);
    return new Answer(status, headers, new String(body, UTF_8));
  }

  private byte[] chunks() throws IOException {
    var all = new ByteArrayOutputStream();
    for (var chunk = chunk(); chunk.length > 0; chunk = chunk()) {
      all.write(chunk);
    }
    return all.toByteArray();
  }

  private byte[] chunk() throws IOException {
    var chunk = exactly(Integer.parseInt(line(), 16));
    line();
    return chunk;
  }

  /** The next event of a stream, whose head was read; {@code :} for a comment. */
  String event() throws IOException {
    var end = pending.indexOf("\n\n");
    while (end < 0) {
      var more = chunk();
      if (more.length == 0) {
        throw new EOFException("the stream ended after: " + pending);
      }
      pending.append(new String(more, ISO_8859_1));
      end = pending.indexOf("\n\n");
    }
    var event = pending.substring(0, end);
    pending.delete(0, end + 2);
    return data(event);
  }

  /** All events to the end of the stream, without comments. */
  List<String> eventsToTheEnd() throws IOException {
    pending.append(new String(chunks(), ISO_8859_1));
    var events = new ArrayList<String>();
    for (var event : pending.toString().split("\n\n")) {
      if (!event.equals(":")) {
        events.add(data(event));
      }
    }
    pending.setLength(0);
    return events;
  }

  private static String data(String event) {
    return new String(event.getBytes(ISO_8859_1), UTF_8)
        .replaceFirst("^event: message\ndata: ", "");
  }

  /** Whether the server ends the connection before it says anything more. */
  boolean isEnded() {
    try {
      return in.read() < 0;
    } catch (IOException e) {
      return true; // reset
    }
  }

  /** Reads so many bytes of a body without keeping them, and gives their checksum. */
  long checksum(int length) throws IOException {
    var sum = new CRC32();
    var piece = new byte[PIECE_BYTES];
    for (var left = length; left > 0; ) {
      var count = in.read(piece, 0, Math.min(left, piece.length));
      if (count < 0) {
        throw new EOFException("%d of %d bytes came".formatted(length - left, length));
      }
      sum.update(piece, 0, count);
      left -= count;
    }
    return sum.getValue();
  }

  /** Reads all that comes until the connection ends, and gives how many bytes. */
  long readToTheEnd() {
    var count = 0L;
    try {
      for (var read = in.skip(1 << 20); read > 0 || in.read() >= 0; read = in.skip(1 << 20)) {
        count += Math.max(read, 1);
      }
    } catch (IOException e) {
      return count;
    }
    return count;
  }

  private byte[] exactly(int length) throws IOException {
    var bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("%d of %d bytes came".formatted(bytes.length, length));
    }
    return bytes;
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    for (var next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the connection ended after: " + line);
      }
      line.append((char) next);
    }
    return line.toString().stripTrailing();
  }

  /** Hangs up without a word. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
