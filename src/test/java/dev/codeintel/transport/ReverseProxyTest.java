package dev.codeintel.transport;

import static dev.codeintel.transport.HttpRig.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.codeintel.mcp.HttpReply;
import dev.codeintel.mcp.Reply;
import dev.codeintel.testkit.Jar;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The example of docs/security.md, as it stands there: nginx ends TLS in front of a server. */
@Timeout(60)
class ReverseProxyTest {

  private static final String TOKEN = "0123456789abcdef0123456789abcdef";
  private static final char[] PASSWORD = "no secret".toCharArray();
  private static final String ALIAS = "code";
  private static final String HEADERS =
      "Host: code.example.org\nContent-Type: application/json\nAccept: application/json, text/event-stream\n";
  private static final String WITH_TOKEN = HEADERS + "Authorization: Bearer " + TOKEN + "\n";

  @TempDir Path folder;

  private final CountDownLatch cancelled = new CountDownLatch(1);
  private HttpRig rig;
  private Process nginx;
  private int port;
  private SSLContext trust;

  @BeforeEach
  void start() throws Exception {
    var program =
        Stream.of("/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/bin/nginx")
            .map(Path::of)
            .filter(Files::isExecutable)
            .findFirst();
    if (program.isEmpty()) {
      System.err.println("skipped: nginx is not installed, so the example of a proxy is not run");
    }
    assumeTrue(program.isPresent(), "nginx is not installed");
    rig = new HttpRig((head, body) -> reply(head.client(), body), this::options);
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    makeCertificate();
    var configuration = Files.writeString(folder.resolve("nginx.conf"), configuration());
    nginx =
        new ProcessBuilder(
                program.get().toString(), "-p", folder.toString(), "-c", configuration.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("nginx.out").toFile())
            .start();
    Jar.await("nginx", this::isListening);
  }

  @AfterEach
  void stop() throws Exception {
    if (nginx != null) {
      nginx.destroy();
      assertThat(nginx.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    if (rig != null) {
      rig.close();
    }
  }

  private HttpOptions options(HttpOptions usual) {
    return HttpRig.withToken(usual, TOKEN);
  }

  private HttpReply reply(String client, byte[] body) {
    return switch (new String(body, StandardCharsets.UTF_8)) {
      case "who" -> new HttpReply(200, new Reply.Now(bytes(client)), true);
      case "open" -> HttpRig.open();
      case "work" ->
          HttpRig.later(
              true,
              sink -> {
                sink.send(bytes("p1"));
                sink.send(bytes("p2"));
                HttpRig.await(cancelled);
              },
              cancelled::countDown);
      default -> new HttpReply(200, new Reply.Now(body), true);
    };
  }

  @Test
  void theExampleOfTheDocumentationWorks() throws Exception {
    try (var client = client()) {
      assertThat(client.post(HEADERS, bytes("who")).answer().status()).isEqualTo(401);
      assertThat(client.post(WITH_TOKEN, bytes("who")).answer().body())
          .isEqualTo("CODEINTEL_TOKEN");
      var large = "x".repeat(4 << 20);
      assertThat(client.post(WITH_TOKEN, bytes(large)).answer().body()).isEqualTo(large);
      assertThat(client.ask("GET", "/metrics", WITH_TOKEN).answer().status()).isEqualTo(404);
    }
    try (var client = client()) {
      client.post(WITH_TOKEN, bytes("open")).head();
      assertThat(client.event()).as("unbuffered").isEqualTo("acknowledged");
      assertThat(client.event()).isEqualTo(":");
    }
    try (var client = client()) {
      client.post(WITH_TOKEN, bytes("work")).head();
      assertThat(client.event()).isEqualTo("p1");
    }
    HttpRig.await(cancelled); // the proxy passes on that its client left
  }

  /** Others than this machine came in through the proxy, and no limit held them. */
  @Test
  void clientsOfTheProxyAreCounted() throws Exception {
    try (var client = client()) {
      var statuses = Stream.generate(() -> status(client)).limit(40).collect(Collectors.toSet());
      assertThat(statuses).containsExactlyInAnyOrder(200, 429);
    }
  }

  private static int status(RawHttp client) {
    try {
      return client.post(WITH_TOKEN, bytes("who")).answer().status();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private RawHttp client() throws IOException {
    return new RawHttp(trust.getSocketFactory().createSocket("127.0.0.1", port));
  }

  private boolean isListening() {
    assertThat(nginx.isAlive()).as(() -> "nginx runs; it said: " + said()).isTrue();
    try (var socket = new Socket("127.0.0.1", port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private String said() {
    try {
      return Files.readString(folder.resolve("nginx.out"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** The block of the page, with the ports and files of this test, in as little as nginx needs. */
  private String configuration() throws IOException {
    var page = Files.readString(Path.of("docs/security.md"));
    var block = Pattern.compile("```nginx\n(.*?)```", Pattern.DOTALL).matcher(page);
    assertThat(block.find()).isTrue();
    var server =
        replaced(
            replaced(
                replaced(
                    replaced(block.group(1), "listen 443 ssl", "listen 127.0.0.1:" + port + " ssl"),
                    "/etc/nginx/code.example.org.pem",
                    "certificate.pem"),
                "/etc/nginx/code.example.org.key",
                "key.pem"),
            "127.0.0.1:8080",
            "127.0.0.1:" + rig.port());
    return """
    daemon off;
    master_process off;
    pid nginx.pid;
    error_log stderr;
    events {}
    http {
      access_log off;
      client_body_temp_path body;
      proxy_temp_path proxy;
      fastcgi_temp_path fastcgi;
      uwsgi_temp_path uwsgi;
      scgi_temp_path scgi;
      %s
    }
    """
        .formatted(server);
  }

  private static String replaced(String text, String what, String by) {
    assertThat(text).contains(what);
    return text.replace(what, by);
  }

  private void makeCertificate() throws Exception {
    var store = folder.resolve("store.p12");
    var tool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-alias",
                ALIAS,
                "-dname",
                "CN=code.example.org",
                "-validity",
                "2",
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("keytool.out").toFile())
            .start();
    assertThat(tool.waitFor()).isZero();
    var keys = KeyStore.getInstance(store.toFile(), PASSWORD);
    write("key.pem", "PRIVATE KEY", keys.getKey(ALIAS, PASSWORD).getEncoded());
    write("certificate.pem", "CERTIFICATE", keys.getCertificate(ALIAS).getEncoded());
    var trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    trusted.setCertificateEntry(ALIAS, keys.getCertificate(ALIAS));
    var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    trust = SSLContext.getInstance("TLS");
    trust.init(null, managers.getTrustManagers(), null);
  }

  private void write(String file, String what, byte[] content) throws IOException {
    Files.write(
        folder.resolve(file),
        List.of(
            "-----BEGIN " + what + "-----",
            Base64.getMimeEncoder().encodeToString(content),
            "-----END " + what + "-----"));
  }
}
