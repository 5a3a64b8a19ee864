package dev.codeintel.embed;

import dev.codeintel.chunk.Chunk;
import dev.codeintel.chunk.TokenCounter;
import dev.codeintel.config.Settings;
import dev.codeintel.ops.CancelToken;
import java.io.StringWriter;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.regex.Pattern;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/**
 * A model behind {@code POST {VLLM_URL}/embeddings}: vLLM or another OpenAI-compatible server.
 * Nothing is known of the model, so it gets plain text: no prefix, no split of identifiers.
 */
public final class OpenAiEmbedder implements Embedder {

  private static final String PREPARATION = "header/symbol-1 query/plain-1";
  private static final int MODEL_TOKENS_DEFAULT = 512;
  private static final int SPECIAL_TOKENS = 2;
  private static final int CHARS_A_TOKEN = 3;
  private static final Pattern ENGLISH_BGE =
      Pattern.compile("bge-(small|base|large)-en", Pattern.CASE_INSENSITIVE);
  private static final JsonFactory JSON = new JsonFactory();
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final MemorySegment NOWHERE = MemorySegment.NULL;

  private final OpenAiClient client;
  private final Model model;
  private final int batchSize;
  private final int dimension;
  private final TokenCounter tokens;
  private final ReentrantReadWriteLock life = new ReentrantReadWriteLock();
  private boolean closed; // under life

  private OpenAiEmbedder(
      OpenAiClient client, Model model, Settings settings, int dimension, TokenCounter tokens) {
    this.client = client;
    this.model = model;
    this.batchSize = settings.vllmBatchSize();
    this.dimension = dimension;
    this.tokens = tokens;
  }

  /**
   * Asks the server for its model, and for a first vector.
   *
   * @throws EmbeddingException when the server cannot be had, or its vectors are not those that
   *     {@code VEC_DIM} asks for
   */
  public static OpenAiEmbedder open(Settings settings) {
    var client = new OpenAiClient(settings);
    try {
      var model = findModel(client, settings.vllmModel());
      var dimension =
          embed(
              client,
              model,
              List.of("dimension"),
              settings.vectorDimension(),
              NOWHERE,
              CancelToken.create());
      var tokens = ENGLISH_BGE.matcher(model.id()).find() ? exact() : estimate();
      return new OpenAiEmbedder(client, model, settings, dimension, tokens);
    } catch (RuntimeException e) {
      client.close();
      throw e;
    }
  }

  private record Model(String id, int tokensMax) {}

  private static Model findModel(OpenAiClient client, Optional<String> wanted) {
    var list = client.<JsonNode>get("/models", CancelToken.create(), MAPPER::readTree);
    for (var each : list.map(page -> page.path("data")).orElse(MissingNode.getInstance())) {
      var id = each.path("id").stringValue("");
      if (!id.isEmpty() && wanted.orElse(id).equals(id)) {
        return new Model(id, each.path("max_model_len").intValue(MODEL_TOKENS_DEFAULT));
      }
    }
    // Some servers have no list, or another name in it: the first request will tell.
    return new Model(
        wanted.orElseThrow(
            () ->
                new EmbeddingException(
                    "The embedding server at %s lists no model. Set VLLM_MODEL."
                        .formatted(client.address()))),
        MODEL_TOKENS_DEFAULT);
  }

  private static TokenCounter exact() {
    return WordPiece.load()::count;
  }

  /**
   * An estimate on the safe side for source code: three ASCII characters, or one other, a token.
   * The server cuts what is still too long.
   */
  private static TokenCounter estimate() {
    return text -> {
      var ascii = (int) text.chars().filter(character -> character < 0x80).count();
      return (ascii + CHARS_A_TOKEN - 1) / CHARS_A_TOKEN + (text.length() - ascii);
    };
  }

  @Override
  public String identity() {
    return "openai %s dimension/%d %s".formatted(model.id(), dimension, PREPARATION);
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public int documentTokensMax() {
    return Math.max(1, model.tokensMax() - SPECIAL_TOKENS);
  }

  /** Exact for the English bge models; for others an estimate that rather counts too many. */
  @Override
  public TokenCounter tokens() {
    return tokens;
  }

  @Override
  public String documentText(Chunk chunk) {
    return chunk.symbol().map(symbol -> symbol + "\n" + chunk.text()).orElse(chunk.text());
  }

  @Override
  public int batchSize() {
    return batchSize;
  }

  @Override
  public void embedDocuments(List<String> documents, MemorySegment vectors, CancelToken cancel) {
    var rowBytes = (long) dimension * Float.BYTES;
    if (vectors.byteSize() < documents.size() * rowBytes) {
      throw new IllegalArgumentException(
          "%d bytes for %d vectors of %d bytes"
              .formatted(vectors.byteSize(), documents.size(), rowBytes));
    }
    enter();
    try {
      for (var from = 0; from < documents.size(); from += batchSize) {
        var batch = documents.subList(from, Math.min(documents.size(), from + batchSize));
        var target = vectors.asSlice(from * rowBytes, batch.size() * rowBytes);
        embed(client, model, batch, dimension, target, cancel);
      }
    } finally {
      life.readLock().unlock();
    }
  }

  @Override
  public void embedQuery(String query, MemorySegment vector, CancelToken cancel) {
    embedDocuments(List.of(query), vector, cancel);
  }

  private static int embed(
      OpenAiClient client,
      Model model,
      List<String> texts,
      int dimension,
      MemorySegment vectors,
      CancelToken cancel) {
    try {
      return client.post(
          "/embeddings",
          requestBody(model, texts),
          cancel,
          body -> EmbeddingAnswer.read(body, texts.size(), dimension, vectors));
    } catch (EmbeddingAnswer.Unusable e) {
      throw new EmbeddingException(
          "The embedding server at %s, model %s: %s. Check VLLM_MODEL and VEC_DIM."
              .formatted(client.address(), model.id(), e.getMessage()),
          e);
    }
  }

  private static String requestBody(Model model, List<String> texts) {
    var out = new StringWriter();
    try (var json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
      json.writeStartObject();
      json.writeStringProperty("model", model.id());
      json.writeArrayPropertyStart("input");
      texts.forEach(json::writeString);
      json.writeEndArray();
      json.writeStringProperty("encoding_format", "base64");
      json.writeStringProperty("endianness", "little");
      // One text over the limit fails its whole batch, and the default side keeps the end.
      json.writeNumberProperty("truncate_prompt_tokens", -1);
      json.writeStringProperty("truncation_side", "right");
      json.writeEndObject();
    }
    return out.toString();
  }

  private void enter() {
    life.readLock().lock();
    if (closed) {
      life.readLock().unlock();
      throw new IllegalStateException("The embedding client was closed.");
    }
  }

  @Override
  public void close() {
    life.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        client.close();
      }
    } finally {
      life.writeLock().unlock();
    }
  }
}
