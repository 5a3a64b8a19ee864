package dev.codeintel.embed;

import dev.codeintel.config.Limits;
import dev.codeintel.config.Settings;
import dev.codeintel.embed.ServerException.Fault;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What an OpenAI-compatible server is asked: its health, its models, vectors. Sends a request again
 * where that may help, and fails at once while the server is known to be away. Errors are in the
 * server's words and say whose fault it is. Safe for use by any thread.
 */
final class OpenAiClient {

  private final Connections connections;
  private final String base;
  private final String address;
  private final Optional<String> apiKey;
  private final Map<Lane, Circuit> circuits = new EnumMap<>(Lane.class);

  OpenAiClient(Settings settings, Connections connections) {
    var uri = settings.vllmUrl().orElseThrow();
    this.connections = connections;
    base = uri.toString().replaceFirst("/+$", "");
    address = uri.getRawUserInfo() == null ? base : base.replace(uri.getRawUserInfo() + "@", "");
    apiKey = settings.vllmApiKey();
    for (var lane : Lane.values()) {
      circuits.put(lane, new Circuit());
    }
  }

  /** The server's address, without credentials. */
  String address() {
    return address;
  }

  /**
   * Asks, at the root of the server, whether it is well. A server without such a page is.
   *
   * @throws ServerException when it is not, or cannot be reached
   */
  void checkHealth(Wait wait) {
    var root = base.endsWith("/v1") ? base.substring(0, base.length() - "/v1".length()) : base;
    var answer = get(root + "/health", Limits.EMBEDDING_ERROR_BYTES_MAX, wait);
    if (answer.statusCode() >= 500) {
      throw error(answer, answer.body()).exception(address);
    }
  }

  /**
   * What the server says of its models; empty when it has no such page.
   *
   * @throws ServerException when it cannot be had
   */
  Optional<String> models(Wait wait) {
    var answer = get(base + "/models", Limits.EMBEDDING_MODELS_BYTES_MAX, wait);
    return switch (answer.statusCode()) {
      case 200 -> Optional.of(answer.body());
      case 404, 405, 501 -> Optional.empty();
      default -> throw error(answer, answer.body()).exception(address);
    };
  }

  private HttpResponse<String> get(String uri, int bytesMax, Wait wait) {
    var request = request(uri).GET().build();
    var answered = new AtomicBoolean();
    try {
      return connections.send(
          request,
          _ -> {
            answered.set(true);
            return new TextSubscriber(bytesMax);
          },
          Lane.QUERY,
          wait);
    } catch (IOException e) {
      throw lost(e, answered.get(), wait);
    }
  }

  private HttpRequest.Builder request(String uri) {
    var builder = HttpRequest.newBuilder(URI.create(uri)).header("Accept", "application/json");
    apiKey.ifPresent(key -> builder.header("Authorization", "Bearer " + key));
    return builder;
  }

  /**
   * What was embedded.
   *
   * @param dimension floats of a vector
   * @param unusable places in the request whose vector is zero or not finite
   */
  record Embedded(int dimension, BitSet unusable) {}

  /**
   * Asks for vectors.
   *
   * @param body of the request
   * @param vectors off-heap, of an arena that other threads may use
   * @param rows the row of each text of the request
   * @param dimension floats of a vector; 0 takes what comes, of a single text
   * @throws ServerException when there is none
   */
  Embedded embed(
      BodyPublisher body, MemorySegment vectors, int[] rows, int dimension, Lane lane, Wait wait) {
    var circuit = circuits.get(lane);
    circuit.enter(
        () -> checkHealth(wait.atMost(Duration.ofMillis(Limits.EMBEDDING_HEALTH_MILLIS_MAX))));
    try {
      var embedded = untilItPasses(body, vectors, rows, dimension, lane, wait);
      circuit.passed();
      return embedded;
    } catch (ServerException e) {
      if (e.fault() == Fault.OUTAGE || e.fault() == Fault.SETUP) {
        circuit.failed(e);
      }
      throw e;
    }
  }

  private Embedded untilItPasses(
      BodyPublisher body, MemorySegment vectors, int[] rows, int dimension, Lane lane, Wait wait) {
    for (var attempt = 1; ; attempt++) {
      try {
        return once(body, new VectorRows(vectors, rows, dimension), lane, wait);
      } catch (ServerException e) {
        if (!e.mayPass() || attempt == lane.attemptsMax() || !wait.pause(pause(attempt, e))) {
          throw e;
        }
      }
    }
  }

  /** At first none when a connection broke: most likely it was an idle one, and had to. */
  private static Duration pause(int attempt, ServerException e) {
    if (e.retryAfter().isPresent()) {
      return e.retryAfter().get();
    }
    if (attempt == 1 && e.getCause() instanceof IOException) {
      return Duration.ZERO;
    }
    var millis = (long) Limits.EMBEDDING_RETRY_MILLIS << (attempt - 1);
    return Duration.ofMillis(millis / 2 + ThreadLocalRandom.current().nextLong(millis));
  }

  private Embedded once(BodyPublisher body, VectorRows rows, Lane lane, Wait wait) {
    var request =
        request(base + "/embeddings").header("Content-Type", "application/json").POST(body).build();
    var reading = new AnswerSubscriber(rows, Limits.EMBEDDING_RESPONSE_BYTES_MAX);
    var answered = new AtomicBoolean();
    try {
      var answer =
          connections.send(
              request,
              head -> {
                answered.set(true);
                return subscriber(head, reading);
              },
              lane,
              wait);
      return switch (answer.body()) {
        case Body.Vectors vectors -> new Embedded(rows.dimension(), vectors.unusable());
        case Body.Text text -> throw error(answer, text.text()).exception(address);
      };
    } catch (IOException e) {
      throw lost(e, answered.get(), wait);
    } catch (VectorRows.Unusable e) {
      throw new ServerException(
          Fault.SETUP,
          "The embedding server at %s: %s. Check VLLM_MODEL, VEC_DIM, and that VLLM_URL is an OpenAI-compatible server."
              .formatted(address, e.getMessage()),
          e);
    } finally {
      reading.leave(); // the memory is the caller's again
    }
  }

  private sealed interface Body {
    record Vectors(BitSet unusable) implements Body {}

    record Text(String text) implements Body {}
  }

  private static HttpResponse.BodySubscriber<Body> subscriber(
      ResponseInfo head, AnswerSubscriber reading) {
    return head.statusCode() == 200
        ? BodySubscribers.mapping(reading, Body.Vectors::new)
        : BodySubscribers.mapping(
            new TextSubscriber(Limits.EMBEDDING_ERROR_BYTES_MAX), Body.Text::new);
  }

  private static ServerError error(HttpResponse<?> answer, String body) {
    var retryAfter = answer.headers().firstValue("Retry-After");
    return ServerError.of(answer.statusCode(), retryAfter, body);
  }

  private ServerException lost(IOException e, boolean answered, Wait wait) {
    if (e instanceof HttpConnectTimeoutException) {
      return new ServerException(
          Fault.OUTAGE,
          "The embedding server at %s takes no connection. Start it or check VLLM_URL; lexical search still works."
              .formatted(address),
          e);
    }
    if (e instanceof HttpTimeoutException) {
      return new ServerException(
          Fault.OUTAGE,
          "The embedding server at %s gave no answer in %s s. Raise VLLM_TIMEOUT_S or lower VLLM_BATCH_SIZE; lexical search still works."
              .formatted(address, seconds(wait.most())),
          e);
    }
    if (answered) {
      return new ServerException(
          Fault.OUTAGE,
          "The embedding server at %s broke off its answer: %s. The server's log may say more."
              .formatted(address, describe(e)),
          e);
    }
    return ServerException.passing(
        "Cannot reach the embedding server at %s: %s. Start it or check VLLM_URL; lexical search still works."
            .formatted(address, describe(e)),
        Optional.empty(),
        e);
  }

  private static String seconds(Duration time) {
    return time.toMillis() % 1_000 == 0
        ? Long.toString(time.toSeconds())
        : "%.1f".formatted(time.toMillis() / 1e3);
  }

  private static String describe(Throwable thrown) {
    var message = thrown.getMessage();
    return message == null || message.isBlank()
        ? thrown.getClass().getSimpleName()
        : ServerError.firstLine(message);
  }
}
