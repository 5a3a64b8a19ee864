package dev.codeintel.embed;

import dev.codeintel.embed.Embedder.Refusal;
import dev.codeintel.embed.ServerException.Fault;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;

/**
 * Embeds texts such that one that cannot be embedded does not stop the others: a batch that is
 * refused is split until the text that is to blame stands alone. A text that is too long for the
 * model is embedded in halves. Used by one thread.
 */
final class TextRun {

  /** Of a text like this there is always a vector, or the server has none of any. */
  static final String CONTROL = "dimension";

  private static final int[] FIRST = {0};
  private static final int HALVES_CHARS_MIN = 64;

  private final OpenAiClient client;
  private final EmbeddingRequest request;
  private final int dimension;
  private final Lane lane;
  private final Supplier<Wait> waits;

  /**
   * @param waits how long to wait for each request
   */
  TextRun(
      OpenAiClient client,
      EmbeddingRequest request,
      int dimension,
      Lane lane,
      Supplier<Wait> waits) {
    this.client = client;
    this.request = request;
    this.dimension = dimension;
    this.lane = lane;
    this.waits = waits;
  }

  /**
   * Embeds texts.
   *
   * @param texts as the model gets them
   * @param batches places in {@code texts}, a request each
   * @param vectors receives a row a text, of any arena that other threads may use
   * @return the texts without a vector
   * @throws ServerException when it is not for the texts that there are no vectors
   */
  List<Refusal> embed(List<String> texts, List<int[]> batches, MemorySegment vectors) {
    var refused = new ArrayList<Refusal>();
    var work = new ArrayDeque<>(batches);
    while (!work.isEmpty()) {
      var rows = work.pop();
      try {
        refused.addAll(request(texts, rows, vectors));
      } catch (ServerException e) {
        if (!isForInput(e)) {
          throw e;
        }
        if (rows.length > 1) {
          work.push(Arrays.copyOfRange(rows, rows.length / 2, rows.length));
          work.push(Arrays.copyOfRange(rows, 0, rows.length / 2));
        } else if (!inHalves(texts.get(rows[0]), row(vectors, rows[0]), e)) {
          requireControl(e);
          refused.add(new Refusal(rows[0], e.getMessage()));
        }
      }
    }
    refused.sort(Comparator.comparingInt(Refusal::document));
    return refused;
  }

  private static boolean isForInput(ServerException e) {
    return e.fault() == Fault.INPUT || e.fault() == Fault.TOO_LONG;
  }

  private MemorySegment row(MemorySegment vectors, int row) {
    var bytes = (long) dimension * Float.BYTES;
    return vectors.asSlice(row * bytes, bytes);
  }

  private List<Refusal> request(List<String> texts, int[] rows, MemorySegment vectors) {
    var body = request.body(Arrays.stream(rows).mapToObj(texts::get).toList());
    var unusable = client.embed(body, vectors, rows, dimension, lane, waits.get()).unusable();
    if (unusable.isEmpty()) {
      return List.of();
    }
    var reason =
        "The embedding server at %s gave a vector that is zero or not finite."
            .formatted(client.address());
    if (unusable.cardinality() == rows.length) {
      requireControl(new ServerException(Fault.SETUP, reason + " Check its model."));
    }
    return unusable.stream().mapToObj(place -> new Refusal(rows[place], reason)).toList();
  }

  /**
   * Before a text is blamed: a server that is out of memory, or does not know a field of ours,
   * refuses every text.
   *
   * @param blame thrown when it does
   */
  private void requireControl(ServerException blame) {
    try {
      var vector = Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, dimension);
      var body = request.body(List.of(CONTROL));
      var embedded = client.embed(body, vector, FIRST, dimension, lane, waits.get());
      if (embedded.unusable().isEmpty()) {
        return;
      }
    } catch (ServerException e) {
      throw isForInput(e) ? new ServerException(Fault.SETUP, e.getMessage(), e) : e;
    }
    throw blame;
  }

  /**
   * The vector of a text that is too long: the mean of those of its halves, and of theirs.
   *
   * @return false when there is none
   */
  private boolean inHalves(String text, MemorySegment vector, ServerException refusal) {
    if (refusal.fault() != Fault.TOO_LONG || text.length() < HALVES_CHARS_MIN) {
      return false;
    }
    var middle = middle(text);
    var pair = Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, 2L * dimension);
    if (!part(text.substring(0, middle), row(pair, 0))
        || !part(text.substring(middle), row(pair, 1))) {
      return false;
    }
    Pooling.average(pair, dimension, vector);
    return true;
  }

  private boolean part(String text, MemorySegment vector) {
    try {
      return request(List.of(text), FIRST, vector).isEmpty();
    } catch (ServerException e) {
      if (!isForInput(e)) {
        throw e;
      }
      return inHalves(text, vector, e);
    }
  }

  /** Behind the last line end of the first half; without one in the middle of a line. */
  private static int middle(String text) {
    var half = text.length() / 2;
    var line = text.lastIndexOf('\n', half) + 1;
    if (line > half / 2) {
      return line;
    }
    return Character.isLowSurrogate(text.charAt(half)) ? half + 1 : half;
  }
}
