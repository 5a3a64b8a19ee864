package dev.codeintel.embed;

import dev.codeintel.config.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.BitSet;
import tools.jackson.core.Base64Variants;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads the answer of {@code POST /embeddings} as it arrives, straight into off-heap memory: base64
 * of little-endian floats, or arrays of numbers from servers that know no {@code encoding_format}.
 * Every vector is checked and normalised; nothing is taken on trust.
 */
final class EmbeddingAnswer {

  private static final ValueLayout.OfFloat LITTLE_ENDIAN =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final JsonFactory JSON = new JsonFactory();

  private final int count;
  private final MemorySegment vectors;
  private final BitSet seen = new BitSet();
  private final Row row;
  private int dimension;

  private EmbeddingAnswer(int count, int dimension, MemorySegment vectors, Row row) {
    this.count = count;
    this.dimension = dimension;
    this.vectors = vectors;
    this.row = row;
  }

  /**
   * @param count how many vectors were asked for
   * @param dimension floats of a vector; 0 takes what comes, and stores nothing
   * @param vectors receives {@code count * dimension} floats, ordered by the answer's indexes
   * @return floats of a vector
   * @throws Unusable when the answer is not exactly that
   * @throws tools.jackson.core.JacksonException when it is no JSON, or the connection broke
   */
  static int read(InputStream in, int count, int dimension, MemorySegment vectors) {
    try (var arena = Arena.ofConfined();
        var parser = JSON.createParser(ObjectReadContext.empty(), in)) {
      var row = new Row(arena.allocate((long) Limits.DIMENSION_MAX * Float.BYTES));
      var answer = new EmbeddingAnswer(count, dimension, vectors, row);
      answer.read(parser);
      return answer.dimension;
    }
  }

  private void read(JsonParser parser) {
    require(parser.nextToken() == JsonToken.START_OBJECT, "is no JSON object");
    for (var name = parser.nextName(); name != null; name = parser.nextName()) {
      var value = parser.nextToken();
      if (name.equals("data") && value == JsonToken.START_ARRAY) {
        while (parser.nextToken() == JsonToken.START_OBJECT) {
          readItem(parser);
        }
      } else {
        parser.skipChildren();
      }
    }
    require(
        seen.cardinality() == count,
        "has %d vectors for %d texts".formatted(seen.cardinality(), count));
  }

  private void readItem(JsonParser parser) {
    var index = -1;
    row.clear();
    for (var name = parser.nextName(); name != null; name = parser.nextName()) {
      var value = parser.nextToken();
      if (name.equals("index") && value == JsonToken.VALUE_NUMBER_INT) {
        index = parser.getIntValue();
      } else if (name.equals("embedding")) {
        readVector(parser, value);
      } else {
        parser.skipChildren();
      }
    }
    require(
        index >= 0 && index < count, "has a vector with index %d of %d".formatted(index, count));
    require(!seen.get(index), "has two vectors with index %d".formatted(index));
    seen.set(index);
    store(index);
  }

  private void readVector(JsonParser parser, JsonToken value) {
    if (value == JsonToken.VALUE_STRING) {
      parser.readBinaryValue(Base64Variants.MIME_NO_LINEFEEDS, row);
      return;
    }
    require(value == JsonToken.START_ARRAY, "has an embedding that is neither text nor array");
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      require(parser.currentToken().isNumeric(), "has an embedding of what are no numbers");
      row.add(parser.getFloatValue());
    }
  }

  private void store(int index) {
    require(row.size % Float.BYTES == 0 && row.size > 0, "has a vector of no whole floats");
    var floats = row.size / Float.BYTES;
    if (dimension == 0) {
      dimension = floats;
      return;
    }
    require(floats == dimension, "has a vector of %d floats, not %d".formatted(floats, dimension));
    if (vectors.byteSize() == 0) {
      return;
    }
    var vector = vectors.asSlice((long) index * row.size, row.size);
    for (var i = 0; i < dimension; i++) {
      vector.setAtIndex(ValueLayout.JAVA_FLOAT, i, row.bytes.getAtIndex(LITTLE_ENDIAN, i));
    }
    require(
        Pooling.normalize(vector, dimension),
        "has a vector, index %d, that is zero or not finite".formatted(index));
  }

  private static void require(boolean condition, String finding) {
    if (!condition) {
      throw new Unusable("the answer " + finding);
    }
  }

  /** The answer is JSON, but not the vectors that were asked for. */
  static final class Unusable extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Unusable(String message) {
      super(message);
    }
  }

  /** The floats of one vector, until its index is known. */
  private static final class Row extends OutputStream {

    private final MemorySegment bytes;
    private int size;

    Row(MemorySegment bytes) {
      this.bytes = bytes;
    }

    void clear() {
      size = 0;
    }

    void add(float value) {
      requireRoom(Float.BYTES);
      bytes.set(LITTLE_ENDIAN, size, value);
      size += Float.BYTES;
    }

    @Override
    public void write(int value) {
      requireRoom(1);
      bytes.set(ValueLayout.JAVA_BYTE, size++, (byte) value);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
      requireRoom(length);
      MemorySegment.copy(from, offset, bytes, ValueLayout.JAVA_BYTE, size, length);
      size += length;
    }

    private void requireRoom(int more) {
      require(
          size + more <= bytes.byteSize(),
          "has a vector of more than %,d floats".formatted(Limits.DIMENSION_MAX));
    }
  }
}
