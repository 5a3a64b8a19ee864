package dev.codeintel.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.codeintel.testkit.FakeVllm;
import dev.codeintel.testkit.Seeded;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmbeddingAnswerTest {

  private static final int DIMENSION = 7; // no multiple of what is decoded at once

  /** A buffer ended within a number, a character or a key, and a vector was wrong. */
  @ParameterizedTest
  @CsvSource({"base64", "array"})
  void itDoesNotMatterWhereTheAnswerIsCut(String encoding) {
    var vectors = new float[][] {random(new Random(1)), random(new Random(2))};
    var body =
        "{ \"x\" : [ { \"data\":[1] }, true, -1.5e+3, null, \"a\\\"\\u00e9\\\\\" ],\n\"data\":["
            + item(1, vectors[1], encoding)
            + " , "
            + item(0, vectors[0], encoding)
            + "],\"usage\":{}}\n";
    for (var length = 1; length <= body.length(); length++) {
      var cut = length;
      var read = read(body, 2, DIMENSION, at -> Math.min(cut, body.length() - at));
      assertUnit(read.row(0), vectors[0]);
      assertUnit(read.row(1), vectors[1]);
      assertThat(read.unusable()).isEqualTo(new BitSet());
    }
  }

  /** Answers came back in another order and vectors were swapped. */
  @RepeatedTest(5)
  void vectorsGoToTheRowsThatTheirIndexesSay() {
    var random = Seeded.random();
    var count = 1 + random.nextInt(40);
    var vectors = new float[count][];
    var items = new String[count];
    var order = shuffled(count, random);
    for (var i = 0; i < count; i++) {
      vectors[i] = random(random);
      items[order[i]] = item(i, vectors[i], random.nextBoolean() ? "base64" : "array");
    }
    var rows = shuffled(count, random);
    var body = FakeVllm.body(items);
    var read = read(body, rows, DIMENSION, at -> 1 + random.nextInt(body.length() - at));
    for (var i = 0; i < count; i++) {
      assertUnit(read.row(rows[i]), vectors[i]);
    }
  }

  @Test
  void anIndexMayStandBehindItsVectorAndSignsMayBeEscaped() {
    var body =
        "{\"data\":[{\"embedding\":\"AAC\\u0041Pw==\",\"\\u0069ndex\":1},{\"object\":\"\","
            + "\"index\":0,\"embedding\":\"AADgQA\\u003d\\u003d\"}]}";
    var read = read(body, 2, 1, at -> body.length() - at);
    assertThat(read.row(0)).containsExactly(1);
    assertThat(read.row(1)).containsExactly(1);
    var slash = FakeVllm.base64(-0.0000305f, 123.25f); // has a slash in it
    assertThat(slash).contains("/");
    var escaped = FakeVllm.body(FakeVllm.item(0, slash.replace("/", "\\/")));
    var both = read(escaped, 1, 2, at -> escaped.length() - at);
    assertUnit(both.row(0), new float[] {-0.0000305f, 123.25f});
  }

  @Test
  void theDimensionIsThatOfTheAnswerWhereItIsNotKnown() {
    var rows = new VectorRows(VectorRows.unknown(Arena.ofAuto()), new int[] {0}, 0);
    var answer = new EmbeddingAnswer(rows);
    answer.read(buffer(FakeVllm.body(FakeVllm.item(0, "[1, 2, 3]"))));
    answer.end();
    assertThat(rows.finish()).isEqualTo(new BitSet());
    assertThat(rows.dimension()).isEqualTo(3);
    assertThatThrownBy(() -> new VectorRows(MemorySegment.NULL, new int[] {0, 1}, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** One vector that overflowed in the model is no reason to throw the others away. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"[0, 0]", "[1e39, 1]", "\"AADAfwAAgD8=\"", "\"AACAfwAAgD8=\"", "[-0.0, 0e9]"})
  void aVectorThatIsZeroOrNotFiniteIsNamed(String vector) {
    var body = FakeVllm.body(FakeVllm.item(1, vector), FakeVllm.item(0, "[3, 4]"));
    var read = read(body, 2, 2, at -> body.length() - at);
    assertThat(read.unusable().stream()).containsExactly(1);
    assertThat(read.row(0)).containsExactly(0.6f, 0.8f);
  }

  /** Response count, order, dimension and finiteness were not checked: bad vectors were stored. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"data":[]} | 0 vectors for 1 texts
          {"object":"list"} | 0 vectors for 1 texts
          {} | 0 vectors for 1 texts
          {"data":{"index":0,"embedding":[1,2]}} | 0 vectors for 1 texts
          {"data":null} | 0 vectors for 1 texts
          {"data":[{"index":0,"embedding":[1,2,3]}]} | 3 floats, not 2
          {"data":[{"index":0,"embedding":[]}]} | of 0 floats
          {"data":[{"index":0}]} | of 0 floats
          {"data":[{"index":0,"embedding":""}]} | of 0 floats
          {"data":[{"index":0,"embedding":"AAAA"}]} | no whole floats
          {"data":[{"index":0,"embedding":"AADAfwAAgD8A"}]} | no whole floats
          {"data":[{"index":0,"embedding":"A"}]} | no base64
          {"data":[{"index":0,"embedding":"AAAA="}]} | no base64
          {"data":[{"index":0,"embedding":"A=AA"}]} | no base64
          {"data":[{"index":0,"embedding":"not base 64"}]} | no base64
          {"data":[{"index":0,"embedding":"\\u0141AAA"}]} | no base64
          {"data":[{"index":0,"embedding":[null,1]}]} | no numbers
          {"data":[{"index":0,"embedding":["1",1]}]} | no numbers
          {"data":[{"index":0,"embedding":[[1],1]}]} | no numbers
          {"data":[{"index":0,"embedding":[NaN,1]}]} | no numbers
          {"data":[{"index":0,"embedding":[1.,1]}]} | a number that is none
          {"data":[{"index":0,"embedding":[-,1]}]} | a number that is none
          {"data":[{"index":0,"embedding":[01,1]}]} | a number that is none
          {"data":[{"index":0,"embedding":[1e,1]}]} | a number that is none
          {"data":[{"index":0,"embedding":[1.2.3,1]}]} | a number that is none
          {"data":[{"index":0,"embedding":[1-2,1]}]} | a number that is none
          {"data":[{"index":0,"embedding":{"a":1}}]} | neither text nor array
          {"data":[{"index":0,"embedding":7}]} | neither text nor array
          {"data":[{"index":0,"embedding":null}]} | neither text nor array
          {"data":[{"index":1,"embedding":[1,2]}]} | index 1 of 1
          {"data":[{"index":-1,"embedding":[1,2]}]} | index -1 of 1
          {"data":[{"index":0.5,"embedding":[1,2]}]} | index -1 of 1
          {"data":[{"index":99999999999999999999999,"embedding":[1,2]}]} | of 1
          {"data":[{"index":"0","embedding":[1,2]}]} | without an index
          {"data":[{"index":null,"embedding":[1,2]}]} | without an index
          {"data":[{"Ŧndex":0,"embedding":[1,2]}]} | without an index
          {"data":[{"embedding":[1,2]}]} | without an index
          {"data":[{"index":0,"index":0,"embedding":[1,2]}]} | two vectors with index 0
          {"data":[{"index":0,"embedding":[1,2],"embedding":[1,2]}]} | two vectors
          {"data":[{"index":0,"embedding":[1,2]},{"index":0,"embedding":[1,2]}]} | two vectors with index 0
          {"data":[{"index":0,"embedding":[1,2]},{"embedding":[1,2],"index":1}]} | more vectors than the 1 texts
          {"data":[1]} | an item that is no object
          {"data":["a"]} | an item that is no object
          {"data":[null]} | an item that is no object
          {"data":[[]]} | an item that is no object
          [1, 2] | no JSON object
          7 | no JSON object
          <html>login</html> | no JSON object
          {"data":[{"index":0,"embedding":[1 | ends in the middle
          '' | ends in the middle
          {"data" | ends in the middle
          {"data":[]]  | no JSON
          {"data":[}  | no JSON
          {"data":[1,]  | no object
          {"a":[1,]}  | no JSON
          {"a":1,}  | no JSON
          {"a" 1}  | no JSON
          {"a":1 "b":2}  | no JSON
          {"a":trux}  | no JSON
          {"a":tru}  | no JSON
          {"a":"\\x"}  | no JSON
          {"a":"\\u00g0"}  | no JSON
          {a:1}  | no JSON
          {} x  | no JSON
          {"a":[{]}  | no JSON
          """)
  void refusesAnAnswerThatIsNotTheVectorsAskedFor(String body, String finding) {
    assertThatThrownBy(() -> read(body, 1, 2, at -> body.length() - at))
        .isInstanceOf(VectorRows.Unusable.class)
        .hasMessageContaining(finding);
    assertThatThrownBy(() -> read(body, 1, 2, _ -> 1))
        .isInstanceOf(VectorRows.Unusable.class)
        .hasMessageContaining(finding);
  }

  @Test
  void aRawControlCharacterInAStringIsNoJson() {
    assertThatThrownBy(() -> read("{\"a\":\"\n\"}", 1, 2, _ -> 1)).hasMessageContaining("no JSON");
  }

  @Test
  void nestingIsBounded() {
    var body = "{\"a\":" + "[".repeat(100);
    assertThatThrownBy(() -> read(body, 1, 2, _ -> 1)).hasMessageContaining("deeper than 64");
  }

  /** A broken server must fill neither the memory nor the row of another text. */
  @Test
  void aVectorWithoutEndStaysInItsRow() {
    var body = FakeVllm.body(FakeVllm.item(0, "[" + "1,".repeat(20_000) + "1]"));
    assertThatThrownBy(() -> read(body, 1, 0, at -> body.length() - at))
        .hasMessageContaining("20,001 floats");
    var vectors = Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, 4);
    var rows = new VectorRows(vectors, new int[] {0}, 2);
    var answer = new EmbeddingAnswer(rows);
    assertThatThrownBy(() -> answer.read(buffer(body))).hasMessageContaining("20,001 floats");
    assertThat(vectors.getAtIndex(ValueLayout.JAVA_FLOAT, 2)).isZero();
  }

  private record Read(MemorySegment vectors, int dimension, BitSet unusable) {
    float[] row(int row) {
      return vectors
          .asSlice((long) row * dimension * Float.BYTES, (long) dimension * Float.BYTES)
          .toArray(ValueLayout.JAVA_FLOAT);
    }
  }

  private static Read read(String body, int count, int dimension, IntUnaryOperator cut) {
    return read(body, IntStream.range(0, count).toArray(), dimension, cut);
  }

  /**
   * @param cut how many bytes the buffer has that begins at an offset
   */
  private static Read read(String body, int[] texts, int dimension, IntUnaryOperator cut) {
    var vectors =
        dimension == 0
            ? VectorRows.unknown(Arena.ofAuto())
            : Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, (long) texts.length * dimension);
    var rows = new VectorRows(vectors, texts, dimension);
    var answer = new EmbeddingAnswer(rows);
    var bytes = body.getBytes(StandardCharsets.UTF_8);
    for (var at = 0; at < bytes.length; ) {
      var length = Math.min(cut.applyAsInt(at), bytes.length - at);
      answer.read(ByteBuffer.wrap(bytes, at, length).asReadOnlyBuffer());
      at += length;
    }
    answer.end();
    return new Read(vectors, dimension, rows.finish());
  }

  private static ByteBuffer buffer(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String item(int index, float[] vector, String encoding) {
    return FakeVllm.item(
        index, encoding.equals("base64") ? FakeVllm.base64(vector) : FakeVllm.array(vector));
  }

  private static float[] random(Random random) {
    var vector = new float[DIMENSION];
    for (var i = 0; i < DIMENSION; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private static int[] shuffled(int count, Random random) {
    var order = new ArrayList<>(IntStream.range(0, count).boxed().toList());
    Collections.shuffle(order, random);
    return order.stream().mapToInt(Integer::intValue).toArray();
  }

  private static void assertUnit(float[] actual, float[] vector) {
    var squares = 0.0;
    for (var value : vector) {
      squares += (double) value * value;
    }
    for (var i = 0; i < vector.length; i++) {
      assertThat(actual[i]).isEqualTo((float) (vector[i] / Math.sqrt(squares)), within(1e-6f));
    }
  }
}
