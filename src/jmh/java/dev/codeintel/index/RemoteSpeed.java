package dev.codeintel.index;

import dev.codeintel.embed.CannedServer;
import dev.codeintel.embed.Embedder;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.LogLevel;
import dev.codeintel.store.VectorKey;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Embeds batches of 32 texts, as many as the budget of tokens allows, with a server in another process that works on four requests at a time
 * and takes 50 ms for each: one request after the other, and by the pipeline of an index run; beside
 * what such a server can do, which is four batches every 50 ms. Prints JSON.
 *
 * <p>Argument: rounds.
 */
public final class RemoteSpeed {

  private static final int WIDTH = 4;
  private static final int SERVER_MILLIS = 50;
  private static final int DIMENSION = 1_024;
  private static final int TEXTS = 32;
  private static final int BATCHES = 400;

  private RemoteSpeed() {}

  public static void main(String[] arguments) throws IOException {
    Log.configure(LogLevel.WARNING, false, System.err);
    var rounds = Integer.parseInt(arguments[0]);
    try (var server = new CannedServer(TEXTS, DIMENSION, "base64", SERVER_MILLIS, WIDTH);
        var embedder = server.embedder()) {
      var texts = CannedServer.texts(TEXTS);
      var lines = new ArrayList<String>();
      pipelined(embedder, texts); // loads what there is to load
      for (var round = 0; round < rounds; round++) {
        lines.add(line("sequential", sequential(embedder, texts)));
        lines.add(line("pipelined", pipelined(embedder, texts)));
      }
      System.out.printf(
          Locale.ROOT,
          "{\"width\": %d, \"server_ms\": %d, \"batches\": %d, \"possible_seconds\": %.3f, \"rounds\": [\n%s\n]}%n",
          WIDTH,
          SERVER_MILLIS,
          BATCHES,
          BATCHES * SERVER_MILLIS / 1e3 / WIDTH,
          String.join(",\n", lines));
    }
  }

  private static String line(String side, double seconds) {
    return String.format(Locale.ROOT, "{\"side\": \"%s\", \"seconds\": %.3f}", side, seconds);
  }

  private static double sequential(Embedder embedder, List<String> texts) {
    try (var arena = Arena.ofShared()) {
      var rows = arena.allocate((long) texts.size() * DIMENSION * Float.BYTES, Float.BYTES);
      var started = System.nanoTime();
      for (var i = 0; i < BATCHES; i++) {
        embedder.embedDocuments(texts, rows, CancelToken.create());
      }
      return (System.nanoTime() - started) / 1e9;
    }
  }

  private static double pipelined(Embedder embedder, List<String> texts) {
    var sink = new Counter();
    var key = VectorKey.of("benchmark", "text");
    var started = System.nanoTime();
    try (var pipeline =
        new EmbeddingPipeline(embedder, CancelToken.create(), CancelToken.create(), sink)) {
      for (var i = 0; i < BATCHES; i++) {
        for (var text : texts) {
          pipeline.put(new EmbeddingPipeline.Text(key, text, "here"));
        }
      }
      pipeline.finish();
    }
    if (sink.made != BATCHES * texts.size()) {
      throw new IllegalStateException("made " + sink.made);
    }
    return (System.nanoTime() - started) / 1e9;
  }

  private static final class Counter implements EmbeddingPipeline.Sink {
    private int made;

    @Override
    public void made(EmbeddingPipeline.Text text, MemorySegment vector) {
      made++;
    }

    @Override
    public void refused(EmbeddingPipeline.Text text, String reason) {
      throw new IllegalStateException(reason);
    }
  }
}
