package dev.codeintel.embed;

import dev.codeintel.chunk.Chunk;
import dev.codeintel.chunk.TokenCounter;
import dev.codeintel.config.Limits;
import dev.codeintel.config.Settings;
import dev.codeintel.embed.ServerException.Fault;
import dev.codeintel.ops.CancelToken;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;

/**
 * A model behind {@code POST {VLLM_URL}/embeddings}: vLLM or another OpenAI-compatible server.
 * Calls wait on their own thread, best a virtual one; many may run at the same time. A query
 * overtakes the documents that wait for their turn.
 */
public final class OpenAiEmbedder implements Embedder {

  private static final int SPECIAL_TOKENS = 2;
  private static final int DIGEST_BYTES = 4;
  private static final int[] ONE = {0};
  private static final Thread ANOTHER = Thread.ofVirtual().unstarted(() -> {});

  private final Connections connections;
  private final OpenAiClient client;
  private final Settings settings;
  private final ServedModel model;
  private final ModelForm form;
  private final TokenBound bound;
  private final EmbeddingRequest request;
  private final int dimension;
  private final QueryCache queries = new QueryCache();

  private OpenAiEmbedder(
      Connections connections,
      OpenAiClient client,
      Settings settings,
      ServedModel model,
      ModelForm form,
      TokenBound bound,
      EmbeddingRequest request,
      int dimension) {
    this.connections = connections;
    this.client = client;
    this.settings = settings;
    this.model = model;
    this.form = form;
    this.bound = bound;
    this.request = request;
    this.dimension = dimension;
  }

  /**
   * Asks the server whether it is well, for its model, and for a first vector.
   *
   * @param connections closed with the embedder
   * @throws EmbeddingException when the server cannot be had, or its vectors are not those that
   *     {@code VEC_DIM} asks for
   */
  static OpenAiEmbedder open(Settings settings, Connections connections, Wait wait) {
    var client = new OpenAiClient(settings, connections);
    client.checkHealth(wait.atMost(Duration.ofMillis(Limits.EMBEDDING_HEALTH_MILLIS_MAX)));
    var model = ServedModel.find(client.models(wait), settings.vllmModel(), client.address());
    var known = ModelForm.of(model.id(), model.root());
    var form =
        new ModelForm(
            settings.documentPrefix().orElse(known.documentPrefix()),
            settings.queryPrefix().orElse(known.queryPrefix()),
            known.uncased());
    var bound = TokenBound.of(form, model.tokensMax());
    var request = new EmbeddingRequest(model.id(), 0, bound.certain());
    var dimension = dimension(client, request, wait);
    var wanted = settings.vectorDimension();
    if (wanted > 0 && wanted != dimension) {
      request = new EmbeddingRequest(model.id(), wanted, bound.certain());
      dimension = shortened(client, request, dimension, wait);
    }
    return new OpenAiEmbedder(
        connections, client, settings, model, form, bound, request, dimension);
  }

  private static int dimension(OpenAiClient client, EmbeddingRequest request, Wait wait) {
    var body = request.body(List.of(TextRun.CONTROL));
    var embedded = client.embed(body, VectorRows.unknown(Arena.ofAuto()), ONE, 0, Lane.QUERY, wait);
    if (!embedded.unusable().isEmpty()) {
      throw new ServerException(
          Fault.SETUP,
          "The embedding server at %s, model %s, gives vectors that are zero or not finite. Check its model."
              .formatted(client.address(), request.model()));
    }
    return embedded.dimension();
  }

  /** The dimension that VEC_DIM asks for, of a model that can shorten its vectors. */
  private static int shortened(
      OpenAiClient client, EmbeddingRequest request, int usual, Wait wait) {
    var wanted = request.dimensions();
    var words = "It does not shorten them";
    try {
      var given = wanted < usual ? dimension(client, request, wait) : usual;
      if (given == wanted) {
        return wanted;
      }
    } catch (ServerException e) {
      if (e.fault() != Fault.INPUT && e.fault() != Fault.SETUP) {
        throw e;
      }
      words = e.getMessage();
    }
    throw new ServerException(
        Fault.SETUP,
        "The embedding server at %s, model %s, gives vectors of %d floats, not %d. %s. Check VEC_DIM and VLLM_MODEL."
            .formatted(
                client.address(), request.model(), usual, wanted, ServerError.firstLine(words)));
  }

  @Override
  public String identity() {
    return "openai %s root/%s dimension/%d%s tokens/%d header/symbol-1 split/%d document/%s query/%s"
        .formatted(
            model.id(),
            model.root(),
            dimension,
            request.dimensions() > 0 ? "-shortened" : "",
            model.tokensMax(),
            form.uncased() ? 1 : 0,
            name(form.documentPrefix()),
            name(form.queryPrefix()));
  }

  /** A prefix in a word. */
  private static String name(String prefix) {
    if (prefix.isEmpty()) {
      return "plain";
    }
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      var bytes = digest.digest(prefix.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(bytes, 0, DIGEST_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public int documentTokensMax() {
    var prefix = form.documentPrefix().isEmpty() ? 0 : bound.counter().count(form.documentPrefix());
    return Math.max(1, model.tokensMax() - SPECIAL_TOKENS - prefix);
  }

  /**
   * Exact for models with the vocabulary of BERT; for others that read long texts never too few;
   * for the rest an estimate that rather counts too many.
   */
  @Override
  public TokenCounter tokens() {
    return bound.counter();
  }

  @Override
  public String documentText(Chunk chunk) {
    return chunk.symbol().map(symbol -> symbol + "\n" + chunk.text()).orElse(chunk.text());
  }

  @Override
  public int batchSize() {
    return settings.vllmBatchSize();
  }

  /** A server works on one request while others are on their way; one connection is for queries. */
  @Override
  public int callers() {
    return Math.clamp(settings.vllmMaxConnections() - 1, 1, Limits.EMBEDDING_CALLERS_MAX);
  }

  @Override
  public List<Refusal> embedDocuments(
      List<String> documents, MemorySegment vectors, CancelToken cancel) {
    requireRoom(vectors, documents.size());
    var texts = documents.stream().map(form::document).toList();
    var batches =
        BatchPlan.of(
            texts.stream().mapToInt(TokenBound::estimate).toArray(),
            settings.vllmBatchSize(),
            Limits.EMBEDDING_BATCH_TOKENS_MAX);
    return run(Lane.DOCUMENT, () -> new Wait(cancel, settings.vllmTimeout()))
        .embed(texts, batches, vectors);
  }

  @Override
  public void embedQuery(String query, MemorySegment vector, CancelToken cancel) {
    requireRoom(vector, 1);
    if (queries.get(query, vector)) {
      return;
    }
    var wait = new Wait(cancel, patience(settings));
    var refused =
        run(Lane.QUERY, () -> wait).embed(List.of(form.query(query)), List.of(ONE), vector);
    if (!refused.isEmpty()) {
      throw new EmbeddingException(refused.getFirst().reason());
    }
    queries.put(query, vector, dimension);
  }

  /** How long a query waits for the server: the other half of its time is for a search by words. */
  static Duration patience(Settings settings) {
    var half = settings.queryTimeout().dividedBy(2);
    return half.compareTo(settings.vllmTimeout()) < 0 ? half : settings.vllmTimeout();
  }

  private TextRun run(Lane lane, Supplier<Wait> waits) {
    return new TextRun(client, request, dimension, lane, waits);
  }

  private void requireRoom(MemorySegment vectors, int count) {
    var rowBytes = (long) dimension * Float.BYTES;
    if (vectors.byteSize() < count * rowBytes) {
      throw new IllegalArgumentException(
          "%d bytes for %d vectors of %d bytes".formatted(vectors.byteSize(), count, rowBytes));
    }
    if (!vectors.isAccessibleBy(ANOTHER)) {
      throw new IllegalArgumentException(
          "The vectors lie in an arena of one thread; others write them.");
    }
  }

  /** Waits for calls in flight, then closes every connection. */
  @Override
  public void close() {
    connections.close();
  }
}
