package dev.codeintel.testkit;

import dev.codeintel.config.Settings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A server that speaks as vLLM does and embeds as {@link WordsEmbedder} does: the vectors are right
 * only if texts, indexes, encoding and dimension were. Does something else when it is told to.
 */
public final class FakeVllm implements AutoCloseable {

  /** A text with this word has no vector: 400 for the whole request. */
  public static final String POISON = "poison";

  /** A text with this word has a vector of NaN. */
  public static final String NAN = "notanumber";

  public static final String MODEL = "org/model";
  private static final JsonMapper JSON = new JsonMapper();

  private final Queue<HttpPeer.Handler> next = new ArrayDeque<>();
  private final HttpPeer peer = new HttpPeer(this::answer);
  private volatile HttpPeer.Handler health = (_, reply) -> reply.send(200, "");
  private volatile HttpPeer.Handler embeddings = this::embed;
  private volatile String models =
      "{\"object\":\"list\",\"data\":[{\"id\":\"org/model\",\"root\":\"org/model-v1\",\"max_model_len\":8192}]}";
  private volatile int charsMax = Integer.MAX_VALUE;
  private volatile boolean floats;

  public HttpPeer peer() {
    return peer;
  }

  /** The next request for vectors is answered so, and so on, until there are none left. */
  public FakeVllm then(HttpPeer.Handler answer) {
    synchronized (next) {
      next.add(answer);
    }
    return this;
  }

  /** Every other request for vectors is answered so. */
  public void always(HttpPeer.Handler answer) {
    embeddings = answer;
  }

  /** The health page answers so. */
  public void health(HttpPeer.Handler answer) {
    health = answer;
  }

  /** The list of models; empty: there is none. */
  public void models(String list) {
    models = list;
  }

  /** Refuses longer texts. */
  public void charsMax(int most) {
    charsMax = most;
  }

  /** Gives arrays of numbers whatever it is asked for. */
  public void floats() {
    floats = true;
  }

  /** Settings that lead here. */
  public Settings settings(Map<String, String> more) {
    var environment = new HashMap<>(more);
    environment.putIfAbsent("HOME", "/nonexistent");
    environment.put("VLLM_URL", url());
    return Settings.load(Optional.empty(), environment);
  }

  public String url() {
    return "http://127.0.0.1:%d/v1".formatted(peer.port());
  }

  /** Requests for vectors so far. */
  public List<HttpPeer.Request> asked() {
    return peer.requests().stream().filter(each -> each.path().endsWith("/embeddings")).toList();
  }

  private void answer(HttpPeer.Request request, HttpPeer.Reply reply) throws IOException {
    switch (request.path()) {
      case "/health" -> health.answer(request, reply);
      case "/v1/models" -> reply.send(models.isEmpty() ? 404 : 200, models);
      case "/v1/embeddings" -> {
        HttpPeer.Handler answer;
        synchronized (next) {
          answer = next.isEmpty() ? embeddings : next.remove();
        }
        answer.answer(request, reply);
      }
      default -> reply.send(404, "{\"detail\":\"Not Found\"}");
    }
  }

  /** As a server should. */
  public void embed(HttpPeer.Request request, HttpPeer.Reply reply) throws IOException {
    var asked = JSON.readTree(request.text());
    var texts = texts(asked);
    if (texts.stream().anyMatch(text -> text.contains(POISON))) {
      reply.send(400, error(400, "The tokenizer cannot read it."));
    } else if (texts.stream().anyMatch(text -> text.length() > charsMax)) {
      reply.send(
          400,
          error(
              400,
              "You passed 1451 input tokens. However, the model's context length is only 512"
                  + " tokens, resulting in a maximum input length of 512 tokens."));
    } else {
      reply.send(200, answer(asked));
    }
  }

  /** The body of a right answer. */
  public String answer(HttpPeer.Request request) {
    return answer(JSON.readTree(request.text()));
  }

  private String answer(JsonNode asked) {
    var texts = texts(asked);
    var base64 = !floats && asked.path("encoding_format").asString().equals("base64");
    var items = new ArrayList<String>();
    for (var i = 0; i < texts.size(); i++) {
      var vector = vector(texts.get(i));
      items.add(item(i, base64 ? base64(vector) : array(vector)));
    }
    return body(items.toArray(String[]::new));
  }

  /** The texts of a request. */
  public static List<String> texts(HttpPeer.Request request) {
    return texts(JSON.readTree(request.text()));
  }

  private static List<String> texts(JsonNode asked) {
    return asked.path("input").valueStream().map(JsonNode::stringValue).toList();
  }

  /** The vector that it gives for a text. */
  public static float[] vector(String text) {
    var vector = WordsEmbedder.vector(text);
    if (text.contains(NAN)) {
      vector[0] = Float.NaN;
    }
    return vector;
  }

  public static String error(int status, String message) {
    return "{\"error\":{\"message\":\"%s\",\"type\":\"BadRequestError\",\"param\":null,\"code\":%d}}"
        .formatted(message, status);
  }

  public static String body(String... items) {
    return "{\"id\":\"embd-1\",\"object\":\"list\",\"created\":1776243443,\"model\":\"org/model\",\"data\":["
        + String.join(",", items)
        + "],\"usage\":{\"prompt_tokens\":1,\"total_tokens\":1,\"completion_tokens\":0,\"prompt_tokens_details\":null}}";
  }

  public static String item(int index, String embedding) {
    return "{\"index\":%d,\"object\":\"embedding\",\"embedding\":%s}".formatted(index, embedding);
  }

  public static String array(float... values) {
    var text = new StringBuilder("[");
    for (var value : values) {
      text.append(text.length() > 1 ? "," : "").append(value);
    }
    return text.append("]").toString();
  }

  public static String base64(float... values) {
    var bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return "\"" + Base64.getEncoder().encodeToString(bytes.array()) + "\"";
  }

  @Override
  public void close() {
    peer.close();
  }
}
