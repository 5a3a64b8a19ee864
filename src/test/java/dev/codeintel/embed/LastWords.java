package dev.codeintel.embed;

import dev.codeintel.ops.CancelToken;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/** A process of its own that still opens and uses the model while it exits. */
final class LastWords {

  private static final int ROUNDS = 3; // ONNX Runtime's own hook has run by then

  private LastWords() {}

  public static void main(String[] arguments) throws Exception {
    var cache = Path.of(arguments[0]);
    embed(cache);
    System.out.println(filesIn(Path.of(System.getProperty("java.io.tmpdir"))));
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  for (var round = 0; round < ROUNDS; round++) {
                    embed(cache);
                  }
                  System.out.println("embedded while exiting");
                }));
    System.exit(0);
  }

  private static void embed(Path cache) {
    try (var embedder = OnnxEmbedder.open(cache, 2);
        var arena = Arena.ofConfined()) {
      var vector = arena.allocate(ValueLayout.JAVA_FLOAT, embedder.dimension());
      embedder.embedQuery("where is text split", vector, CancelToken.create());
    }
  }

  private static String filesIn(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .sorted()
          .toList()
          .toString();
    }
  }
}
